//! What can be wrong with a key, and what to do about it.

use super::algorithm::{Curve, EC, KeyAlgorithm};
use super::signature::SignatureAlgorithm;

/// What was wrong with a key, a key file, or what was asked of a key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Not a word of [`KeySpec`](super::KeySpec).
    #[error("{0:?} is no kind of key (rsa2048, rsa3072, rsa4096, p256, p384, p521 or ed25519)")]
    UnknownSpec(String),
    /// No bytes at all, or only white space.
    #[error("the file is empty")]
    Empty,
    /// Neither PEM nor DER of anything known.
    #[error("no private key found, in PEM or in DER")]
    NoPrivateKey,
    /// Something else that is known.
    #[error("the file holds {what}, not a private key")]
    HoldsInstead {
        /// What it holds, with its article, for example `a certificate`.
        what: &'static str,
    },
    /// More private keys than one: which one was meant cannot be known.
    #[error("the file holds {0} private keys; only one is expected")]
    SeveralKeys(usize),
    /// A container of private keys that belongs to another program.
    #[error("the file holds {}, which is not supported", .0.name())]
    ForeignContainer(ForeignContainer),
    /// A PEM block that begins and does not end.
    #[error("the PEM block {label:?} has no end line: the file is truncated")]
    PemTruncated {
        /// The label of the BEGIN line.
        label: String,
    },
    /// A PEM block whose text cannot be decoded.
    #[error("the PEM block {label:?} is damaged: {reason}")]
    PemDamaged {
        /// The label of the BEGIN line.
        label: String,
        /// What is wrong with its text.
        reason: &'static str,
    },
    /// Bytes that are not the DER structure which they begin like.
    #[error("the {what} is damaged or truncated")]
    Damaged {
        /// The structure.
        what: &'static str,
        /// Where reading stopped.
        #[source]
        source: der::Error,
    },
    /// A structure that reads, with a value in it that cannot be.
    #[error("the {0} is damaged: it has an impossible value")]
    Malformed(&'static str),
    /// An elliptic curve key that does not say on which curve.
    #[error("the elliptic curve key does not name its curve")]
    CurveMissing,
    /// A kind of key that certmint cannot use.
    #[error("unsupported key: {}", described(.0))]
    UnsupportedKey(KeyAlgorithm),
    /// An RSA modulus outside 2048 to 8192 bits.
    #[error("unsupported key: RSA with {bits} bits (2048 to 8192 are supported)")]
    RsaSize {
        /// Size of the modulus, in bits.
        bits: u32,
    },
    /// An RSA key with more than two primes (RFC 8017 §3.2).
    #[error("unsupported key: RSA with more than two primes")]
    RsaMultiPrime,
    /// A key file that is encrypted in a way that certmint cannot undo.
    #[error("unsupported encryption of the key file: {name} ({identifier})")]
    UnsupportedProtection {
        /// The usual name of the scheme, cipher or function, or `unknown algorithm`.
        name: String,
        /// Its object identifier, or the name that the PEM header uses.
        identifier: String,
    },
    /// A PBKDF2 iteration count above the bound: it would keep the program busy for long.
    #[error("the key file asks for {iterations} PBKDF2 iterations; at most {bound} are accepted")]
    TooManyIterations {
        /// What the file asks for (`u64::MAX` for anything that does not fit).
        iterations: u64,
        /// What is accepted.
        bound: u64,
    },
    /// scrypt parameters above the bounds on memory (128·N·r octets) or on work (N·r·p).
    #[error(
        "the key file asks for scrypt with N={cost}, r={block_size}, p={parallelization}; at most \
         {memory_bound} octets of memory (128·N·r) and N·r·p = {work_bound} are accepted"
    )]
    ScryptTooCostly {
        /// N, the cost.
        cost: u64,
        /// r, the block size.
        block_size: u64,
        /// p, the parallelization.
        parallelization: u64,
        /// The bound on 128·N·r, in octets.
        memory_bound: u64,
        /// The bound on N·r·p.
        work_bound: u64,
    },
    /// An encrypted key without a passphrase.
    #[error("the private key is encrypted and no passphrase was given")]
    PassphraseNeeded,
    /// A passphrase that does not open the key.
    #[error("wrong passphrase")]
    WrongPassphrase,
    /// The passphrase opened the file, and what came out is not a whole key.
    #[error("the passphrase fits, but the private key inside is damaged")]
    DamagedInside(#[source] Box<KeyError>),
    /// A public half that belongs to another private key.
    #[error("the public key in the file does not belong to the private key")]
    PublicHalfMismatch,
    /// Numbers that do not make a key together.
    #[error("the {0} private key is inconsistent: its numbers do not belong together")]
    Inconsistent(&'static str),
    /// No key is encrypted with an empty passphrase.
    #[error("the passphrase is empty")]
    EmptyPassphrase,
    /// Fewer PBKDF2 iterations than can be ordered, or more than could be read again.
    #[error("{iterations} PBKDF2 iterations are outside {least} to {most}")]
    IterationsOutOfRange {
        /// What was ordered.
        iterations: u32,
        /// The least that can be ordered.
        least: u32,
        /// The most that is read again.
        most: u32,
    },
    /// The cryptographic library could not make a key.
    #[error("the system could not generate a {0} key")]
    Generation(&'static str),
    /// The system's source of random numbers failed.
    #[error("the system gave no random numbers")]
    NoRandomness,
    /// A signature algorithm for another kind of key.
    #[error("a key of kind {key} cannot sign with {algorithm}")]
    AlgorithmMismatch {
        /// The key's kind.
        key: KeyAlgorithm,
        /// What was asked for.
        algorithm: SignatureAlgorithm,
    },
    /// The cryptographic library could not sign.
    #[error("signing with the {0} key failed")]
    Signing(KeyAlgorithm),
}

/// A container of private keys that belongs to another program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForeignContainer {
    /// `-----BEGIN OPENSSH PRIVATE KEY-----`
    OpenSsh,
    /// `PuTTY-User-Key-File-…`
    Putty,
    /// PKCS #12, a `.p12` or `.pfx` file.
    Pkcs12,
    /// Java's own key store.
    JavaKeyStore,
}

impl ForeignContainer {
    const fn name(self) -> &'static str {
        match self {
            Self::OpenSsh => "an OpenSSH private key",
            Self::Putty => "a PuTTY private key",
            Self::Pkcs12 => "a PKCS #12 key store",
            Self::JavaKeyStore => "a Java key store",
        }
    }
}

