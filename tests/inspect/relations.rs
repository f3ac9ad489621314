//! The certificates of one file together.

use certmint::inspect::{Arrangement, BundleDescription, Description, bundle};

use crate::lab::Lab;

fn of(lab: &Lab, files: &[&str]) -> BundleDescription {
    lab.join("joined.pem", files);
    let described = lab.look("joined.pem");
    let certificates: Vec<_> = described
        .iter()
        .map(|one| match one {
            Description::Certificate(certificate) => certificate.as_ref(),
            other => panic!("{}", other.kind()),
        })
        .collect();
    bundle(&certificates).unwrap()
}

#[test]
fn the_order_of_a_bundle() {
    let lab = Lab::new();
    lab.chain();
    lab.root("other");

    let full = of(&lab, &["leaf.crt", "sub.crt", "root.crt"]);
    assert_eq!(
        (full.arrangement, full.root_included),
        (Arrangement::Chain, true)
    );
    assert_eq!(
        (full.chain.as_slice(), full.missing_issuer),
        (&[1, 2, 3][..], None)
    );

    let without_root = of(&lab, &["leaf.crt", "sub.crt"]);
    assert_eq!(
        (without_root.arrangement, without_root.root_included),
        (Arrangement::Chain, false)
    );
    assert_eq!(without_root.missing_issuer.as_deref(), Some("CN=root"));

    let turned = of(&lab, &["root.crt", "leaf.crt", "sub.crt"]);
    assert_eq!(
        (turned.arrangement, turned.chain.as_slice()),
        (Arrangement::OutOfOrder, &[2, 3, 1][..])
    );

    let double = of(&lab, &["leaf.crt", "sub.crt", "leaf.crt", "root.crt"]);
    assert_eq!(double.arrangement, Arrangement::OutOfOrder);
    assert_eq!(
        (double.duplicates[0].position, double.duplicates[0].first),
        (3, 1)
    );

    let collection = of(&lab, &["root.crt", "other.crt"]);
    assert_eq!(
        (collection.arrangement, collection.chain.len()),
        (Arrangement::Collection, 0)
    );
    let gap = of(&lab, &["leaf.crt", "root.crt"]);
    assert_eq!(gap.arrangement, Arrangement::Collection);
}

#[test]
fn a_name_alone_makes_no_issuer() {
    let lab = Lab::new();
    lab.chain();
    // Another CA with the name of the one that issued.
    lab.shell("mkdir twin");
    lab.openssl(
        "req -x509 -newkey ed25519 -nodes -keyout twin.key -out twin.crt -subj /CN=sub -days 9 \
         -addext basicConstraints=critical,CA:TRUE",
    );
    assert_eq!(
        of(&lab, &["leaf.crt", "twin.crt"]).arrangement,
        Arrangement::Collection
    );
    assert_eq!(
        of(&lab, &["leaf.crt", "sub.crt"]).arrangement,
        Arrangement::Chain
    );
}

#[test]
fn expired_members_are_named() {
    let lab = Lab::new();
    lab.root("root");
    lab.signed("old", "root", "basicConstraints=CA:FALSE\n", -1);
    let bundle = of(&lab, &["old.crt", "root.crt"]);
    assert_eq!(
        (bundle.expired.as_slice(), bundle.not_yet_valid.len()),
        (&[1][..], 0)
    );
    let text = lab.inspect(&["joined.pem"]);
    assert!(
        text.contains("expired    1\n") && text.contains("joined.pem #2"),
        "{text}"
    );
}
