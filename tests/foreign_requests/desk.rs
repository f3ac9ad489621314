//! A registration desk: takes foreign requests in, has them signed by a foreign CA, and compares the
//! two in bytes.

use serde_json::Value;

use crate::world::World;

/// Compares, in DER that Python walks by itself, subject and public key of a certificate with those
/// of its request, and its issuer with the subject of its CA. Words: `request=certificate=authority`.
const IDENTICAL: &str = r#"
import base64, re, sys

def der(file):
    octets = open(file, "rb").read()
    block = re.search(rb"-----BEGIN [A-Z0-9 ]+-----(.+?)-----END", octets, re.S)
    return base64.b64decode(block.group(1)) if block else octets

def elements(octets):
    """The elements of a constructed value's content, each with its header."""
    found = []
    while octets:
        length, header = octets[1], 2
        if length & 0x80:
            header += length & 0x7F
            length = int.from_bytes(octets[2:header], "big")
        found.append(octets[:header + length])
        octets = octets[header + length:]
    return found

def inside(element):
    header = 2 + (element[1] & 0x7F if element[1] & 0x80 else 0)
    return elements(element[header:])

def certificate(file):
    fields = inside(inside(der(file))[0])
    assert fields[0][0] == 0xA0, "no version field"
    return {"issuer": fields[3], "subject": fields[5], "key": fields[6]}

def request(file):
    fields = inside(inside(der(file))[0])
    return {"subject": fields[1], "key": fields[2]}

for words in sys.argv[1:]:
    asked, made, authority = words.split("=")
    asked, made, authority = request(asked), certificate(made), certificate(authority)
    for what, wanted in [("subject", asked["subject"]), ("key", asked["key"]), ("issuer", authority["subject"])]:
        if made[what] != wanted:
            print(words, what, "differs:", made[what].hex(), "instead of", wanted.hex())
"#;

/// A world with a CA that openssl made, `ca.crt` and `ca.key`, and what was signed with it.
pub(crate) struct Desk {
    pub(crate) world: World,
    signed: Vec<String>,
}

impl Desk {
    /// A CA named as Active Directory names them, with the two attributes of one type that a careless
    /// reader collapses.
    pub(crate) fn new() -> Self {
        let desk = Self {
            world: World::new(),
            signed: Vec::new(),
        };
        desk.world.accepts(
            "openssl req -x509 -new -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
             -keyout ca.key -out ca.crt -days 3650 -subj /DC=com/DC=example/CN=CA \
             -addext keyUsage=critical,keyCertSign,cRLSign",
        );
        desk.world
            .accepts("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out own.key");
        desk
    }

    /// Has openssl write `NAME.csr` with `own.key`.
    pub(crate) fn request(&self, name: &str, options: &str) {
        self.world.accepts(&format!(
            "openssl req -new -key own.key -out {name}.csr {options}"
        ));
    }

    /// Has openssl write `NAME.csr` with `own.key` from a configuration.
    pub(crate) fn request_from(&self, name: &str, configuration: &str) {
        let configuration = format!("[req]\ndistinguished_name=dn\nprompt=no\n{configuration}\n");
        self.world.write(&format!("{name}.cnf"), configuration);
        self.request(name, &format!("-config {name}.cnf"));
    }

    fn line(name: &str, options: &str) -> String {
        format!("sign {name}.csr --out {name}.crt --ca-cert ca.crt --ca-key ca.key {options}")
    }

    /// Signs `NAME.csr`, has openssl accept the certificate, and keeps it for the comparison at the
    /// end. Gives what was decided of each requested extension, `name outcome: reason` each.
    pub(crate) fn signs(&mut self, name: &str, options: &str) -> Vec<String> {
        let made = self.world.json(&Self::line(name, options));
        self.world.accepts(&format!(
            "openssl verify -x509_strict -CAfile ca.crt {name}.crt"
        ));
        self.signed.push(format!("{name}.csr={name}.crt=ca.crt"));
        decisions(&made)
    }

    /// The desk does not sign, says why, and leaves no certificate behind.
    pub(crate) fn refuses(&self, name: &str, options: &str, because: &str) {
        let told = self.world.refused(&Self::line(name, options));
        assert!(
            told.stderr.contains(because),
            "{name}: {because}\n{told:#?}"
        );
        assert!(told.stderr.contains(&format!("{name}.csr")), "{told:#?}");
        assert!(!self.world.exists(&format!("{name}.crt")), "{name}");
    }
}

impl Drop for Desk {
    /// Compares everything that was signed.
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_identical(&self.world, &self.signed);
        }
    }
}

/// Asserts that Python sees the same bytes in each `request=certificate=authority`.
pub(crate) fn assert_identical(world: &World, words: &[String]) {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let differences = world.python(IDENTICAL, &words);
    assert!(differences.is_empty(), "{differences}");
}

/// What was decided of each requested extension.
pub(crate) fn decisions(made: &Value) -> Vec<String> {
    let decisions = made["requested_extensions"].as_array().unwrap();
    decisions
        .iter()
        .map(|decision| {
            let word = |key: &str| decision[key].as_str().unwrap_or_default();
            let text = format!(
                "{} {}: {}",
                word("extension"),
                word("outcome"),
                word("reason")
            );
            text.trim_end_matches(": ").to_owned()
        })
        .collect()
}
