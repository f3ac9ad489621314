//! An Application Load Balancer that asks clients for a certificate.

use serde_json::json;

use crate::{
    stand_in::{StandIn, serial, texts},
    world::World,
};

#[test]
fn a_trust_store_follows_the_ca_and_its_revocation_list() {
    let world = World::with_authority("p256");
    world.ok("issue server alb --san www.example.com --key p256");
    world.ok("issue client joe --cn joe --key p256");
    world.ok("crl");
    let aws = StandIn::aws(world.folder());
    for line in [
        "render aws-acm alb --out cloud",
        "render aws-alb alb --out cloud --set load_balancer=web",
        "render aws-alb-clients alb --out cloud --set load_balancer=web --set bucket=trust",
    ] {
        world.ok(line);
    }
    let script = "cloud/alb.aws-alb-clients.sh";
    // Without a listener that speaks HTTPS there is nobody who could ask.
    let told = aws.run(&world, script, &[]);
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(
        told.stderr.contains("has no HTTPS listener on port 443"),
        "{told:#?}"
    );
    aws.ok(&world, "cloud/alb.aws-acm.sh");
    aws.ok(&world, "cloud/alb.aws-alb.sh");

    aws.ok(&world, script);
    let state = aws.state();
    let store = &state["trust_stores"]["ca"];
    assert_eq!(
        store["certificates"],
        json!([serial(&world, "pki/ca/ca.crt")])
    );
    assert_eq!(store["revocations"], json!({"1": []}));
    let asks = &state["listeners"][0]["mutual_authentication"];
    assert_eq!(
        (&asks["Mode"], &asks["TrustStoreArn"]),
        (&json!("verify"), &store["arn"])
    );

    // Again: nothing is asked.
    let asked = texts(&state["asked"]).len();
    aws.ok(&world, script);
    assert_eq!(texts(&aws.state()["asked"]).len(), asked);

    // Somebody is revoked: the new list is added before the old one goes.
    world.ok("revoke joe --yes");
    world.ok("crl");
    aws.ok(&world, script);
    let state = aws.state();
    assert_eq!(
        state["trust_stores"]["ca"]["revocations"],
        json!({"2": [serial(&world, "pki/certs/joe/joe.crt")]})
    );
    assert_eq!(
        texts(&state["asked"])[asked..],
        [
            "PutObject",
            "AddTrustStoreRevocations",
            "RemoveTrustStoreRevocations",
            "AddTags"
        ]
    );
    assert_eq!(
        state["listeners"][0]["mutual_authentication"]["TrustStoreArn"],
        store["arn"]
    );
}
