//! `certmint crl`: numbers, times, files, and the URLs in certificates.

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::{
    pki::{listed, number, serial, sql, with_clients},
    world::World,
};

#[test]
fn each_list_has_a_larger_number() {
    let world = with_clients();
    for expected in 1..4 {
        world.ok("crl");
        assert_eq!(
            (number(&world, "ca"), number(&world, "web")),
            (expected, expected)
        );
    }
    // A process that died after it took a number took it for good.
    sql(
        &world,
        "INSERT INTO revocation_list (authority_id, number, this_update, next_update, entries)
         VALUES (1, 41, 0, 0, 0)",
    );
    world.ok("crl ca");
    assert_eq!(number(&world, "ca"), 42);
    // Whatever is on the disk.
    std::fs::remove_dir_all(world.path("pki/crl")).unwrap();
    world.ok("crl");
    assert_eq!((number(&world, "ca"), number(&world, "web")), (43, 4));
}

#[test]
fn what_has_expired_leaves_after_one_more_list() {
    let world = with_clients();
    world.ok("revoke c1 --yes");
    assert_eq!(listed(&world, "ca").len(), 1);
    let expire = "UPDATE certificate SET not_before = 0, not_after = ";
    // It ends after the list was made: the next one must have it still (RFC 5280 §5.1).
    let end = "(SELECT max(this_update) + 10 FROM revocation_list) WHERE name = 'c1'";
    sql(&world, &format!("{expire}{end}"));
    world.ok("crl ca");
    assert_eq!(listed(&world, "ca").len(), 1);
    let end = "(SELECT min(this_update) - 10 FROM revocation_list) WHERE name = 'c1'";
    sql(&world, &format!("{expire}{end}"));
    world.ok("crl ca");
    assert_eq!(listed(&world, "ca"), [""; 0]);
}

/// The days from now to a list's nextUpdate, rounded.
fn days(world: &World, line: &str) -> i64 {
    let lists = world.json(line);
    let next = lists["lists"][0]["next_update"].as_str().unwrap();
    let next = OffsetDateTime::parse(next, &Rfc3339).unwrap();
    ((next - OffsetDateTime::now_utc()).whole_minutes() + 1) / (24 * 60)
}

#[test]
fn the_next_list_is_due_when_the_command_or_the_ca_says() {
    let world = with_clients();
    assert_eq!(days(&world, "crl ca"), 30);
    assert_eq!(days(&world, "crl ca --days 3"), 3);
    world.ok("ca set ca --crl-days 7");
    assert_eq!(days(&world, "crl ca"), 7);
    assert_eq!(days(&world, "crl web"), 30);
    world.ok("ca set ca --unset crl-days");
    assert_eq!(days(&world, "crl ca"), 30);
    // Not beyond the CA's own end, whatever is asked for.
    let told = world.ok("crl web --days 3000");
    assert!(told.stderr.contains("ends with the CA itself"), "{told:#?}");
    let list = world.accepts("openssl crl -in pki/crl/web.crl -noout -nextupdate");
    let end = world.accepts("openssl x509 -in pki/ca/web.crt -noout -enddate");
    assert_eq!(
        list.trim().strip_prefix("nextUpdate="),
        end.trim().strip_prefix("notAfter=")
    );
}

#[test]
fn the_chain_file_has_the_lists_of_all_cas_above() {
    let world = with_clients();
    let told = world.ok("crl web");
    assert!(told.stderr.contains("run 'certmint crl ca'"), "{told:#?}");
    assert!(!world.exists("pki/crl/web.chain.crl"));
    assert!(!world.exists("pki/crl/ca.chain.crl"));
    world.ok("crl ca");
    for _ in 0..2 {
        let lists: String = ["web", "ca"]
            .map(|name| world.read_text(&format!("pki/crl/{name}.crl")))
            .concat();
        assert_eq!(world.read_text("pki/crl/web.chain.crl"), lists);
        // Whoever trusts the root accepts what the CA below signed.
        let lists: String = ["ca", "web"]
            .map(|name| world.read_text(&format!("pki/crl/{name}.crl")))
            .concat();
        assert_eq!(world.read_text("pki/crl/ca.chain.crl"), lists);
        // A new list of any of the two renews it.
        world.ok("revoke c1 --yes");
    }
}

#[test]
fn out_writes_either_form_anywhere() {
    let world = with_clients();
    world.ok("crl ca --out copy.pem");
    assert_eq!(world.read("copy.pem"), world.read("pki/crl/ca.crl"));
    world.ok("crl ca --out copy.pem --der");
    assert_eq!(world.read("copy.pem"), world.read("pki/crl/ca.crl.der"));
    let told = world.ok("crl ca --quiet --out /dev/stderr");
    assert_eq!(told.stderr, world.read_text("pki/crl/ca.crl"));
    for line in [
        "crl --out all.crl",
        "crl --passphrase-file -",
        "crl ca --der",
        "crl --days 0",
    ] {
        assert_eq!(world.run(line).code, 2, "{line}");
    }
    world.refused("crl ca --out nowhere/ca.crl");
    world.refused("crl nobody");
}

