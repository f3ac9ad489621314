//! Revocation lists as bytes: what the library writes and what others read of it.

use certmint::{
    ca::{CaError, Issuer, RevocationListOrder, RevokedCertificates},
    key::KeyFile,
    x509::{CaCertificate, Certificate, RevocationReason, RevokedCertificate, Validity},
};
use time::{Duration, OffsetDateTime, macros::datetime};

use crate::world::World;

/// The issuer of a world's `pki/ca/NAME`, whose key is in the clear.
fn issuer(world: &World, name: &str) -> Issuer {
    let pem = ::pem::parse(world.read(&format!("pki/ca/{name}.crt"))).unwrap();
    let certificate = Certificate::from_der(pem.contents()).unwrap();
    let key = KeyFile::read(&world.read(&format!("pki/ca/{name}.key")))
        .and_then(|file| file.unlock(None))
        .unwrap();
    Issuer::new(CaCertificate::try_from(certificate).unwrap(), key).unwrap()
}

fn order(number: u64, days: i64) -> RevocationListOrder {
    let now = OffsetDateTime::now_utc();
    RevocationListOrder {
        number,
        validity: Validity::new(now - Duration::MINUTE, now + Duration::days(days)).unwrap(),
    }
}

fn write(
    world: &World,
    issuer: &Issuer,
    order: &RevocationListOrder,
    revoked: &[RevokedCertificate],
) {
    let mut der = Vec::new();
    let written = issuer
        .write_revocation_list(order, revoked, OffsetDateTime::now_utc(), &mut der)
        .unwrap();
    assert_eq!(written.octets, der.len() as u64);
    assert_eq!(written.entries, revoked.len() as u64);
    world.write("list.crl", der);
}

fn revoked(serial: &[u8], reason: RevocationReason) -> RevokedCertificate {
    RevokedCertificate {
        serial: serial.to_vec(),
        revoked_at: datetime!(2026-02-03 04:05:06 UTC),
        reason,
    }
}

/// `SERIAL REASON` of each entry, as Python's cryptography reads them.
fn read_by_python(world: &World) -> Vec<String> {
    let program = "
import sys
from cryptography import x509
list = x509.load_der_x509_crl(open('list.crl', 'rb').read())
issuer = x509.load_pem_x509_certificate(open('pki/ca/ca.crt', 'rb').read())
assert list.is_signature_valid(issuer.public_key())
assert list.issuer.public_bytes() == issuer.subject.public_bytes()
extensions = list.extensions
key = extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
assert key == issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
print(extensions.get_extension_for_class(x509.CRLNumber).value.crl_number)
for entry in list:
    try:
        reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.value
    except x509.ExtensionNotFound:
        reason = '-'
    print(format(entry.serial_number, 'X'), reason)
";
    let printed = world.python(program, &[]);
    printed.lines().map(str::to_owned).collect()
}

#[test]
fn every_kind_of_key_signs_lists_that_others_read() {
    for kind in ["rsa2048", "rsa4096", "p256", "p384", "p521", "ed25519"] {
        let world = World::with_authority(kind);
        let issuer = issuer(&world, "ca");
        let entries = [
            revoked(&[0x7f; 20], RevocationReason::KeyCompromise),
            revoked(&[0x80], RevocationReason::Unspecified),
            revoked(&[1, 0], RevocationReason::CertificateHold),
        ];
        write(&world, &issuer, &order(7, 30), &entries);
        let verify = "openssl crl -inform DER -in list.crl -CAfile pki/ca/ca.crt -verify -noout";
        world.accepts(verify);
        let expected = [
            "7",
            &format!("{} keyCompromise", "7F".repeat(20)),
            "80 -",
            "100 certificateHold",
        ];
        assert_eq!(read_by_python(&world), expected, "{kind}");
        world.accepts("certtool --crl-info --inder --infile list.crl");
        world.accepts("keytool -printcrl -file list.crl");
    }
}

