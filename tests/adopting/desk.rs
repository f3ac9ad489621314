//! A CA that is kept with `openssl ca`, and what two inventories say of it.

use std::collections::BTreeMap;

use crate::world::World;

/// The configuration of `openssl ca` for a directory `old` beside it.
const CONFIGURATION: &str = "
[ca]
default_ca = old
[old]
dir = old
database = $dir/index.txt
new_certs_dir = $dir/newcerts
serial = $dir/serial
crlnumber = $dir/crlnumber
certificate = $dir/cacert.pem
private_key = $dir/private/cakey.pem
default_md = sha256
default_days = 400
default_crl_days = 30
policy = any
unique_subject = no
copy_extensions = copy
x509_extensions = leaf
[any]
commonName = supplied
[leaf]
basicConstraints = critical,CA:FALSE
extendedKeyUsage = serverAuth
authorityKeyIdentifier = keyid
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[req]
distinguished_name = name
[name]
";

/// How a certificate stands: valid (or expired), or revoked.
pub(crate) type Standings = BTreeMap<String, String>;

impl World {
    /// A world with an `openssl ca` directory `old`.
    pub(crate) fn with_openssl_ca() -> Self {
        let world = Self::new();
        world.write("openssl.cnf", CONFIGURATION);
        for folder in ["old", "old/newcerts", "old/private"] {
            std::fs::create_dir(world.path(folder)).unwrap();
        }
        world.accepts(
            "openssl req -x509 -newkey rsa:2048 -nodes -keyout old/private/cakey.pem \
             -out old/cacert.pem -subj '/O=Old/CN=Old CA' -days 3650 -config openssl.cnf \
             -extensions authority",
        );
        world.write("old/index.txt", "");
        world.write("old/serial", "1000\n");
        world.write("old/crlnumber", "0A\n");
        world
    }

    /// `openssl ca` issues a certificate for a host; the key is `HOST.key`.
    pub(crate) fn openssl_issues(&self, host: &str) {
        self.accepts(&format!(
            "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
             -keyout {host}.key -out {host}.csr -subj /CN={host} -config openssl.cnf \
             -addext subjectAltName=DNS:{host}"
        ));
        self.accepts(&format!(
            "openssl ca -batch -notext -config openssl.cnf -in {host}.csr -out {host}.crt"
        ));
    }

    pub(crate) fn openssl_revokes(&self, host: &str, flags: &str) {
        self.accepts(&format!(
            "openssl ca -config openssl.cnf -revoke {host}.crt {flags}"
        ));
    }

    /// What the index says, by serial number without leading zeros.
    pub(crate) fn index(&self, file: &str) -> Standings {
        self.read_text(file)
            .lines()
            .map(|line| {
                let fields: Vec<&str> = line.split('\t').collect();
                let standing = if fields[0] == "R" {
                    "revoked"
                } else {
                    "issued"
                };
                (plain(fields[3]), standing.to_owned())
            })
            .collect()
    }

    /// What certmint lists, the CA itself left out.
    pub(crate) fn listed(&self) -> Standings {
        let list = self.json("list");
        let rows = list["certificates"].as_array().unwrap();
        rows.iter()
            .filter(|row| row["kind"] != "ca")
            .map(|row| {
                let serial = row["serial"].as_str().unwrap();
                let standing = match row["state"].as_str().unwrap() {
                    "revoked" => "revoked",
                    "issued" | "expired" | "listed" => "issued",
                    other => panic!("{serial} is {other}"),
                };
                (plain(serial), standing.to_owned())
            })
            .collect()
    }

    /// The serial numbers on a revocation list, as openssl reads them.
    pub(crate) fn serials_on(&self, list: &str) -> Vec<String> {
        let text = self.accepts(&format!("openssl crl -in {list} -noout -text"));
        let mut serials: Vec<String> = text
            .lines()
            .filter_map(|line| line.trim().strip_prefix("Serial Number: "))
            .map(plain)
            .collect();
        serials.sort();
        serials
    }
}

/// A number without leading zeros.
pub(crate) fn plain(serial: &str) -> String {
    let digits = serial.trim_start_matches('0').to_ascii_uppercase();
    if digits.is_empty() {
        "0".to_owned()
    } else {
        digits
    }
}
