//! `export bundle`: the folder for whoever uses a client certificate.

use crate::{
    judge,
    world::{Told, World, told},
};

const DESTINATIONS: [(&str, &str, bool); 9] = [
    ("modern", "AES-256-CBC", true),
    ("legacy", "pbeWithSHA1And3-KeyTripleDES-CBC", true),
    ("windows", "pbeWithSHA1And3-KeyTripleDES-CBC", false),
    ("macos", "pbeWithSHA1And3-KeyTripleDES-CBC", true),
    ("ios", "pbeWithSHA1And3-KeyTripleDES-CBC", true),
    ("android", "pbeWithSHA1And3-KeyTripleDES-CBC", false),
    ("firefox", "AES-256-CBC", false),
    ("linux", "AES-256-CBC", false),
    ("java", "AES-256-CBC", false),
];

/// Opens the PKCS#12 file of a profile with Python's cryptography, and compares.
const PROFILE: &str = "
import plistlib, sys
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12
folder, password, leaf, root = sys.argv[1:]
octets = open(folder + '/client01.mobileconfig', 'rb').read()
password = open(password, 'rb').read().strip()
assert password not in octets
profile = plistlib.loads(octets, fmt=plistlib.FMT_XML)
assert profile['PayloadScope'] == 'User'
authority, identity = profile['PayloadContent']
assert authority['PayloadType'] == 'com.apple.security.root'
root = x509.load_pem_x509_certificate(open(root, 'rb').read())
assert authority['PayloadContent'] == root.public_bytes(Encoding.DER)
assert identity['PayloadType'] == 'com.apple.security.pkcs12' and 'Password' not in identity
leaf = x509.load_pem_x509_certificate(open(leaf, 'rb').read())
spki = lambda key: key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
for octets in (identity['PayloadContent'], open(folder + '/client01.p12', 'rb').read()):
    opened = load_pkcs12(octets, password)
    assert opened.cert.certificate == leaf and opened.cert.friendly_name == b'client01'
    assert spki(opened.key.public_key()) == spki(leaf.public_key())
    assert [one.certificate.subject for one in opened.additional_certs][-1] == root.subject
open(folder + '.payload.p12', 'wb').write(identity['PayloadContent'])
print(profile['PayloadUUID'], identity['PayloadUUID'])
";

fn world() -> World {
    let world = World::with_authority("p256");
    world.ok("ca intermediate web --issuer ca --cn 'Web CA' --key p256 --no-passphrase");
    world.ok("issue client client01 --ca web --key p256");
    world
}

