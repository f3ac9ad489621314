//! Keys and signatures; no certificates.
//!
//! Here private keys are ordered ([`KeySpec`]), made and read in every form that openssl writes
//! ([`KeyFile`]), checked and written ([`PrivateKey`], [`Protection`]), and public keys are kept
//! and described ([`PublicKey`], [`KeyAlgorithm`]).
//!
//! After RFC 5208 and 5958 (PKCS#8), RFC 8018 (PBES2) and 7914 (scrypt), RFC 8017 (RSA),
//! RFC 5915 and 5480 (elliptic curves), RFC 8410 (Ed25519), RFC 7468 (PEM) and RFC 1421 §4.6
//! (`Proc-Type: 4,ENCRYPTED`, in OpenSSL's reading).

mod algorithm;
mod cipher;
mod error;
mod file;
mod kdf;
mod load;
mod message;
mod names;
mod one_time_password;
mod passphrase;
mod pbes2;
mod pem_text;
mod private;
mod protect;
mod public;
mod recognise;
mod secret;
mod signature;
mod spec;
mod structure;
mod traditional;
mod verify;

pub use algorithm::{Curve, KeyAlgorithm};
pub use error::{ForeignContainer, KeyError};
pub use file::{KeyFile, KeyForm};
pub use message::Message;
pub(crate) use names::{key_name, protection_name};
pub use passphrase::Passphrase;
pub use private::PrivateKey;
pub use protect::{Iterations, Protection};
pub use public::PublicKey;
pub use secret::SecretDer;
pub use signature::{Digest, SignatureAlgorithm};
pub use spec::KeySpec;
pub use verify::{SignatureError, Weakness, key_weakness, signature_weaknesses, verify_signature};
