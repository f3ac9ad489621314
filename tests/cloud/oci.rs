//! The load balancer of OCI: at first, again, renewed, after failures, and with a new CA.

use serde_json::{Value, json};

use crate::{
    stand_in::{BALANCER, StandIn, serial},
    world::World,
};

const SCRIPT: &str = "cloud/flb.oci-lb.sh";

/// The article's certificate, and the script for it.
fn article(key: &str) -> (World, StandIn) {
    let world = World::with_authority(key);
    world.ok("issue server flb --san www.2026testsite.com --key rsa2048");
    world.ok(&format!(
        "render oci-lb flb --out cloud --set load_balancer_id={BALANCER} --set listener=listener_lb \
         --set backend_set=bs_lb"
    ));
    let cloud = StandIn::oci(world.folder());
    (world, cloud)
}

/// What was asked: operations with the names that they are for.
fn asked(state: &Value) -> Vec<(String, String)> {
    let all = state["asked"].as_array().unwrap();
    all.iter()
        .map(|one| {
            let word = |key: &str| one[key].as_str().unwrap().to_owned();
            (word("operation"), word("name"))
        })
        .collect()
}

fn shown_by_listener(state: &Value) -> String {
    let ssl = &state["listeners"]["listener_lb"]["sslConfiguration"];
    ssl["certificateName"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

fn trusted_by_backend_set(state: &Value) -> String {
    let ssl = &state["backendSets"]["bs_lb"]["sslConfiguration"];
    ssl["certificateName"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

/// As `asked` after `before`, without the names.
fn operations(state: &Value, before: usize) -> Vec<String> {
    let asked = asked(state);
    asked[before..]
        .iter()
        .map(|(operation, _)| operation.clone())
        .collect()
}

#[test]
fn a_load_balancer_takes_certificate_and_ca_and_a_renewal_that_failed_at_first() {
    let (world, oci) = article("rsa2048");

    oci.ok(&world, SCRIPT);
    let first = oci.state();
    assert_eq!(
        operations(&first, 0),
        [
            "CreateCertificate",
            "UpdateBackendSet",
            "CreateCertificate",
            "UpdateListener"
        ]
    );
    let bundle = shown_by_listener(&first);
    let first_serial = serial(&world, "pki/certs/flb/flb.crt");
    assert_eq!(first["certificates"][&bundle], json!(first_serial));
    let (start, _) = bundle.rsplit_once('-').unwrap();
    let in_name = start[13..].trim_start_matches('0');
    assert!(
        start.starts_with("flb-20") && first_serial.starts_with(in_name),
        "{bundle}"
    );
    let listener = &first["listeners"]["listener_lb"];
    assert_eq!(
        (
            &listener["port"],
            &listener["protocol"],
            &listener["sslConfiguration"]["verifyPeerCertificate"]
        ),
        (&json!(443), &json!("HTTP"), &json!(false))
    );
    // An update replaces everything: what the listener and the backend set had is still there.
    assert_eq!(listener["ruleSetNames"], json!(["redirects"]));
    assert_eq!(
        listener["connectionConfiguration"],
        json!({"idleTimeout": 75})
    );
    let ca_bundle = trusted_by_backend_set(&first);
    assert_eq!(
        first["certificates"][&ca_bundle],
        Value::Null,
        "a CA bundle has no certificate"
    );
    let backend_set = &first["backendSets"]["bs_lb"];
    assert_eq!(
        backend_set["sslConfiguration"]["verifyPeerCertificate"],
        json!(true)
    );
    let weights: Vec<&Value> = backend_set["backends"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["weight"])
        .collect();
    assert_eq!(weights, [&json!(1), &json!(2)]);
    assert_eq!(backend_set["healthChecker"]["urlPath"], json!("/health"));
    assert_eq!(
        backend_set["lbCookieSessionPersistenceConfiguration"],
        json!({"cookieName": "lb", "isSecure": true})
    );

    // Again: nothing is asked.
    oci.ok(&world, SCRIPT);
    assert_eq!(asked(&oci.state()).len(), 4);

    // Renewed, and the service answers with an error: what was shown still is.
    world.ok("renew flb");
    let renewed = serial(&world, "pki/certs/flb/flb.crt");
    assert_ne!(renewed, first_serial);
    oci.fail(r#"{"operation": "UpdateListener", "how": "500"}"#);
    let told = oci.run(&world, SCRIPT, &[]);
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(
        told.stderr
            .contains("could not have the listener listener_lb show"),
        "{told:#?}"
    );
    let failed = oci.state();
    assert_eq!(shown_by_listener(&failed), bundle);
    assert_eq!(
        operations(&failed, 4),
        ["CreateCertificate", "UpdateListener"]
    );

    // The service says that it will, and its work fails, while `oci` itself ends well.
    oci.fail(r#"{"operation": "UpdateListener", "how": "work request"}"#);
    let told = oci.run(&world, SCRIPT, &[]);
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(
        told.stderr
            .contains("the load balancer could not be updated"),
        "{told:#?}"
    );
    let failed = oci.state();
    assert_eq!(shown_by_listener(&failed), bundle);
    assert_eq!(operations(&failed, 6), ["UpdateListener"]);

    // Nothing is made twice. The listener shows the new bundle, and only then the old one goes.
    oci.ok(&world, SCRIPT);
    let healed = oci.state();
    let new_bundle = shown_by_listener(&healed);
    assert_eq!(healed["certificates"][&new_bundle], json!(renewed));
    assert_eq!(
        asked(&healed)[7..],
        [
            ("UpdateListener".to_owned(), "listener_lb".to_owned()),
            ("DeleteCertificate".to_owned(), bundle),
        ]
    );
    assert_eq!(healed["certificates"].as_object().unwrap().len(), 2);
    assert_eq!(trusted_by_backend_set(&healed), ca_bundle);
}

#[test]
fn a_new_ca_replaces_the_bundle_of_the_backend_set_and_a_missing_backend_set_is_made() {
    let world = World::with_authority("rsa2048");
    world.ok("ca init other --cn other.com --key rsa2048 --no-passphrase");
    world.ok("issue server flb --ca ca --san www.2026testsite.com --key rsa2048");
    let oci = StandIn::oci(world.folder());
    let render = |ca: &str| {
        world.ok(&format!(
            "render oci-lb flb --out cloud --replace --set load_balancer_id={BALANCER} --set listener=new \
             --set port=8443 --set backend_set=new --set backends=10.0.10.11:443,10.0.10.12:8443 \
             --set backends_ca={ca}"
        ));
    };
    render("ca");
    oci.ok(&world, SCRIPT);
    let state = oci.state();
    assert_eq!(
        operations(&state, 0),
        [
            "CreateCertificate",
            "CreateBackendSet",
            "CreateCertificate",
            "CreateListener"
        ]
    );
    let backends = &state["backendSets"]["new"]["backends"];
    assert_eq!(
        (&backends[0]["ipAddress"], &backends[1]["port"]),
        (&json!("10.0.10.11"), &json!(8443))
    );
    assert_eq!(state["listeners"]["new"]["port"], json!(8443));

    // A rollover of the file under the same name, as when a root is renewed.
    let old = state["backendSets"]["new"]["sslConfiguration"]["certificateName"].clone();
    let both = [world.read("pki/ca/ca.crt"), world.read("pki/ca/other.crt")].concat();
    std::fs::rename(
        world.path("pki/ca/ca.crt"),
        world.path("pki/ca/ca.crt.before"),
    )
    .unwrap();
    world.write("pki/ca/ca.crt", both);
    oci.ok(&world, SCRIPT);
    let state = oci.state();
    let new = state["backendSets"]["new"]["sslConfiguration"]["certificateName"].clone();
    assert_ne!(new, old);
    assert_eq!(
        operations(&state, 4),
        ["CreateCertificate", "UpdateBackendSet", "DeleteCertificate"]
    );
    assert!(state["certificates"].get(old.as_str().unwrap()).is_none());
    assert_eq!(state["backendSets"]["new"]["backends"], *backends);
}

#[test]
fn what_does_not_fit_never_reaches_the_load_balancer() {
    let (world, oci) = article("p256");
    world.ok("issue server other --key rsa2048 --san other.example.com");
    let certificate = world.read("pki/certs/flb/flb.crt");
    let refused = |why: &str| {
        let told = oci.run(&world, SCRIPT, &[]);
        assert_eq!(told.code, 1, "{told:#?}");
        assert!(told.stderr.contains(why), "{why}\n{told:#?}");
        assert!(asked(&oci.state()).is_empty());
    };
    world.write(
        "pki/certs/flb/flb.crt",
        world.read("pki/certs/other/other.crt"),
    );
    refused("is not the key of");
    world.write("pki/certs/flb/flb.crt", certificate);
    let chain = world.read("pki/certs/flb/flb.chain.crt");
    world.write(
        "pki/certs/flb/flb.chain.crt",
        world.read("pki/certs/other/other.crt"),
    );
    refused("does not certify");
    world.write("pki/certs/flb/flb.chain.crt", chain);
    std::fs::remove_file(world.path("pki/certs/flb/flb.key")).unwrap();
    refused("cannot be read");
    let told = oci.run(&world, SCRIPT, &["--dryrun"]);
    assert_eq!(told.code, 2, "{told:#?}");
}
