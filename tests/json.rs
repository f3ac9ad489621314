//! `--json`: one document for every command, as `docs/json.md` describes it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise, in its helpers too"
)]

mod judge;
mod world;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use world::{World, told};

/// A field of a documented shape: its type in the words of the document.
type Fields = BTreeMap<String, String>;

/// The tables of `docs/json.md`, by their headings, and the headings that real output has used.
struct Documentation {
    shapes: BTreeMap<String, Fields>,
    used: BTreeSet<String>,
}

impl Documentation {
    fn read() -> Self {
        let text = include_str!("../docs/json.md");
        let mut shapes: BTreeMap<String, Fields> = BTreeMap::new();
        let mut heading = String::new();
        for line in text.lines() {
            if let Some(title) = line.strip_prefix("### ") {
                title.clone_into(&mut heading);
                assert!(
                    shapes.insert(heading.clone(), Fields::new()).is_none(),
                    "{heading} is there twice"
                );
            }
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            if let ["", field, kind, _, ""] = cells.as_slice()
                && let Some(field) = field.strip_prefix('`')
            {
                let field = field.trim_end_matches('`').to_owned();
                let fields = shapes.get_mut(&heading).unwrap();
                let known = fields.insert(field, unlinked(kind));
                assert!(known.is_none(), "{heading}: a field is there twice: {line}");
            }
        }
        Self {
            shapes,
            used: BTreeSet::new(),
        }
    }

    /// Holds a document against the table that its `schema` names.
    fn check(&mut self, document: &Value) {
        let schema = document["schema"].as_str().unwrap();
        self.check_shape(document, schema, schema);
    }

    fn check_shape(&mut self, value: &Value, shape: &str, place: &str) {
        let Value::Object(found) = value else {
            panic!("{place} is no object but {value}");
        };
        let mut fields = self.shape(shape, place);
        let mut partial = false;
        if shape == "object" {
            let kind = format!("object_{}", found["kind"].as_str().unwrap());
            fields.extend(self.shape(&kind, place));
            // With --only.
            partial = place.starts_with("only ");
        }
        for (name, value) in found {
            let kind = fields
                .get(name)
                .unwrap_or_else(|| panic!("{place}.{name} is not documented: {value}"));
            let place = format!("{place}.{name}");
            if kind == "extension value" {
                self.check_extension(&found["name"], value, &place);
            } else {
                let kind = kind.trim_start_matches("optional ");
                assert!(
                    self.is(value, kind, &place),
                    "{place} is documented as {kind} and is {value}"
                );
            }
        }
        for (name, kind) in fields {
            assert!(
                partial || kind.starts_with("optional ") || found.contains_key(&name),
                "{place}.{name} is documented and missing in {value:#}"
            );
        }
    }

    fn shape(&mut self, shape: &str, place: &str) -> Fields {
        self.used.insert(shape.to_owned());
        self.shapes
            .get(shape)
            .unwrap_or_else(|| panic!("{place}: no shape {shape} is documented"))
            .clone()
    }

    fn check_extension(&mut self, name: &Value, value: &Value, place: &str) {
        let table = self.shape("extension values", place);
        let kind = name
            .as_str()
            .and_then(|name| table.get(name))
            .map_or("unknown_extension", String::as_str);
        let shape = if value.get("malformed").is_some() {
            "malformed_extension"
        } else {
            kind
        };
        assert!(self.is(value, shape, place), "{place} is {value}");
    }

    /// Whether a value is of a type; what is inside of it is checked too.
    fn is(&mut self, value: &Value, kind: &str, place: &str) -> bool {
        if let Some(kind) = kind.strip_prefix("array of ") {
            let kind = kind.trim_start_matches('(').trim_end_matches(')');
            let Value::Array(items) = value else {
                return false;
            };
            return items.iter().all(|item| self.is(item, kind, place));
        }
        if let Some((kind, "null")) = kind.split_once(" or ") {
            return value.is_null() || self.is(value, kind, place);
        }
        match kind {
            "string" => value.is_string(),
            "integer" => value.is_i64() || value.is_u64(),
            "boolean" => value.is_boolean(),
            "null" => value.is_null(),
            "any object" => value.is_object(),
            shape => {
                self.check_shape(value, shape, place);
                true
            }
        }
    }
}