#[test]
fn openssl_names_every_reason_and_date() {
    let world = World::with_authority("p256");
    let entries: Vec<_> = RevocationReason::ALL
        .into_iter()
        .map(|reason| revoked(&[0xa0 + reason.number()], reason))
        .collect();
    write(
        &world,
        &issuer(&world, "ca"),
        &order(u64::MAX, 30),
        &entries,
    );
    let text = world.accepts("openssl crl -inform DER -in list.crl -noout -text");
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let reasons = [
        "Key Compromise",
        "CA Compromise",
        "Affiliation Changed",
        "Superseded",
        "Cessation Of Operation",
        "Certificate Hold",
        "Remove From CRL",
        "Privilege Withdrawn",
        "AA Compromise",
    ];
    let told: Vec<&str> = lines
        .windows(2)
        .filter(|pair| pair[0].starts_with("X509v3 CRL Reason Code"))
        .map(|pair| pair[1])
        .collect();
    assert_eq!(told, reasons, "{text}");
    // `unspecified` is the absence of a reason.
    assert_eq!(
        lines
            .iter()
            .filter(|line| line.starts_with("Serial Number: A"))
            .count(),
        10
    );
    assert_eq!(
        lines
            .iter()
            .filter(|line| **line == "Revocation Date: Feb  3 04:05:06 2026 GMT")
            .count(),
        10
    );
    assert!(lines.contains(&"Version 2 (0x1)"), "{text}");
    assert!(text.contains("18446744073709551615"), "{text}");
}

#[test]
fn a_list_without_entries_has_no_empty_sequence() {
    let world = World::with_authority("p256");
    write(&world, &issuer(&world, "ca"), &order(1, 30), &[]);
    let text = world
        .accepts("openssl crl -inform DER -in list.crl -CAfile pki/ca/ca.crt -verify -noout -text");
    assert!(text.contains("No Revoked Certificates."), "{text}");
    // The structure itself, since some readers refuse the empty sequence (RFC 5280 §5.1.2.6).
    let parsed = world.accepts("openssl asn1parse -inform DER -in list.crl");
    let inner = parsed.lines().filter(|line| line.contains("d=2 "));
    // Version, signature, issuer, two times, extensions; and the identifier behind the list.
    assert_eq!(inner.count(), 7, "{parsed}");
}

#[test]
fn dates_from_2050_on_are_generalized_times() {
    let world = World::new();
    world.ok("ca init --cn testca.com --key p256 --no-passphrase --days 20000");
    let issuer = issuer(&world, "ca");
    let now = OffsetDateTime::now_utc();
    for (end, kind) in [
        (datetime!(2049-12-31 23:59:59 UTC), "UTCTIME"),
        (datetime!(2050-01-01 00:00:00 UTC), "GENERALIZEDTIME"),
    ] {
        let order = RevocationListOrder {
            number: 1,
            validity: Validity::new(now, end).unwrap(),
        };
        write(&world, &issuer, &order, &[]);
        let parsed = world.accepts("openssl asn1parse -inform DER -in list.crl");
        let times: Vec<&str> = parsed
            .lines()
            .filter(|line| line.contains("TIME"))
            .collect();
        assert!(times[0].contains("UTCTIME"), "{parsed}");
        assert!(times[1].contains(kind), "{parsed}");
    }
}

/// Long enough that every length has its own number of octets, and serial numbers as foreign CAs
/// made them.
#[test]
fn lengths_of_every_size() {
    let world = World::with_authority("p256");
    let issuer = issuer(&world, "ca");
    for count in [1_u32, 2, 3, 4, 5, 6, 1_300, 1_400, 400_000] {
        let entries: Vec<_> = (0..count)
            .map(|number| {
                let serial = (u64::from(number) << 24 | 1).to_be_bytes();
                revoked(&serial, RevocationReason::Superseded)
            })
            .collect();
        write(&world, &issuer, &order(1, 30), &entries);
        let verify = "openssl crl -inform DER -in list.crl -CAfile pki/ca/ca.crt -verify -noout";
        world.accepts(verify);
    }
    let odd = [
        revoked(&[0], RevocationReason::Unspecified),
        revoked(&[], RevocationReason::Unspecified),
        revoked(&[0xff; 64], RevocationReason::Unspecified),
    ];
    write(&world, &issuer, &order(1, 30), &odd);
    let text = world.accepts("openssl crl -inform DER -in list.crl -noout -text");
    assert!(
        text.replace("\\\n", "")
            .replace(' ', "")
            .contains(&"FF".repeat(64)),
        "{text}"
    );
}

