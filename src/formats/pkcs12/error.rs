//! What can go wrong with a PKCS#12 file.

use std::fmt;

use crate::formats::BerError;

/// Why a PKCS#12 file could not be read, written or trusted after writing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Pkcs12Error {
    /// The bytes are something else.
    #[error("not a PKCS#12 file")]
    NotPkcs12,
    /// More bytes than a PKCS#12 file is allowed to have here.
    #[error("{size} bytes are too many for a PKCS#12 file (limit {limit})")]
    TooLarge {
        /// Size in bytes.
        size: usize,
        /// Limit in bytes.
        limit: usize,
    },
    /// The encoding breaks off or has the wrong shape.
    #[error("damaged PKCS#12 file: {part} cannot be read")]
    Damaged {
        /// Which part of the file.
        part: &'static str,
        /// What is wrong with its encoding.
        #[source]
        source: BerError,
    },
    /// The encoding is sound, but a value in it is not.
    #[error("damaged PKCS#12 file: {0}")]
    Invalid(String),
    /// More entries than a file is allowed to have.
    #[error("more than {limit} entries in a PKCS#12 file")]
    TooManyEntries {
        /// Limit.
        limit: usize,
    },
    /// The file is protected and no password was given.
    #[error("the PKCS#12 file needs a password")]
    NeedsPassword,
    /// The MAC or the decryption does not fit the password.
    #[error("wrong password for the PKCS#12 file, or the file was changed")]
    WrongPassword,
    /// The MAC fits the password, the encrypted content does not.
    #[error("the MAC fits the password, but {part} does not decrypt with it")]
    OtherPassword {
        /// Which part of the file.
        part: &'static str,
    },
    /// A password that is not UTF-8.
    #[error("the password is not UTF-8 text")]
    PasswordNotText,
    /// A password with a NUL character, which other programs cut off there.
    #[error("the password contains a NUL character")]
    PasswordWithNul,
    /// A password with a character that PKCS#12's BMPString cannot hold.
    #[error(
        "the password contains a character beyond the Basic Multilingual Plane (an emoji, for example), which PKCS#12 cannot hold"
    )]
    PasswordBeyondBmp,
    /// An empty password where nobody asked for one.
    #[error("the password is empty")]
    EmptyPassword,
    /// An algorithm that this program does not have.
    #[error("the {role} of the PKCS#12 file is {name} ({oid}), which is not supported")]
    Unsupported {
        /// What the algorithm is for.
        role: &'static str,
        /// Its usual name, or "unknown algorithm".
        name: String,
        /// Its object identifier.
        oid: String,
    },
    /// A key derivation that asks for more iterations than are granted.
    #[error("the PKCS#12 file asks for {iterations} iterations (limit {limit})")]
    TooManyIterations {
        /// Iterations asked for.
        iterations: u64,
        /// Limit.
        limit: u64,
    },
    /// All key derivations of the file together ask for too much.
    #[error("the PKCS#12 file asks for more than {limit} iterations in all")]
    TooMuchWork {
        /// Limit.
        limit: u64,
    },
    /// A scrypt derivation that asks for more memory than is granted.
    #[error("the PKCS#12 file asks for {bytes} bytes of scrypt memory (limit {limit})")]
    TooMuchMemory {
        /// Bytes asked for.
        bytes: u64,
        /// Limit.
        limit: u64,
    },
    /// The private key of a bundle cannot be read or is of a kind that cannot be checked.
    #[error("the private key cannot be read: {0}")]
    Key(String),
    /// A certificate of a bundle cannot be read.
    #[error("{which} cannot be read: {problem}")]
    Certificate {
        /// "the certificate" or "certificate 2 of the chain".
        which: String,
        /// What is wrong.
        problem: String,
    },
    /// The private key belongs to another certificate.
    #[error("the private key ({key}) does not fit the certificate ({certificate})")]
    KeyDoesNotFit {
        /// Kind of the key.
        key: String,
        /// Kind of the key in the certificate.
        certificate: String,
    },
    /// A certificate of the chain did not issue the one before it.
    #[error(
        "certificate {position} of the chain (\"{subject}\") did not issue the one before it, whose issuer is \"{issuer}\""
    )]
    ChainOrder {
        /// Position in the chain, from 1.
        position: usize,
        /// Subject of the certificate at this position.
        subject: String,
        /// Issuer that the certificate before it names.
        issuer: String,
    },
    /// The same certificate twice.
    #[error("certificate {position} of the chain is there twice")]
    DoubledCertificate {
        /// Position in the chain, from 1.
        position: usize,
    },
    /// A friendly name that PKCS#12 cannot hold.
    #[error("the friendly name {name:?} {problem}")]
    FriendlyName {
        /// The name.
        name: String,
        /// Why not.
        problem: &'static str,
    },
    /// A trust store without a certificate.
    #[error("a trust store without certificates is of no use")]
    NothingToTrust,
    /// The operating system gave no random numbers.
    #[error("no random numbers from the operating system")]
    NoRandomNumbers,
    /// The encryption itself failed.
    #[error("encrypting the PKCS#12 file failed: {0}")]
    Encryption(String),
    /// What was written, opened again, is not what went in.
    #[error("the written PKCS#12 file is not what was asked for: {0}")]
    Differs(Difference),
}

