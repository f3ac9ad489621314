//! The files that HAProxy reads when it starts.

use std::os::unix::fs::PermissionsExt as _;

use crate::site::Site;

const RELOAD: &str =
    "reload = { haproxy = 'FOLDER/admin.sock', certificate = 'FOLDER/certs/flb.pem' }";

#[test]
fn the_first_file_is_written_before_haproxy_runs() {
    let site = Site::new(RELOAD);
    let told = site
        .world
        .refused("reload flb --only-files --manifest nowhere.toml");
    assert!(told.stderr.contains("nowhere.toml"), "{told:#?}");
    let told = site.world.run("reload flb --only-files");
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(told.stderr.contains("make "), "{told:#?}");
    std::fs::create_dir(site.world.path("certs")).unwrap();
    // Without names: everything that the manifest gives to a HAProxy.
    let document = site.world.json("reload --only-files");
    let file = format!("{}/certs/flb.pem", site.folder());
    assert_eq!(document["files"], serde_json::json!([file]));
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    // openssl finds key and certificate in it, and they fit.
    let public = |line: &str| site.world.accepts(line);
    assert_eq!(
        public("openssl x509 -in certs/flb.pem -noout -pubkey"),
        public("openssl pkey -in certs/flb.pem -pubout")
    );
    // Again, over the file that is there.
    site.world.ok("reload flb --only-files");
}

#[test]
fn a_link_stays_and_the_owner_of_the_file_too() {
    let site = Site::new(RELOAD);
    for folder in ["certs", "there"] {
        std::fs::create_dir(site.world.path(folder)).unwrap();
    }
    site.world.write("there/flb.pem", "");
    std::os::unix::fs::symlink("../there/flb.pem", site.world.path("certs/flb.pem")).unwrap();
    let is_root = site.world.accepts("id -u").trim() == "0";
    if is_root {
        site.world.accepts("chown www-data there/flb.pem");
    }
    let owner = site.world.accepts("stat -c %U there/flb.pem");
    site.world.ok("reload flb --only-files");
    assert!(site.world.path("certs/flb.pem").is_symlink());
    assert_eq!(site.serial_in("there/flb.pem"), site.serial());
    assert_eq!(site.world.accepts("stat -c %U there/flb.pem"), owner);
}

#[test]
fn a_command_has_no_files() {
    let site = Site::new("reload = 'true'");
    let told = site.world.run("reload flb --only-files");
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(
        told.stderr.contains("there is nothing to write"),
        "{told:#?}"
    );
    let told = site.world.ok("reload --only-files");
    assert_eq!(
        told.stdout,
        "the manifest gives no certificate to a HAProxy\n"
    );
}
