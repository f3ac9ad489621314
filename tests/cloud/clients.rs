//! An Application Load Balancer that asks clients for a certificate.

use serde_json::json;

use crate::{
    stand_in::{StandIn, serial, texts},
    world::World,
};

#[test]
fn a_trust_store_follows_the_ca_and_its_revocation_list() {
    let world = World::with_authority("p256");
    world.ok("ca intermediate clients --issuer ca --cn clients --key p256 --no-passphrase");
    world.ok("issue server alb --ca ca --san www.example.com --key p256");
    world.ok("issue client joe --ca clients --cn joe --key p256");
    world.ok("crl");
    let aws = StandIn::aws_with_listener(world.folder());
    let script = "cloud/alb.aws-alb-clients.sh";
    world.ok("render aws-alb-clients alb --out cloud --set load_balancer=web --set bucket=trust --set clients_ca=clients");
    aws.ok(&world, script);
    let state = aws.state();
    let store = &state["trust_stores"]["clients"];
    assert_eq!(
        store["certificates"],
        json!([serial(&world, "pki/ca/clients.crt")])
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
        state["trust_stores"]["clients"]["revocations"],
        json!({"2": [serial(&world, "pki/certs/joe/joe.crt")]})
    );
    assert_eq!(
        texts(&state["asked"])[asked..],
        [
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