const NEW_RSA: &str = "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -out NEW.key";
const NEW_EC: &str = "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out NEW.key";
const NEW_ED25519: &str = "openssl genpkey -algorithm ED25519 -out NEW.key";
const NAMED_CURVE: &str = "openssl pkey -in OLD.key -ec_param_enc named_curve -out NEW.key";
const REENCRYPT: &str =
    "openssl pkcs8 -topk8 -v2 aes-256-cbc -iter 600000 -in OLD.key -out NEW.key";
const REENCRYPT_LEGACY: &str = "openssl pkcs8 -provider legacy -provider default -topk8 \
                                -v2 aes-256-cbc -iter 600000 -in OLD.key -out NEW.key";
/// Parts of the names of what OpenSSL 3 has in its legacy provider only.
const LEGACY: [&str; 9] = [
    "PBES1", "RC2", "RC4", "RC5", "MD5", "SEED", "IDEA", "BF", "CAST5",
];
const FROM_PKCS12: &str = "openssl pkcs12 -in OLD.key -nocerts -out NEW.key";

impl KeyError {
    pub(super) fn damaged(what: &'static str, source: der::Error) -> Self {
        Self::Damaged { what, source }
    }

    /// What to do instead, mostly the command that converts the key or makes a supported one.
    /// `OLD.key` and `NEW.key` stand for the file that was read and the one to make.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::UnsupportedKey(KeyAlgorithm::Other { oid, name }) => new_key(oid, *name),
            Self::RsaSize { .. } | Self::RsaMultiPrime => make(NEW_RSA),
            Self::UnsupportedProtection { name, .. } => convert(reencrypt(name)),
            Self::TooManyIterations { .. } => convert(REENCRYPT),
            // openssl itself stops at 32 MiB and cannot convert it either.
            Self::ScryptTooCostly { .. } => {
                format!("write it anew with the program that made it, or make a new key: {NEW_RSA}")
            }
            Self::CurveMissing => make(NEW_EC),
            Self::ForeignContainer(container) => foreign(*container),
            Self::SeveralKeys(_) => "keep the one that is meant in a file of its own".to_owned(),
            _ => return None,
        })
    }
}

fn make(command: &str) -> String {
    format!("make a supported key: {command}")
}

fn convert(command: &str) -> String {
    format!("convert it: {command}")
}

fn foreign(container: ForeignContainer) -> String {
    match container {
        // openssl reads neither of the two.
        ForeignContainer::OpenSsh => format!(
            "convert a copy in place: ssh-keygen -p -m PKCS8 -f OLD.key (it leaves Ed25519 keys \
             as they are; instead of such a key {})",
            make(NEW_ED25519)
        ),
        ForeignContainer::Putty => convert("puttygen OLD.key -O private-openssh -o NEW.key"),
        ForeignContainer::Pkcs12 => convert(FROM_PKCS12),
        ForeignContainer::JavaKeyStore => convert(
            "keytool -importkeystore -srckeystore OLD.key -destkeystore NEW.p12 \
             -deststoretype PKCS12, then openssl pkcs12 -in NEW.p12 -nocerts -out NEW.key",
        ),
    }
}

/// The command that encrypts a key anew with something supported.
fn reencrypt(protection: &str) -> &'static str {
    let legacy = LEGACY.iter().any(|part| protection.contains(part));
    if legacy { REENCRYPT_LEGACY } else { REENCRYPT }
}

/// The command for a kind of key that cannot be used. A curve that is spelled out can be named;
/// for the others a new key of the same family has to be made.
fn new_key(oid: &str, name: Option<&'static str>) -> String {
    match name {
        _ if oid == EC => convert(NAMED_CURVE),
        Some(name) if name.starts_with("EC ") => make(NEW_EC),
        Some("Ed448" | "X25519" | "X448") => make(NEW_ED25519),
        _ => make(NEW_RSA),
    }
}

/// Name and object identifier of a kind of key.
fn described(algorithm: &KeyAlgorithm) -> String {
    match algorithm {
        KeyAlgorithm::Other {
            oid,
            name: Some(name),
        } => format!("{name} ({oid})"),
        KeyAlgorithm::Other { oid, name: None } => format!("unknown algorithm ({oid})"),
        KeyAlgorithm::Ec(Curve::P256 | Curve::P384 | Curve::P521)
        | KeyAlgorithm::Rsa { .. }
        | KeyAlgorithm::Ed25519 => algorithm.to_string(),
    }
}
