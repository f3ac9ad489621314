//! Foreign bytes for people.

use time::OffsetDateTime;
use time::macros::format_description;
use x509_parser::asn1_rs::Oid;

use crate::x509::Name;
pub(super) use crate::x509::hexadecimal;

/// The RFC 4514 form of a Name in DER, safe for a terminal.
pub(super) fn name_text(name_der: &[u8]) -> String {
    match Name::from_der(name_der) {
        Ok(name) if name.is_empty() => "(empty name)".to_owned(),
        Ok(name) => name.to_string(),
        Err(_) => "(unreadable name)".to_owned(),
    }
}

/// The dotted form of an OID's content octets.
pub(super) fn oid_text(content: &[u8]) -> String {
    Oid::new(content.into()).to_id_string()
}

/// A moment in UTC, to the second.
pub(super) fn moment_text(moment: OffsetDateTime) -> String {
    moment
        .to_offset(time::UtcOffset::UTC)
        .format(format_description!(
            "[year]-[month]-[day] [hour]:[minute]:[second] UTC"
        ))
        .unwrap_or_else(|_| moment.unix_timestamp().to_string())
}
