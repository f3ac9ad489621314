//! What leaves the manifest is revoked only where the manifest asks for it, and nobody is surprised.

use crate::sandbox::Sandbox;

const HEAD: &str = "
[ca.ca]
common_name = \"testca.com\"
key = \"p256\"
passphrase = \"none\"

[client.client01]
key = \"p256\"
";
const SECOND: &str = "
[client.client02]
key = \"p256\"
";

#[test]
fn what_is_removed_is_kept_unless_the_manifest_says_otherwise() {
    let sandbox = Sandbox::new();
    sandbox.write("pki.toml", format!("{HEAD}{SECOND}"));
    sandbox.ok("apply");
    sandbox.write("pki.toml", HEAD);
    assert_eq!(sandbox.ok("plan").stdout, "nothing to do\n");

    sandbox.write(
        "pki.toml",
        format!("[defaults]\nremoved = \"revoke\"\n{HEAD}"),
    );
    let plan = sandbox.ok("plan").stdout;
    assert!(
        plan.starts_with("client02: revoke — removed from the manifest (generation 1, serial "),
        "{plan}"
    );
    // Nobody is there to be asked.
    let told = sandbox.refused("apply");
    assert!(told.stderr.contains("--yes"), "{told:#?}");
    sandbox.ok("apply --yes");
    let listed = sandbox.ok("list --json --state revoked").document();
    assert_eq!(listed["certificates"][0]["name"], "client02", "{listed:#}");
    assert_eq!(sandbox.ok("apply --yes").stdout, "nothing to do\n");

    // The list that the plan made says so too.
    let text = sandbox.openssl("crl -in pki/crl/ca.crl -noout -text -CAfile pki/ca/ca.crt");
    let serial = listed["certificates"][0]["serial"].as_str().unwrap();
    assert!(text.contains(&format!("Serial Number: {serial}")), "{text}");
}
