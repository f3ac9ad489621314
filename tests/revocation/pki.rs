//! A PKI with certificates to revoke, and what others say of it afterwards.

use crate::world::World;

/// A root `ca`, a subordinate CA `web` and clients of both: `c1` and `c2` of the root, `c3` and `c4`
/// of the other.
pub(crate) fn with_clients() -> World {
    let world = World::with_authority("p256");
    world.ok("ca intermediate web --issuer ca --cn Web --key p256 --no-passphrase");
    for (name, ca) in [("c1", "ca"), ("c2", "ca"), ("c3", "web"), ("c4", "web")] {
        world.ok(&format!("issue client {name} --ca {ca} --key p256"));
    }
    world
}

/// A statement on the inventory, as somebody with SQLite would make it.
pub(crate) fn sql(world: &World, statement: &str) -> Vec<String> {
    let program = "
import sqlite3, sys
base = sqlite3.connect('pki/inventory.sqlite')
for row in base.execute(sys.argv[1]):
    print(*row)
base.commit()";
    let printed = world.python(program, &[statement]);
    printed.lines().map(str::to_owned).collect()
}

/// The serial number of a certificate's current generation, as openssl prints it.
pub(crate) fn serial(world: &World, name: &str) -> String {
    let line = format!("openssl x509 -in pki/certs/{name}/{name}.crt -noout -serial");
    let said = world.accepts(&line);
    said.trim().strip_prefix("serial=").unwrap().to_owned()
}

/// The serial numbers and reasons of a CA's list as openssl reads them; the list must verify.
pub(crate) fn listed(world: &World, ca: &str) -> Vec<String> {
    let text = world.accepts(&format!(
        "openssl crl -in pki/crl/{ca}.crl -CAfile pki/ca/{ca}.crt -verify -noout -text"
    ));
    let der = world.accepts(&format!(
        "openssl crl -in pki/crl/{ca}.crl.der -inform DER -noout -text"
    ));
    assert_eq!(der, text, "{ca}");
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let mut entries: Vec<String> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        if let Some(serial) = line.strip_prefix("Serial Number: ") {
            entries.push(serial.to_owned());
        } else if line.starts_with("X509v3 CRL Reason Code") {
            let last = entries.last_mut().unwrap();
            *last = format!("{last} {}", lines[index + 1]);
        }
    }
    entries
}

/// The number of a CA's list as openssl reads it.
pub(crate) fn number(world: &World, ca: &str) -> u64 {
    let line = format!("openssl crl -in pki/crl/{ca}.crl -noout -crlnumber");
    let said = world.accepts(&line);
    let hexadecimal = said.trim().strip_prefix("crlNumber=0x").unwrap();
    u64::from_str_radix(hexadecimal, 16).unwrap()
}

/// What `openssl verify -crl_check_all` says of a client's certificate with the lists of the chain.
pub(crate) fn openssl_accepts(world: &World, name: &str, lists: &str) -> bool {
    let verify = format!(
        "openssl verify -crl_check_all -CAfile pki/ca/ca.crt -untrusted pki/ca/web.crt \
         -CRLfile {lists} pki/certs/{name}/{name}.crt"
    );
    let output = world.judge(&verify);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let is_accepted = output.status.success();
    assert!(
        is_accepted || said.contains("certificate revoked"),
        "{said}"
    );
    is_accepted
}
