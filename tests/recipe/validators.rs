//! Every validator's verdict on one certificate.

use certmint::x509::Certificate;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};

use crate::world::World;

/// What a certificate is held against.
pub(crate) enum Purpose<'host> {
    /// A server that clients call by this name.
    Server(&'host str),
    /// A client.
    Client,
}

/// Files of one path.
pub(crate) struct Path<'file> {
    /// The trusted root.
    pub(crate) root: &'file str,
    /// The certificates between, if any.
    pub(crate) intermediates: Option<&'file str>,
    /// The certificate that is judged.
    pub(crate) leaf: &'file str,
}

/// Asserts that openssl (strict), GnuTLS, NSS, Java, rustls-webpki, Python's cryptography and
/// certmint itself accept it.
pub(crate) fn everybody_accepts(world: &World, path: &Path, purpose: &Purpose) {
    openssl(world, path, purpose);
    gnutls(world, path, purpose);
    nss(world, path, purpose);
    java(world, path, purpose);
    rustls(world, path, purpose);
    python(world, path, purpose);
    certmint(world, path, purpose);
}

fn openssl(world: &World, path: &Path, purpose: &Purpose) {
    let between = path
        .intermediates
        .map(|file| format!("-untrusted {file}"))
        .unwrap_or_default();
    let asked = match purpose {
        Purpose::Server(host) => format!("-purpose sslserver -verify_hostname {host}"),
        Purpose::Client => "-purpose sslclient".to_owned(),
    };
    world.accepts(&format!(
        "openssl verify -x509_strict -CAfile {} {between} {asked} {}",
        path.root, path.leaf
    ));
}

fn gnutls(world: &World, path: &Path, purpose: &Purpose) {
    let chain = chain_file(world, path);
    let asked = match purpose {
        Purpose::Server(host) => {
            format!("--verify-hostname {host} --verify-purpose 1.3.6.1.5.5.7.3.1")
        }
        Purpose::Client => "--verify-purpose 1.3.6.1.5.5.7.3.2".to_owned(),
    };
    let said = world.accepts(&format!(
        "certtool --verify --verify-profile medium --load-ca-certificate {} --infile {chain} {asked}",
        path.root
    ));
    assert!(
        said.contains("Verified. The certificate is trusted."),
        "{said}"
    );
}

fn nss(world: &World, path: &Path, purpose: &Purpose) {
    let folder = format!("nss-{}", path.leaf.replace('/', "-"));
    std::fs::create_dir(world.path(&folder)).unwrap();
    let database = format!("-d sql:{folder}");
    world.accepts(&format!("certutil -N {database} --empty-password"));
    let add = |name: &str, trust: &str, file: &str| {
        world.accepts(&format!(
            "certutil -A {database} -n {name} -t {trust} -i {file}"
        ));
    };
    add("root", "CT,C,C", path.root);
    if let Some(between) = path.intermediates {
        add("between", ",,", between);
    }
    add("leaf", ",,", path.leaf);
    let usage = match purpose {
        Purpose::Server(_) => "V",
        Purpose::Client => "C",
    };
    let said = world.accepts(&format!("certutil -V {database} -n leaf -e -u {usage}"));
    assert_eq!(said.trim(), "certutil: certificate is valid");
}

fn java(world: &World, path: &Path, purpose: &Purpose) {
    let chain = chain_file(world, path);
    let purpose = match purpose {
        Purpose::Server(_) => "server",
        Purpose::Client => "client",
    };
    let said = java_client(world, &format!("path {} {chain} {purpose}", path.root));
    assert_eq!(said, "accepted");
}

/// Runs `Client.java`, which Java compiles as it goes.
pub(crate) fn java_client(world: &World, words: &str) -> String {
    const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recipe/Client.java");
    let said = world.accepts(&format!("java '{PROGRAM}' {words}"));
    said.trim().to_owned()
}

fn rustls(world: &World, path: &Path, purpose: &Purpose) {
    let der = |file: &str| {
        let block = pem::parse(world.read(file)).unwrap();
        CertificateDer::from(block.into_contents())
    };
    let root = der(path.root);
    let between: Vec<CertificateDer> = path.intermediates.iter().map(|file| der(file)).collect();
    let leaf = der(path.leaf);
    let anchors = [anchor_from_trusted_cert(&root).unwrap()];
    let judged = EndEntityCert::try_from(&leaf).unwrap();
    let usage = match purpose {
        Purpose::Server(_) => KeyUsage::server_auth(),
        Purpose::Client => KeyUsage::client_auth(),
    };
    judged
        .verify_for_usage(
            webpki::ALL_VERIFICATION_ALGS,
            &anchors,
            &between,
            UnixTime::now(),
            usage,
            None,
            None,
        )
        .unwrap_or_else(|error| panic!("rustls-webpki on {}: {error:?}", path.leaf));
    if let Purpose::Server(host) = purpose {
        judged
            .verify_is_valid_for_subject_name(&ServerName::try_from(*host).unwrap())
            .unwrap_or_else(|error| panic!("rustls-webpki on {}: {error:?}", path.leaf));
    }
}

fn python(world: &World, path: &Path, purpose: &Purpose) {
    const PROGRAM: &str = r#"
import sys
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store
root, leaf, between, host = sys.argv[1:]
load = lambda file: x509.load_pem_x509_certificates(open(file, "rb").read())
builder = PolicyBuilder().store(Store(load(root)))
between = load(between) if between else []
if host:
    builder.build_server_verifier(x509.DNSName(host)).verify(load(leaf)[0], between)
else:
    builder.build_client_verifier().verify(load(leaf)[0], between)
"#;
    let host = match purpose {
        Purpose::Server(host) => host,
        // cryptography's client verifier demands a subject alternative name, which a client that is
        // known by its subject does not have.
        Purpose::Client if names(world, path.leaf).is_empty() => return,
        Purpose::Client => "",
    };
    let between = path.intermediates.unwrap_or_default();
    world.python(PROGRAM, &[path.root, path.leaf, between, host]);
}

fn names(world: &World, file: &str) -> Vec<certmint::x509::GeneralName> {
    let block = pem::parse(world.read(file)).unwrap();
    let certificate = Certificate::from_der(block.contents()).unwrap();
    certificate.subject_alt_names().unwrap()
}

fn certmint(world: &World, path: &Path, purpose: &Purpose) {
    let asked = match purpose {
        Purpose::Server(host) => format!("--host {host}"),
        Purpose::Client => "--purpose client".to_owned(),
    };
    let between = path.intermediates.unwrap_or_default();
    let verdict = world.json(&format!(
        "verify {} {between} --ca {} {asked}",
        path.leaf, path.root
    ));
    assert_eq!(verdict["accepted"], true, "{verdict:#}");
    assert_eq!(verdict["rustls"]["accepted"], true, "{verdict:#}");
}

/// A file with the leaf first and what is between behind it, as a server sends them.
fn chain_file(world: &World, path: &Path) -> String {
    let name = format!("{}.sent", path.leaf.replace('/', "-"));
    let between = path.intermediates.map(|file| world.read(file));
    let sent = [world.read(path.leaf), between.unwrap_or_default()].concat();
    world.write(&name, sent);
    name
}