/// A type without its links: `array of [link](#link)` is `array of link`.
fn unlinked(kind: &str) -> String {
    let mut text = String::new();
    let mut rest = kind;
    while let Some((before, after)) = rest.split_once('[') {
        let (name, after) = after.split_once("](#").unwrap();
        let (target, after) = after.split_once(')').unwrap();
        assert_eq!(name, target, "a link that leads elsewhere");
        text.push_str(before);
        text.push_str(name);
        rest = after;
    }
    text.push_str(rest);
    text
}

/// Every command once or more, so that every shape is seen.
#[test]
fn documents_are_as_documented() {
    let mut documentation = Documentation::read();
    let world = World::new();
    world.write("password", "secret0\n");
    world.write("sec.cnf", EXTENSIONS);
    world.write(
        "small.toml",
        "[ca.ca]\ncommon_name = \"CA\"\nkey = \"p256\"\npassphrase = \"none\"\n[client.c]\nkey = \"p256\"\n",
    );
    world.write(
        "targets.toml",
        "[ca.ca]\ncommon_name = \"CA\"\n[server.\"www.example\"]\ntargets = [\"nginx\"]\n",
    );
    world.write("hosts.csv", "name\nnode2.example\n");
    std::fs::create_dir(world.path("signed")).unwrap();
    let lines = [
        "ca init --cn Root --key p256 --passphrase-file password --permit-dns example --permit-ip 10.0.0.0/8",
        "ca intermediate web --cn Web --key p256 --no-passphrase --issuer ca --issuer-passphrase-file password",
        "ca list",
        "ca show ca",
        "ca show web",
        "ca set web --crl-days 7 --crl-url http://pki.example/web.crl",
        "key new --key rsa2048 --out own.key",
        "key new --key p256 --out locked.key --passphrase-file password",
        "key protect locked.key --passphrase-file password --no-passphrase --out open.key",
        "csr new --key-file own.key --out own.csr --cn h --san a.example",
        "csr new --key-file open.key --out rich.csr --config sec.cnf",
        "sign own.csr --out own.crt --ca web",
        "sign rich.csr --out rich.crt --ca web --profile peer",
        "sign own.csr rich.csr --out-dir signed --ca web --profile client",
        "issue server www.example --ca web --key p256",
        "issue client client01 --ca web --key p256",
        "issue peer node1.example --ca web --key p256",
        "issue batch hosts.csv --ca web --key p256",
        "issue batch hosts.csv --ca web --key p256 --packed hosts.tar",
        "list",
        "renew client01 --dry-run",
        "renew client01",
        "renew client01 --reload true",
        "renew --print cron",
        "reload --only-files --manifest small.toml",
        "verify own.crt pki/ca/web.crt --ca pki/ca/ca.crt --host a.example",
        "verify --each own.crt pki/ca/web.crt --ca pki/ca/ca.crt",
        "export p12 client01 --out client01.p12 --password-file password",
        "export jks client01 --out client01.jks --password-file password",
        "export k8s client01 --out client01.yaml",
        "export p7b client01 --out client01.p7b",
        "export der client01 --out client01.cer",
        "export pem client01 --out client01.pem",
        "export bundle client01 --out client01",
        "trust install --store nss",
        "trust check --store nss",
        "trust uninstall --store nss --yes",
        "trust bundle --out fleet",
        "ca init --cn Old --key p256 --no-passphrase --pki old",
        "ca init --cn Other --key p256 --no-passphrase --pki other",
        "ca intermediate web --cn 'Other Web' --key p256 --no-passphrase --issuer ca --pki other",
        "issue server old.example --ca ca --key p256 --pki old",
        "ca import old old/ca --no-passphrase --newcerts old/certs/old.example --newcerts pki/certs/client01 --with-files",
        "ca import lone --cert other/ca/web.crt --no-key",
        "render nginx www.example --set clients_ca=web --out conf",
        "render nginx www.example",
        "render --all --manifest targets.toml --out all",
        "target list",
        "target show nginx",
        "manifest from-inventory",
        "manifest new",
        "manifest new minimal",
        "manifest check",
        "plan",
        "apply small.toml --pki fresh",
        "apply small.toml --pki fresh",
        "revoke node1.example --dry-run",
        "revoke node1.example --reason certificateHold --yes",
        "revoke node1.example --release --yes",
        "revoke client01 --reason keyCompromise --yes",
        "crl ca --passphrase-file password",
        "ca show web",
        "audit log",
        "audit verify",
        "ca rollover plan ca",
        "ca rollover next ca --passphrase-file password --no-passphrase",
        "ca rollover next ca --before-time --yes",
        "sign own.csr --out again.crt --ca web",
        "ca list --all",
        "reissue --ca ca --dry-run",
        "reissue --ca web --revoke --yes",
        "ca renew web",
        "ca rollover status",
        "completions bash",
        "man man",
        "inspect own.crt own.key own.csr",
        "inspect rich.crt rich.csr pki/ca/ca.crt",
        "inspect client01.p12 --password-file password",
        "inspect client01.p12",
        "inspect client01.p7b client01.cer locked.key",
        "inspect pki/certs/www.example/www.example.fullchain.crt",
        "ca init --cn Root --show-openssl",
        "key new --out other.key --show-openssl",
        "csr new --key-file own.key --out other.csr --cn h --show-openssl",
        "sign own.csr --out other.crt --ca web --show-openssl",
        "issue server other.example --ca web --show-openssl",
        "export p12 client01 --out other.p12 --show-openssl",
        "inspect own.crt --show-openssl",
    ];
    for line in lines {
        let told = world.ok(&format!("{line} --json"));
        documentation.check(&told.document());
    }
    foreign_objects(&world);
    for line in [
        "inspect foreign.crt foreign.csr trusted.crt list.crl",
        "inspect params.pem public.pem twice.pem ed448.key",
    ] {
        let told = world.run(&format!("{line} --json"));
        documentation.check(&told.document());
    }
    for line in [
        "lint www.example",
        "target check aws-acm www.example",
        "lint own.crt --for aws-acm,apple --ca pki/ca/web.crt",
    ] {
        documentation.check(&world.run(&format!("{line} --json")).document());
    }
    documentation.check(&world.run("inspect own.crt nothing --json").document());
    documentation.check(
        &world
            .run("verify own.crt --ca pki/ca/ca.crt --json")
            .document(),
    );
    documentation.check(&world.run("inspect nothing --json").document());
    documentation.check(&world.json("rehearse www.example"));
    documentation.check(
        &world
            .run("rehearse www.example --client client01 --json")
            .document(),
    );
    documentation.check(&probed(&world));
    world.ok("crl web");
    std::fs::remove_file(world.path("pki/certs/client01/client01.key")).unwrap();
    documentation.check(&world.run("status --json").document());
    world.ok("revoke web --reason cACompromise --passphrase-file password --yes");
    documentation.check(&world.json("renew --all --dry-run"));
    world.write("wrong.toml", "[server.flb]\nsans = 1\n");
    documentation.check(&world.run("manifest check wrong.toml --json").document());
    documentation.check(&audit_findings(&world));
    let only = world.json("inspect own.crt --only subject,san");
    for object in only["files"][0]["objects"].as_array().unwrap() {
        documentation.check_shape(object, "object", "only --only");
    }

    let all: BTreeSet<String> = documentation.shapes.into_keys().collect();
    let unseen: Vec<&String> = all.difference(&documentation.used).collect();
    // What no program at hand writes.
    let known = ["object_other", "timestamps"];
    assert_eq!(unseen, known, "shapes that no command printed");
}

