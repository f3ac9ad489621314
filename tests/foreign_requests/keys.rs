//! Kinds of key and of signature on a request.

use crate::desk::Desk;

fn generate(desk: &Desk, options: &str) {
    desk.world
        .accepts(&format!("openssl genpkey {options} -out own.key"));
}

#[test]
fn every_supported_key_and_digest_is_proven() {
    let mut desk = Desk::new();
    for (curve, digests) in [
        ("P-256", ["sha256", "sha384", "sha512"]),
        ("P-384", ["sha256", "sha384", "sha512"]),
        ("P-521", ["sha256", "sha384", "sha512"]),
    ] {
        generate(
            &desk,
            &format!("-algorithm EC -pkeyopt ec_paramgen_curve:{curve}"),
        );
        // A key's curve is its own: a digest of another size says nothing of it.
        for digest in digests {
            let name = format!("{curve}-{digest}");
            desk.request(&name, &format!("-{digest} -subj /CN=h"));
            desk.signs(&name, "--profile client");
        }
    }
    generate(&desk, "-algorithm RSA -pkeyopt rsa_keygen_bits:2048");
    for digest in ["sha256", "sha384", "sha512"] {
        let name = format!("rsa-{digest}");
        desk.request(&name, &format!("-{digest} -subj /CN=h"));
        desk.signs(&name, "--profile client");
    }
    desk.request(
        "rsa-pss",
        "-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32 -subj /CN=h",
    );
    desk.signs("rsa-pss", "--profile client");
    desk.request("old-heading", "-newhdr -subj /CN=h");
    assert!(
        desk.world
            .read_text("old-heading.csr")
            .contains("NEW CERTIFICATE REQUEST")
    );
    desk.signs("old-heading", "--profile client");
    desk.request("der", "-outform DER -subj /CN=h");
    desk.signs("der", "--profile client");
    generate(&desk, "-algorithm ED25519");
    desk.request("ed25519", "-subj /CN=h");
    desk.signs("ed25519", "--profile client");
}

#[test]
fn unsupported_keys_are_refused_by_name() {
    let desk = Desk::new();
    let mut made = vec![
        (
            "rsa1024",
            "-algorithm RSA -pkeyopt rsa_keygen_bits:1024",
            "RSA 1024",
        ),
        (
            "rsa-pss-key",
            "-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048",
            "RSA-PSS",
        ),
        ("ed448", "-algorithm ED448", "Ed448"),
        (
            "explicit",
            "-algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit",
            "EC with explicit parameters",
        ),
    ];
    let curves = [
        ("secp256k1", "EC secp256k1"),
        ("P-224", "EC P-224"),
        ("brainpoolP256r1", "EC brainpoolP256r1"),
    ]
    .map(|(curve, shown)| {
        (
            curve,
            format!("-algorithm EC -pkeyopt ec_paramgen_curve:{curve}"),
            shown,
        )
    });
    made.extend(
        curves
            .iter()
            .map(|(curve, options, shown)| (*curve, options.as_str(), *shown)),
    );
    for (name, options, shown) in made {
        generate(&desk, options);
        desk.request(name, "-subj /CN=h");
        desk.refuses(name, "--profile client", &format!("its key is {shown};"));
        desk.refuses(name, "--profile client", "hint: have the requester");
    }
    desk.world
        .accepts("openssl dsaparam -genkey -noout -out own.key 2048");
    desk.request("dsa", "-subj /CN=h");
    desk.refuses("dsa", "--profile client", "its key is DSA");
}

#[test]
fn unsupported_signatures_are_refused_by_name() {
    let desk = Desk::new();
    generate(&desk, "-algorithm RSA -pkeyopt rsa_keygen_bits:2048");
    for (digest, shown) in [("md5", "RSA with MD5"), ("sha224", "RSA with SHA-224")] {
        desk.request(digest, &format!("-{digest} -subj /CN=h"));
        desk.refuses(digest, "--profile client", shown);
    }
}

#[test]
fn a_request_that_was_changed_is_refused() {
    let desk = Desk::new();
    desk.request("good", "-subj /CN=host.example -outform DER");
    let mut octets = desk.world.read("good.csr");
    // Another letter of the subject.
    let at = octets
        .windows(4)
        .position(|window| window == b"host")
        .unwrap();
    octets[at] = b'm';
    desk.world.write("changed.csr", octets);
    desk.refuses(
        "changed",
        "--profile client",
        "the signature does not verify",
    );
    let listed = desk.world.run("list");
    assert!(
        listed.code == 1 || listed.stdout.contains("no certificate yet"),
        "{listed:#?}"
    );
}
