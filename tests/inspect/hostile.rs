//! Names that want to drive the terminal, and bytes that want to break the reader.

use certmint::{
    inspect::{describe, open},
    key::Passphrase,
};
use zeroize::Zeroizing;

use crate::lab::{Lab, now};

#[test]
fn no_name_drives_the_terminal() {
    let lab = Lab::new();
    lab.python(
        r#"
import datetime as d
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
key = ec.generate_private_key(ec.SECP256R1())
evil = "\x1b]0;owned\x07\x1b[2J\r\nsubject=CN = bank\u202e\x9b"
name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, evil)])
now = d.datetime.now(d.timezone.utc)
certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
  .serial_number(1).not_valid_before(now).not_valid_after(now + d.timedelta(days=9))
  .add_extension(x509.SubjectAlternativeName([x509.DNSName("a\x1b[31m\r\nb"), x509.DirectoryName(name),
     x509.UniformResourceIdentifier("http://\x1bc")]), False)
  .add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier("2.16.840.1.113730.1.13"), b"\x16\x05a\x1b[1m"), False)
  .add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"\x0c\x05a\x1b[1m"), False)
  .add_extension(x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier("1.2.3"),
     [x509.UserNotice(None, evil)])]), False)
  .sign(key, hashes.SHA256()))
open("evil.crt", "wb").write(certificate.public_bytes(serialization.Encoding.PEM))
request = (x509.CertificateSigningRequestBuilder().subject_name(name)
  .add_attribute(x509.ObjectIdentifier("1.2.840.113549.1.9.2"), evil.encode()).sign(key, hashes.SHA256()))
open("evil.csr", "wb").write(request.public_bytes(serialization.Encoding.PEM))
from cryptography.hazmat.primitives.serialization import pkcs12, NoEncryption
open("evil.p12", "wb").write(pkcs12.serialize_key_and_certificates(evil.encode(), key, certificate, None,
  serialization.BestAvailableEncryption(b"x")))
open("pass", "w").write("x\n")
"#,
    );
    let evil_file = "a\u{1b}[2Jb.crt";
    lab.write(evil_file, &lab.read("evil.crt"));
    for arguments in [
        &["evil.crt"][..],
        &["--only", "subject,issuer,san,extensions", "evil.crt"],
        &["evil.csr"],
        &["evil.p12", "--password-file", "pass"],
        &["--json", "evil.crt"],
        &[evil_file, "evil.csr"],
        &["--show-openssl", evil_file],
    ] {
        let output = lab.certmint(&[&["inspect", "--color", "never"], arguments].concat());
        assert!(output.status.success(), "{arguments:?}");
        for stream in [output.stdout, output.stderr] {
            let text = String::from_utf8(stream).unwrap();
            let bad = text.chars().find(|one| one.is_control() && *one != '\n');
            assert_eq!(bad, None, "{arguments:?}: {text:?}");
            if !arguments.contains(&"--json") {
                assert!(!text.contains('\u{202e}'), "{arguments:?}");
            }
            assert!(
                !text
                    .lines()
                    .any(|line| line.starts_with("subject=CN = bank")),
                "{text}"
            );
        }
    }
    // With colour on, only our own sequences.
    let output = lab.certmint(&["inspect", "--color", "always", "evil.crt"]);
    let text = String::from_utf8(output.stdout).unwrap();
    for sequence in text.split('\u{1b}').skip(1) {
        let code: String = sequence.chars().take_while(|one| *one != 'm').collect();
        assert!(
            code.starts_with('[')
                && code[1..]
                    .chars()
                    .all(|one| one.is_ascii_digit() || one == ';'),
            "{sequence:?}"
        );
    }
}

/// A small generator, so that a failure can be repeated.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }
}

#[test]
fn ten_thousand_broken_files_are_survived() {
    let lab = Lab::new();
    lab.chain();
    lab.shell("openssl x509 -in leaf.crt -outform DER -out leaf.der; openssl req -in leaf.csr -outform DER -out csr.der; \
               openssl x509 -in /dev/stdin -in leaf.crt -trustout -addtrust serverAuth -outform PEM -out trusted.pem; \
               openssl crl2pkcs7 -nocrl -certfile leaf.crt -certfile root.crt -outform DER -out bundle.p7c; \
               openssl pkcs12 -export -inkey leaf.key -in leaf.crt -keypbe NONE -certpbe NONE -nomac -passout pass: -out leaf.p12; \
               openssl pkcs8 -topk8 -iter 1 -in leaf.key -passout pass:x -outform DER -out enc.der; \
               openssl pkey -in leaf.key -outform DER -out key.der; openssl pkey -in leaf.key -pubout -outform DER -out pub.der; \
               cat leaf.crt leaf.key leaf.csr > all.pem");
    lab.python(
        "import subprocess\nopen('ca.cnf','w').write('[ca]\\ndefault_ca=d\\n[d]\\ndatabase=i\\ndefault_md=sha256\\n\
         default_crl_days=7\\nprivate_key=root.key\\ncertificate=root.crt\\n')\nopen('i','w')\n\
         subprocess.run('openssl ca -config ca.cnf -revoke leaf.crt; openssl ca -config ca.cnf -gencrl | openssl crl -outform DER -out list.der',shell=True,check=True)\n",
    );
    let seeds: Vec<Vec<u8>> = [
        "leaf.der",
        "csr.der",
        "trusted.pem",
        "bundle.p7c",
        "leaf.p12",
        "enc.der",
        "key.der",
        "pub.der",
        "all.pem",
        "list.der",
    ]
    .iter()
    .map(|name| lab.read(name))
    .collect();
    let password = Passphrase::new(Zeroizing::new("x".to_owned()));
    let mut dice = Dice(0x5eed);
    let mut shown = 0;
    for round in 0..10_000 {
        let mut file = seeds[round % seeds.len()].clone();
        for _ in 0..=dice.roll(4) {
            let position = dice.roll(file.len());
            match dice.roll(4) {
                0 => file[position] = u8::try_from(dice.roll(256)).unwrap(),
                1 => file[position] ^= 1 << dice.roll(8),
                2 => file.truncate(position.max(1)),
                _ => file.insert(position, u8::try_from(dice.roll(256)).unwrap()),
            }
        }
        let Ok(items) = open(&file) else { continue };
        for item in &items {
            if let Ok(description) = describe(&item.object, now(), Some(&password)) {
                shown += usize::from(serde_json::to_string(&description).is_ok());
            }
        }
    }
    assert!(shown > 5_000, "{shown}");
}