/// What `probe` says of a server of openssl that staples an OCSP response and asks for a client
/// certificate, and of a port where nobody is.
fn probed(world: &World) -> Value {
    world.ok("ca init stapled --cn Stapled --key p256 --no-passphrase");
    world.ok("issue server stapled.example --ca stapled --key p256");
    world.ok("issue client stapled-client --ca stapled --key p256");
    let folder = "pki/certs/stapled.example/stapled.example";
    world.write("index.txt", "");
    world.accepts(&format!(
        "openssl ocsp -index index.txt -CA pki/ca/stapled.crt -rsigner pki/ca/stapled.crt \
         -rkey pki/ca/stapled.key -issuer pki/ca/stapled.crt -cert {folder}.crt -ndays 7 \
         -respout staple.der"
    ));
    let free = || {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let (port, nobody) = (free(), free());
    let mut server = world
        .judge_command(&format!(
            "openssl s_server -accept 127.0.0.1:{port} -cert {folder}.crt -key {folder}.key -quiet \
             -status_file staple.der -CAfile pki/ca/stapled.crt -Verify 2 -verify_return_error"
        ))
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let started = std::time::Instant::now();
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(started.elapsed().as_secs() < 60, "openssl does not start");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let told = world.run(&format!(
        "probe 127.0.0.1:{port} 127.0.0.1:{nobody} --server-name stapled.example \
         --client stapled-client --json"
    ));
    server.kill().unwrap();
    server.wait().unwrap();
    assert_eq!(told.code, 1, "{told:#?}");
    told.document()
}

/// What `audit verify` says of an entry that was changed and of a certificate that was removed.
fn audit_findings(world: &World) -> Value {
    const TAMPER: &str = "
import sqlite3
base = sqlite3.connect('pki/inventory.sqlite')
base.executescript(\"\"\"UPDATE audit SET who = 'nobody' WHERE number = 1;
DELETE FROM san WHERE certificate_id = 3; DELETE FROM encoding WHERE certificate_id = 3;
DELETE FROM certificate WHERE id = 3\"\"\")";
    world.python(TAMPER, &[]);
    let told = world.run("audit verify --json");
    assert_eq!(told.code, 3, "{told:#?}");
    told.document()
}

/// A request with extensions of every kind that a configuration of openssl can write.
const EXTENSIONS: &str = "[req]
distinguished_name = dn
prompt = no
req_extensions = e
[dn]
O = Acme
CN = h
[e]
subjectAltName = DNS:a.example,IP:10.0.0.1,email:a@a.example,URI:https://a.example/
keyUsage = digitalSignature
extendedKeyUsage = serverAuth
basicConstraints = CA:FALSE
";

/// Makes, with openssl, objects that certmint does not make.
fn foreign_objects(world: &World) {
    world.write(
        "foreign.cnf",
        "[req]\ndistinguished_name=dn\nprompt=no\nx509_extensions=e\n[dn]\nCN=h\n[e]\n\
         basicConstraints=critical,CA:TRUE,pathlen:3\nnameConstraints=permitted;DNS:example\n\
         crlDistributionPoints=URI:http://c/\nauthorityInfoAccess=OCSP;URI:http://o/\n\
         certificatePolicies=1.2.3.4,@p\npolicyConstraints=requireExplicitPolicy:3\n\
         policyMappings=1.2.3.4:1.2.3.5\ninhibitAnyPolicy=2\nnsComment=hello\nnsCertType=server\n\
         tlsfeature=status_request\nnoCheck=ignored\n1.2.3.4=ASN1:UTF8String:hi\n\
         2.5.29.18=DER:0102\nprivateKeyUsagePeriod=DER:3011800f32303234303130313030303030305a\n\
         1.3.6.1.4.1.311.21.7=DER:300906042a030405020101\n\
         issuingDistributionPoint=critical,@i\n\
         [p]\npolicyIdentifier=1.2.3.6\nCPS.1=http://cps/\n[i]\nfullname=URI:http://i/\n",
    );
    world.write(
        "asks.cnf",
        "[req]\ndistinguished_name=dn\nprompt=no\nattributes=a\n[dn]\nCN=h\n[a]\nunstructuredName=un\n",
    );
    for line in [
        "openssl req -x509 -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout foreign.key \
         -config foreign.cnf -days 10 -out foreign.crt",
        "openssl req -new -key foreign.key -config asks.cnf -out foreign.csr",
        "openssl x509 -in foreign.crt -trustout -addtrust serverAuth -setalias mine -out trusted.crt",
        "openssl ecparam -name prime256v1 -out params.pem",
        "openssl pkey -in foreign.key -pubout -out public.pem",
        "openssl genpkey -algorithm ED448 -out ed448.key",
    ] {
        world.accepts(line);
    }
    let certificate = world.read_text("foreign.crt");
    let damaged = "-----BEGIN CERTIFICATE-----\nMAMCAQA=\n-----END CERTIFICATE-----\n";
    world.write("twice.pem", format!("{certificate}{certificate}{damaged}"));
    const REVOKED: &str = r#"
from datetime import datetime, timedelta, timezone
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
key = serialization.load_pem_private_key(open("foreign.key", "rb").read(), None)
now = datetime.now(timezone.utc)
entry = x509.RevokedCertificateBuilder().serial_number(7).revocation_date(now)
entry = entry.add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), False)
entry = entry.add_extension(x509.InvalidityDate(now), False)
name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "h")])
builder = x509.CertificateRevocationListBuilder().issuer_name(name).last_update(now)
builder = builder.next_update(now + timedelta(days=1)).add_extension(x509.CRLNumber(3), False)
made = builder.add_revoked_certificate(entry.build()).sign(key, hashes.SHA256())
open("list.crl", "wb").write(made.public_bytes(serialization.Encoding.PEM))
"#;
    world.python(REVOKED, &[]);
}