#[test]
fn one_ca_that_cannot_does_not_keep_the_others() {
    let world = World::new();
    world.write("pass", "secret0\n");
    world.ok("ca init --cn testca.com --key p256 --no-passphrase");
    world.ok("ca init other --cn other --key p256 --passphrase-file pass");
    world.ok("ca init cold --cn cold --key p256 --no-passphrase");
    std::fs::remove_file(world.path("pki/ca/cold.key")).unwrap();
    let mut command = world.command_without_terminal("crl");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("no list of other"), "{said}");
    assert!(
        said.contains("no list of cold: its key is not here"),
        "{said}"
    );
    assert_eq!(listed(&world, "ca"), [""; 0]);
    world.ok("crl --passphrase-file pass");
    assert_eq!(listed(&world, "other"), [""; 0]);
    world.refused("crl cold");
}

const URLS: &str = "--crl-url http://pki.example/ca.crl --ca-issuers-url http://pki.example/ca.der \
                    --ocsp-url http://ocsp.pki.example";

#[test]
fn certificates_say_where_their_issuers_services_are() {
    let world = World::new();
    world.ok(&format!(
        "ca init --cn testca.com --key p256 --no-passphrase {URLS}"
    ));
    world.ok("ca intermediate web --issuer ca --cn Web --key p256 --no-passphrase");
    world.ok("issue server flb --san a.example --ca ca --key p256");
    world.ok("issue client c1 --ca web --key p256");
    let services = |file: &str| {
        world.accepts(&format!(
            "openssl x509 -in {file} -noout -ext crlDistributionPoints,authorityInfoAccess"
        ))
    };
    let expected = "X509v3 CRL Distribution Points: 
    Full Name:
      URI:http://pki.example/ca.crl
Authority Information Access: 
    OCSP - URI:http://ocsp.pki.example
    CA Issuers - URI:http://pki.example/ca.der
";
    for file in ["pki/ca/web.crt", "pki/certs/flb/flb.crt"] {
        assert_eq!(services(file), expected, "{file}");
    }
    // A root says nothing of itself, and a CA below has nothing to say until it is told.
    for file in ["pki/ca/ca.crt", "pki/certs/c1/c1.crt"] {
        let output = world.judge(&format!(
            "openssl x509 -in {file} -noout -ext crlDistributionPoints"
        ));
        assert!(String::from_utf8_lossy(&output.stdout).is_empty(), "{file}");
    }
    world.ok("ca set web --crl-url http://pki.example/web.crl");
    world.ok("issue client c2 --ca web --key p256");
    assert!(services("pki/certs/c2/c2.crt").contains("http://pki.example/web.crl"));
    world.ok("ca set ca --unset crl-url --unset ca-issuers-url --unset ocsp-url");
    world.ok("issue client c3 --ca ca --key p256");
    let shown = world.json("ca show ca");
    assert_eq!(shown["crl_url"], serde_json::Value::Null);
    // What an operator writes into a section goes before what the CA says.
    world.write(
        "own.cnf",
        "[own]\nbasicConstraints=CA:FALSE\ncrlDistributionPoints=URI:http://own.example/\n",
    );
    world.ok("key new --key p256 --out own.key");
    world.ok("csr new --key-file own.key --cn own --out own.csr");
    world.ok(
        "sign own.csr --ca web --profile client --config own.cnf --extensions own --out own.crt",
    );
    let own = services("own.crt");
    assert!(
        own.contains("http://own.example/") && !own.contains("web.crl"),
        "{own}"
    );
    for line in [
        "ca set web --crl-url https://pki.example/web.crl",
        "ca set web --crl-url pki.example",
        "ca set web --crl-url http://pki.example/ --unset crl-url",
        "ca set web --crl-days 0",
        "ca init other --cn other --ocsp-url ftp://a",
    ] {
        assert_eq!(world.run(line).code, 2, "{line}");
    }
}

/// PEM and DER are one list, to Python too.
#[test]
fn both_forms_are_one_list() {
    let world = with_clients();
    world.ok("revoke c1 --yes");
    let program = "
from cryptography import x509
der = x509.load_der_x509_crl(open('pki/crl/ca.crl.der', 'rb').read())
pem = x509.load_pem_x509_crl(open('pki/crl/ca.crl', 'rb').read())
assert der == pem
print(*(format(entry.serial_number, 'X') for entry in der))
";
    assert_eq!(
        world.python(program, &[]).trim(),
        serial(&world, "c1").trim_start_matches('0')
    );
}