fn encryption(world: &World, file: &str, password: &str) -> String {
    let output = world
        .judge_command(&format!(
            "openssl pkcs12 -in {file} -passin file:{password} -info -noout -legacy"
        ))
        .output()
        .unwrap();
    assert!(output.status.success(), "{file}: {output:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn each_destination_gets_what_it_reads() {
    let world = world();
    for (destination, cipher, has_profile) in DESTINATIONS {
        let told = world.ok(&format!(
            "export bundle client01 --for {destination} --out {destination}"
        ));
        assert!(
            told.stderr.contains("by another way than the folder"),
            "{told:#?}"
        );
        let password = format!("{destination}.password");
        let secret = world.read_text(&password);
        assert!(!told.stdout.contains(secret.trim()) && !told.stderr.contains(secret.trim()));
        let info = encryption(&world, &format!("{destination}/client01.p12"), &password);
        assert!(info.contains(cipher), "{destination}: {info}");
        assert_eq!(
            world.exists(&format!("{destination}/client01.mobileconfig")),
            has_profile,
            "{destination}"
        );
        // The steps of the others are left out.
        let steps = world.read_text(&format!("{destination}/README.md"));
        let is_any = ["modern", "legacy"].contains(&destination);
        assert_eq!(
            steps.contains("## Android"),
            is_any || destination == "android"
        );
        assert_eq!(
            steps.contains("## Windows"),
            is_any || destination == "windows"
        );
        assert!(steps.matches("\n## ").count() > 2, "{steps}");
        // The password is in no file of the folder.
        let output = world.judge(&format!("grep -r {} {destination}", secret.trim()));
        assert_eq!(output.status.code(), Some(1), "{destination}");
        // And opens the file for NSS and Java too.
        world.accepts(&format!(
            "pk12util -l {destination}/client01.p12 -w {password}"
        ));
        if is_any {
            world.accepts(&format!(
                "keytool -list -keystore {destination}/client01.p12 -storepass:file {password}"
            ));
        }
    }
}

/// The blocks of commands of a document, without what they are moved in by.
fn blocks(document: &str) -> Vec<String> {
    let parts = document.split("```").skip(1).step_by(2);
    parts
        .map(|block| {
            let lines: Vec<&str> = block.lines().map(str::trim_start).collect();
            lines.join("\n")
        })
        .collect()
}

/// The steps for Java and for PEM, as they stand: the trust store has the CA, and the PEM file what a
/// server needs to verify the certificate up to a root.
#[test]
fn steps_make_a_trust_store_and_a_whole_chain() {
    let world = world();
    world.ok("export bundle client01 --for java --out java");
    let document = world.read_text("java/README.md");
    let blocks = blocks(&document);
    let block = |word: &str| blocks.iter().find(|block| block.contains(word)).unwrap();
    let options = block("-Djavax.net.ssl.keyStore=");
    for option in [
        "-Djavax.net.ssl.trustStore=client01.trust.p12",
        "-Djavax.net.ssl.trustStoreType=PKCS12",
    ] {
        assert!(options.contains(option), "{options}");
    }
    let password = world.read_text("java.password");
    let run = |script: &str, typed: String| {
        world.write("typed", typed);
        let mut command = std::process::Command::new("setsid");
        command
            .args(["--wait", "bash", "-ec", script])
            .current_dir(world.path("java"))
            .stdin(std::fs::File::open(world.path("typed")).unwrap());
        judge::ok(command);
    };
    run(block("keytool"), "changeit\nchangeit\n".to_owned());
    let listed =
        world.accepts("keytool -list -rfc -keystore java/client01.trust.p12 -storepass changeit");
    let root = world.read_text("pki/ca/ca.crt");
    let line = root.lines().nth(1).unwrap();
    assert!(listed.contains(line), "{listed}");
    // Each of the two commands asks for the password.
    run(block("-nokeys"), format!("{password}{password}"));
    let verified = "openssl verify -purpose sslclient -CAfile pki/ca/ca.crt \
                    -untrusted java/client01.crt java/client01.crt";
    world.accepts(verified);
    let of_key = world.accepts("openssl pkey -in java/client01.key -pubout");
    let of_certificate = world.accepts("openssl x509 -in java/client01.crt -noout -pubkey");
    assert_eq!(of_key, of_certificate);
    // Markdown shows ampersands as they are.
    world.ok("export bundle client01 --for ios --out ios");
    let document = world.read_text("ios/README.md");
    assert!(document.contains("VPN & Device Management"), "{document}");
}

#[test]
fn a_profile_has_key_and_ca_and_keeps_its_identifiers() {
    let world = world();
    let mut identifiers = Vec::new();
    for folder in ["one", "two"] {
        world.ok(&format!(
            "export bundle client01 --out {folder} --org 'A & B'"
        ));
        identifiers.push(world.python(
            PROFILE,
            &[
                folder,
                &format!("{folder}.password"),
                "pki/certs/client01/client01.crt",
                "pki/ca/ca.crt",
            ],
        ));
    }
    assert_eq!(identifiers[0], identifiers[1]);
    assert_ne!(world.read("one.password"), world.read("two.password"));
    // What Apple's older systems read.
    let info = encryption(&world, "one.payload.p12", "one.password");
    assert!(info.contains("pbeWithSHA1And3-KeyTripleDES-CBC"), "{info}");
    world.accepts("openssl verify -CAfile one/client01.ca.crt -untrusted pki/ca/web.crt pki/certs/client01/client01.crt");
}

#[test]
fn everything_is_its_owners_alone_and_nothing_is_written_over() {
    let world = world();
    world.ok("issue server flb --san flb.example --ca web --key p256");
    world.ok("export bundle client01 --out out --password-out client01.pass");
    let modes = world.accepts("stat -c %a out out/client01.p12 out/README.md client01.pass");
    assert_eq!(modes, "700\n600\n600\n600\n");
    let password = world.read_text("client01.pass");
    let groups: Vec<&str> = password.trim_end().split('-').collect();
    assert!(
        groups.len() == 5 && groups.iter().all(|group| group.len() == 4),
        "{groups:?}"
    );
    assert!(!password.contains(['0', 'o', '1', 'l', 'i']));

    let before = world.accepts("sha256sum client01.pass out/client01.p12");
    for line in [
        "export bundle client01 --out out",
        "export bundle client01 --out other --password-out client01.pass",
        "export bundle client01 --out other --password-out other/password",
        "export bundle client01 --out nowhere/other --password-out other.pass",
        "export bundle client01 --out other --password-out nowhere/password",
        "export bundle flb --out other",
        "export bundle ca --out other",
        "export bundle nobody --out other",
    ] {
        world.refused(line);
        assert_eq!(
            world.accepts("sha256sum client01.pass out/client01.p12"),
            before
        );
        for left in ["other", "other.pass", "other.password"] {
            assert!(!world.exists(left), "{line} left {left}");
        }
    }
    // A key that is locked is opened by its passphrase.
    world.write("secret", "secret0\n");
    world.ok("key protect pki/certs/client01/client01.key --new-passphrase-file secret");
    world.refused("export bundle client01 --out other --passphrase-file client01.pass");
    assert!(!world.exists("other") && !world.exists("other.password"));
    world.ok("export bundle client01 --out other --passphrase-file secret");
}

/// Runs a line under strace, which lets a system call fail.
fn with_fault(world: &World, line: &str, fault: &str) -> Told {
    let mut command = judge::strace();
    let plain = world.command(line);
    command
        .args(["-f", "-qq", "-o", "trace", "-e", "trace=fsync,renameat2"])
        .args(["-e", fault])
        .arg(plain.get_program())
        .args(plain.get_args())
        .current_dir(world.folder());
    told(command)
}

#[test]
fn a_folder_that_may_not_be_durable_keeps_its_password() {
    let world = world();
    let line = "export bundle client01 --out out";
    let told = with_fault(&world, line, "signal=none");
    assert_eq!(told.code, 0, "{told:#?}");
    let syncs = world.read_text("trace").matches("fsync(").count();
    for (when, is_there) in [(syncs, true), (syncs - 1, false)] {
        world.accepts("rm -r out out.password");
        let told = with_fault(&world, line, &format!("inject=fsync:error=EIO:when={when}"));
        assert_eq!(told.code, 1, "{told:#?}");
        assert_eq!(world.exists("out/client01.p12"), is_there, "{told:#?}");
        assert_eq!(world.exists("out.password"), is_there, "{told:#?}");
        if is_there {
            encryption(&world, "out/client01.p12", "out.password");
        }
    }
}

/// NFS has no rename that spares what is there, and no file system links to folders.
#[test]
fn folders_are_written_where_only_plain_renames_are() {
    let world = world();
    let fault = "inject=renameat2:error=EINVAL";
    for line in [
        "export bundle client01 --out out",
        "trust bundle ca --out fleet",
    ] {
        let told = with_fault(&world, line, fault);
        assert_eq!(told.code, 0, "{told:#?}");
        assert!(world.read_text("trace").contains("EINVAL"));
        let told = with_fault(&world, line, fault);
        assert_eq!(told.code, 1, "{told:#?}");
    }
    world.ok("trust bundle ca --out again");
    world.accepts("diff -r fleet again");
    encryption(&world, "out/client01.p12", "out.password");
    let left = world.accepts("ls -A");
    assert!(!left.contains(".certmint-"), "{left}");
}
