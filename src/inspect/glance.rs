//! A first look at the certificates of a file: who they are and how long they are good for, without
//! a description of all that they hold. For files of thousands.

use rayon::iter::{IndexedParallelIterator as _, IntoParallelIterator as _, ParallelIterator as _};
use time::OffsetDateTime;
use x509_parser::{
    certificate::X509CertificateParser, nom::Parser as _,
    oid_registry::OID_X509_EXT_SUBJECT_ALT_NAME,
};

use super::{
    Encoding, InspectError,
    container::{Piece, pieces},
};
use crate::{
    key::PublicKey,
    x509::{GeneralName, Name},
};

/// What is seen of a certificate at first.
pub struct Glance {
    /// Whom it names.
    pub subject: Name,
    /// Who signed it.
    pub issuer: Name,
    /// First second of its life.
    pub not_before: OffsetDateTime,
    /// Last second of its life.
    pub not_after: OffsetDateTime,
    /// The subject alternative names, if the extension is there.
    pub alternative_names: Option<AlternativeNames>,
}

/// The extension of the subject alternative names (RFC 5280 §4.2.1.6).
pub struct AlternativeNames {
    /// Whether who does not understand it must refuse the certificate.
    pub critical: bool,
    /// The names, in their order.
    pub names: Vec<GeneralName>,
}

/// From so many certificates on it is worth starting threads.
const MANY: usize = 256;

/// Looks at every certificate of a file, many on all cores, and gives what `see` makes of each, in
/// their order; it hears how many there are. Nothing where the file holds anything else, or
/// something that [`open`](super::open) would find fault with, or `see` gives nothing.
///
/// # Errors
/// As [`open`](super::open).
pub fn glance<Seen: Send>(
    file: &[u8],
    see: impl Fn(usize, usize, &Glance) -> Option<Seen> + Sync,
) -> Result<Option<Vec<Seen>>, InspectError> {
    let pieces = pieces(file)?;
    let count = pieces.len();
    let look = |(index, piece): (usize, Piece<'_>)| see(index, count, &one(&piece)?);
    Ok(if count < MANY {
        pieces.into_iter().enumerate().map(look).collect()
    } else {
        pieces.into_par_iter().enumerate().map(look).collect()
    })
}

fn one(piece: &Piece<'_>) -> Option<Glance> {
    let may_be = match &piece.encoding {
        Encoding::Pem { label, .. } => label == "CERTIFICATE",
        Encoding::Der => true,
        Encoding::Base64 => false,
    };
    let der = piece.content.as_ref().ok().filter(|_| may_be)?;
    // What the extensions hold is read by those who show them.
    let mut parser = X509CertificateParser::new().with_deep_parse_extensions(false);
    let (rest, parsed) = parser.parse(der).ok()?;
    if !rest.is_empty() {
        return None;
    }
    PublicKey::from_spki_der(parsed.tbs_certificate.subject_pki.raw).ok()?;
    let alternative_names = match parsed
        .extensions()
        .iter()
        .find(|extension| extension.oid == OID_X509_EXT_SUBJECT_ALT_NAME)
    {
        None => None,
        Some(extension) => Some(AlternativeNames {
            critical: extension.critical,
            names: GeneralName::read_all(extension.value).ok()?,
        }),
    };
    Some(Glance {
        subject: Name::from_der(parsed.subject.as_raw()).ok()?,
        issuer: Name::from_der(parsed.issuer.as_raw()).ok()?,
        not_before: parsed.validity.not_before.to_datetime(),
        not_after: parsed.validity.not_after.to_datetime(),
        alternative_names,
    })
}
