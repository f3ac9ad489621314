//! The nouns of RFC 5280 and RFC 2986, and their bytes.
//!
//! Names, subject alternative names, serial numbers, validity, extensions, certificates and
//! certification requests. rcgen builds the to-be-signed structures and x509-parser reads foreign
//! ones; [`tbs`] is the one place where the two meet, so that what a requester or a foreign CA
//! wrote is kept byte for byte.
//!
//! Nothing here reads a file, a clock or the environment.

mod certificate;
mod distinguished_name;
pub(crate) mod element;
mod error;
mod extension;
mod general_name;
mod key_identifier;
mod key_usage;
mod name;
mod name_constraints;
pub mod name_matching;
pub mod oid;
mod pem_writer;
mod request;
mod revocation_list;
mod revocation_reason;
mod revoked_serials;
mod san;
mod serial;
mod service_url;
mod subject_parts;
pub mod tbs;
mod text;
mod usual_names;
mod validity;

pub(crate) use certificate::object_identifier;
pub use certificate::{CaCertificate, Certificate, SignedParts, Version};
pub use distinguished_name::DistinguishedNameBuilder;
pub(crate) use element::read_element;
pub use error::X509Error;
pub use extension::{BasicConstraints, Extension, PathLength};
pub use general_name::GeneralName;
pub use key_identifier::{KeyIdentifier, authority_key_identifier, subject_key_identifier};
pub use key_usage::{ExtendedKeyUsage, KeyUsage};
pub use name::{Attribute, Name};
pub use name_constraints::{IpSubnet, NameConstraints, Subtree};
pub use pem_writer::PemWriter;
pub use request::{CertificationRequest, ProvenKey};
pub use revocation_list::{RevocationListFields, RevokedCertificate, sequence_header};
pub use revocation_reason::RevocationReason;
pub use revoked_serials::revoked_serials;
pub use san::{San, SanSet};
pub use serial::{SerialNumber, SerialStart};
pub use service_url::ServiceUrl;
pub use subject_parts::SubjectParts;
pub(crate) use text::is_unsafe;
pub use text::{colon_hexadecimal, escape_control, hexadecimal, pem_block, string_value};
pub use usual_names::{usual_alternative_name, usual_common_name};
pub use validity::{Validity, moment_text};