#[test]
fn a_list_does_not_outlive_its_issuer() {
    let world = World::with_authority("p256");
    let issuer = issuer(&world, "ca");
    let now = OffsetDateTime::now_utc();
    let mut nowhere = std::io::sink();
    let mut make = |order: &RevocationListOrder, now| {
        issuer.write_revocation_list(order, &[][..], now, &mut nowhere)
    };
    make(&order(1, 3600), now).unwrap();
    let refused = make(&order(1, 3660), now).unwrap_err();
    assert!(
        matches!(refused, CaError::OutlivesIssuer { .. }),
        "{refused}"
    );
    let later = now + Duration::days(3660);
    let refused = make(&order(1, 30), later).unwrap_err();
    assert!(
        matches!(refused, CaError::IssuerExpired { .. }),
        "{refused}"
    );
}

#[test]
fn a_ca_that_may_not_sign_lists_does_not() {
    let world = World::new();
    world.accepts("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ca.key");
    std::fs::create_dir_all(world.path("pki/ca")).unwrap();
    world.accepts(
        "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out pki/ca/ca.key",
    );
    for (usage, may) in [
        ("keyUsage=critical,keyCertSign", false),
        ("keyUsage=critical,keyCertSign,cRLSign", true),
        ("nsComment=none", true),
    ] {
        world.accepts(&format!(
            "openssl req -new -x509 -key pki/ca/ca.key -subj /CN=foreign -days 100 \
             -addext {usage} -out pki/ca/ca.crt"
        ));
        let made = issuer(&world, "ca").write_revocation_list(
            &order(1, 30),
            &[][..],
            OffsetDateTime::now_utc(),
            &mut std::io::sink(),
        );
        match made {
            Ok(_) => assert!(may, "{usage}"),
            Err(CaError::MayNotSignLists { .. }) => assert!(!may, "{usage}"),
            Err(other) => panic!("{usage}: {other}"),
        }
    }
}

/// Says something else each time, and more than is kept in memory.
struct Changing(std::cell::Cell<u32>);

impl RevokedCertificates for Changing {
    fn for_each(
        &self,
        take: &mut dyn FnMut(&RevokedCertificate) -> Result<(), CaError>,
    ) -> Result<(), CaError> {
        self.0.set(self.0.get() + 1);
        let entry = revoked(&[0x5a; 64], RevocationReason::Unspecified);
        (0..self.0.get()).try_for_each(|_| take(&entry))
    }
}

/// Takes some octets, then no more.
struct Full(usize);

impl std::io::Write for Full {
    fn write(&mut self, octets: &[u8]) -> std::io::Result<usize> {
        let taken = octets.len().min(self.0);
        self.0 -= taken;
        match taken {
            0 => Err(std::io::ErrorKind::StorageFull.into()),
            taken => Ok(taken),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn entries_that_change_and_disks_that_are_full_make_no_list() {
    let world = World::with_authority("p256");
    let issuer = issuer(&world, "ca");
    let now = OffsetDateTime::now_utc();
    let changing = Changing(std::cell::Cell::new(900_000));
    let refused = issuer
        .write_revocation_list(&order(1, 30), &changing, now, &mut std::io::sink())
        .unwrap_err();
    assert!(matches!(refused, CaError::RevokedChanged), "{refused}");
    for room in [0, 10, 200] {
        let refused = issuer
            .write_revocation_list(&order(1, 30), &[][..], now, &mut Full(room))
            .unwrap_err();
        assert!(matches!(refused, CaError::Output(_)), "{refused}");
    }
}