/// Errors of every command are documents too, on standard output, with exit code 1.
#[test]
fn errors_are_documents() {
    let mut documentation = Documentation::read();
    let world = World::with_authority("p256");
    world.write("noise", [0x42; 40]);
    for line in [
        "ca init --cn Again --no-passphrase",
        "ca intermediate web --issuer nobody --cn Web --no-passphrase",
        "ca show nobody",
        "ca list --pki nowhere",
        "key new --out noise",
        "key protect noise --no-passphrase",
        "csr new --key-file noise --out own.csr --cn h",
        "sign noise --out own.crt",
        "issue server flb",
        "inspect noise",
        "verify noise --ca pki/ca/ca.crt",
        "export p12 nobody --out nobody.p12",
        "export jks nobody --out nobody.jks",
        "export k8s nobody --out nobody.yaml",
        "export p7b nobody --out nobody.p7b",
        "export der nobody --out nobody.cer",
        "export pem nobody --out nobody.pem",
        "export bundle nobody --out nobody",
        "trust install nobody",
        "trust bundle nobody --out nobody",
        "list --pki nowhere",
        "revoke nobody --yes",
        "crl nobody",
        "ca set nobody --crl-days 7",
        "audit log --pki nowhere",
        "audit verify --pki nowhere",
        "man noise",
    ] {
        let told = world.run(&format!("{line} --json"));
        assert_eq!(told.code, 1, "{line}\n{told:#?}");
        let document = told.document();
        assert_eq!(document["schema"], "certmint.error/1", "{line}");
        documentation.check(&document);
        let error = document["error"].as_str().unwrap();
        assert!(told.stderr.contains(error), "{line}\n{told:#?}");
        assert!(!error.contains('\n'), "{line}\n{told:#?}");
    }
}

/// A check that found something prints its document and ends with exit code 3.
#[test]
fn a_check_that_found_something_is_a_document() {
    let world = World::with_authority("p256");
    world.ok("issue client client01 --key p256");
    let told = world
        .run("verify pki/certs/client01/client01.crt --ca pki/ca/ca.crt --purpose server --json");
    assert_eq!(told.code, 3, "{told:#?}");
    let document = told.document();
    assert_eq!(document["accepted"], false);
    let findings = document["path"][0]["findings"].as_array().unwrap();
    assert!(
        findings
            .iter()
            .any(|finding| finding["check"] == "purpose" && finding["severity"] == "failure"),
        "{document:#}"
    );
}

/// With colour forced the document stays plain, and a pipe that closes early is no error.
#[test]
fn documents_have_no_colour() {
    let world = World::with_authority("p256");
    let listed = world.ok("list --json --color always");
    assert!(!listed.stdout.contains('\u{1b}'), "{listed:#?}");
    listed.document();
    let mut command = world.command("ca show nobody --json --color always");
    command.env("CLICOLOR_FORCE", "1");
    told(command).document();
}