impl Pkcs12Error {
    /// What to do about it, where there is something to do.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Unsupported { .. } => Some(
                "convert it with OpenSSL: openssl pkcs12 -legacy -in OLD.p12 -nodes -out all.pem && \
                 openssl pkcs12 -export -in all.pem -out NEW.p12 (all.pem holds the key in the clear: delete it)"
                    .to_owned(),
            ),
            Self::OtherPassword { .. } => Some(
                "the file was written with two passwords; \
                 openssl pkcs12 -in FILE -twopass asks for both"
                    .to_owned(),
            ),
            Self::TooManyIterations { .. } | Self::TooMuchWork { .. } => Some(
                "if you trust the file, write it anew with fewer iterations: \
                 openssl pkcs12 -in OLD.p12 -nodes | openssl pkcs12 -export -out NEW.p12"
                    .to_owned(),
            ),
            Self::ChainOrder { .. } => Some(
                "give the chain from the issuer of the certificate up to the root, \
                 each certificate once"
                    .to_owned(),
            ),
            Self::EmptyPassword => Some(
                "an empty password protects nothing and many programs refuse it; \
                 give one, or ask for an empty one explicitly"
                    .to_owned(),
            ),
            Self::PasswordBeyondBmp => Some("use letters, digits and punctuation".to_owned()),
            _ => None,
        }
    }

    pub(super) fn damaged(part: &'static str) -> impl FnOnce(BerError) -> Self {
        move |source| Self::Damaged { part, source }
    }

    pub(super) fn unsupported(role: &'static str, oid: &der::asn1::ObjectIdentifier) -> Self {
        Self::Unsupported {
            role,
            name: super::names::name_or_unknown(oid).to_owned(),
            oid: oid.to_string(),
        }
    }
}

/// In what a written file differs from what went in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Difference {
    /// The private key, or the number of private keys.
    Key,
    /// The certificate of the key.
    Certificate,
    /// The certificates of the chain, their number or their order.
    Chain,
    /// The friendly name.
    FriendlyName,
    /// The identifier that ties key and certificate together.
    LocalKeyId,
    /// Java's mark of trust.
    Trust,
    /// Something is in the file that was not put there.
    Extra,
    /// The second reader refuses the file.
    SecondReader,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Key => "the private key differs",
            Self::Certificate => "the certificate differs",
            Self::Chain => "the chain differs",
            Self::FriendlyName => "the friendly name differs",
            Self::LocalKeyId => "the local key identifier differs",
            Self::Trust => "a certificate is not marked as trusted",
            Self::Extra => "something was added",
            Self::SecondReader => "a second reader refuses it",
        })
    }
}
