//! What can be wrong with something that is to be looked at.

use std::fmt;

use crate::{
    formats::{pkcs7::Pkcs7Error, pkcs12::Pkcs12Error},
    key::KeyError,
    x509::X509Error,
};

/// Why something could not be shown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InspectError {
    /// The bytes are nothing that has to do with certificates, as far as can be told.
    #[error("no certificate, request, revocation list or key in it: it looks like {0}")]
    Unknown(Resemblance),
    /// More objects than are read from one file.
    #[error("the file holds more than {limit} objects")]
    TooMany {
        /// Limit.
        limit: usize,
    },
    /// A certificate, request or revocation list.
    #[error(transparent)]
    X509(#[from] X509Error),
    /// A key, or the passphrase for it.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A PKCS#12 file, or the password for it.
    #[error(transparent)]
    Pkcs12(#[from] Pkcs12Error),
    /// A PKCS#7 file.
    #[error(transparent)]
    Pkcs7(#[from] Pkcs7Error),
    /// A PEM block, by its label.
    #[error("the PEM block {label:?} {problem}")]
    Pem {
        /// The label of its BEGIN line.
        label: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Bytes under a PEM label, or in a file, that are another object than expected.
    #[error("{expected} was expected, and it holds {found}")]
    Mislabelled {
        /// What the label says, with its article.
        expected: &'static str,
        /// What the bytes begin like, with its article.
        found: &'static str,
    },
    /// Bytes that begin like DER and are no object that is known.
    #[error("it is {0}")]
    Unrecognised(&'static str),
}

impl InspectError {
    /// What to do about it, where there is something to do.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Unknown(resemblance) => resemblance.hint().map(str::to_owned),
            Self::Key(error) => error.hint(),
            Self::Pkcs12(error) => error.hint(),
            Self::Pem { label, .. } if label == "OPENSSH PRIVATE KEY" => {
                Some("convert a copy in place: ssh-keygen -p -m PKCS8 -f FILE".to_owned())
            }
            _ => None,
        }
    }
}

/// What bytes look like that are nothing of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Resemblance {
    /// No bytes, or only white space.
    Empty,
    /// Java's own key store.
    JavaKeyStore,
    /// A key of OpenSSH.
    OpenSshKey,
    /// A PuTTY key.
    PuttyKey,
    /// An OpenPGP key or message.
    OpenPgp,
    /// A web page: a download that ended at a login or error page.
    Html,
    /// A JSON document.
    Json,
    /// An image or a PDF document.
    Picture,
    /// A ZIP, gzip or other archive.
    Archive,
    /// A program.
    Program,
    /// An SQLite database, such as NSS keeps its certificates in.
    Database,
    /// Text in UTF-16, as Windows writes it.
    Utf16,
    /// The configuration of openssl.
    OpensslConfiguration,
    /// What `openssl x509 -text` prints, without the certificate itself.
    OpensslText,
    /// Any other text.
    Text,
    /// DER or BER that ends too early.
    TruncatedDer,
    /// Anything else.
    Binary,
}

impl Resemblance {
    fn hint(self) -> Option<&'static str> {
        Some(match self {
            Self::JavaKeyStore => {
                "convert it: keytool -importkeystore -srckeystore FILE -destkeystore NEW.p12 \
                 -deststoretype PKCS12"
            }
            Self::OpenSshKey => "convert a copy in place: ssh-keygen -p -m PKCS8 -f FILE",
            Self::PuttyKey => "convert it: puttygen FILE -O private-openssh -o NEW.key",
            Self::Utf16 => "convert it: iconv -f UTF-16 -t UTF-8 FILE > NEW",
            Self::Html => "download it again; this page is what the server sent in its place",
            Self::OpensslText => "print the object itself: openssl x509 -in FILE (without -noout)",
            Self::OpensslConfiguration => "make a request of it: certmint csr new --config FILE",
            Self::Archive => "unpack it first",
            Self::Database => "export what you want to see: certutil -L -d DIR -n NAME -a",
            _ => return None,
        })
    }
}

impl fmt::Display for Resemblance {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Empty => "an empty file",
            Self::JavaKeyStore => "a Java keystore (JKS or JCEKS)",
            Self::OpenSshKey => "an OpenSSH key",
            Self::PuttyKey => "a PuTTY key",
            Self::OpenPgp => "an OpenPGP key or message",
            Self::Html => "a web page (HTML)",
            Self::Json => "a JSON document",
            Self::Picture => "an image or a PDF document",
            Self::Archive => "an archive",
            Self::Program => "a program",
            Self::Database => "an SQLite database",
            Self::Utf16 => "text in UTF-16",
            Self::OpensslConfiguration => "an openssl configuration",
            Self::OpensslText => "the text that openssl prints of an object, without the object",
            Self::Text => "other text",
            Self::TruncatedDer => "DER that is cut off or damaged",
            Self::Binary => "unknown binary data",
        })
    }
}
