//! A CA that is renewed: servers send the new chain.

use crate::{
    servers::{HaProxy, sent},
    site::Site,
};

const MANIFEST: &str = "[ca.ca]
common_name = 'testca.com'
key = 'p256'
passphrase = 'none'

[ca.web]
common_name = 'Web'
issuer = 'ca'
key = 'p256'
passphrase = 'none'

[server.flb]
ca = 'web'
san = ['flb.example.com']
key = 'p256'
reload = { haproxy = 'FOLDER/admin.sock', certificate = 'FOLDER/flb.pem' }
export.pem = { part = 'fullchain', file = 'flb.fullchain.pem' }
";

#[test]
fn haproxy_sends_the_new_chain_as_soon_as_a_ca_is_renewed() {
    let site = Site::new("");
    std::fs::remove_dir_all(site.world.path("pki")).unwrap();
    site.world
        .write("pki.toml", MANIFEST.replace("FOLDER", &site.folder()));
    site.world.ok("apply");
    site.world.ok("reload --only-files");
    let haproxy = HaProxy {
        global: "",
        bind: "crt FOLDER/flb.pem",
        pages: None,
    };
    let server = haproxy.start(&site);
    let before = sent(&site, server.port);
    assert_eq!(before.len(), 2);
    let told = site.world.ok("ca renew web --json");
    assert_eq!(told.document()["in_use"][0]["name"], "flb");
    assert_eq!(
        told.document()["exports"],
        serde_json::json!(["flb.fullchain.pem"])
    );
    assert!(!told.stderr.contains("reload what serves"), "{told:#?}");
    let after = sent(&site, server.port);
    assert_eq!(after[0], before[0]);
    assert_eq!(after[1], site.serial_in("pki/ca/web.crt"));
    assert_ne!(after[1], before[1]);
    assert_eq!(site.world.run("plan --check").code, 0);

    // It is down: the next renewal tells it.
    drop(server);
    let told = site.world.run("ca renew web --json");
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(
        told.stderr
            .contains("flb: its new chain is not known to be in use"),
        "{told:#?}"
    );
    let server = haproxy.start(&site);
    let plan = site.world.ok("renew --dry-run");
    assert!(plan.stdout.contains("its chain is new"), "{plan:#?}");
    let document = site.world.json("renew");
    assert_eq!(document["in_use"][0]["only_chain"], true);
    assert_eq!(document["renewed"].as_array().unwrap().len(), 0);
    assert_eq!(
        sent(&site, server.port)[1],
        site.serial_in("pki/ca/web.crt")
    );
}
