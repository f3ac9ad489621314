//! What `inspect` shows: descriptions as text for people, and the lines that openssl prints.

mod certificate;
mod containers;
mod extension;
mod keys;
mod openssl_commands;
mod openssl_lines;
mod openssl_names;
mod part;
mod revocation_list;
mod sheet;

use sheet::Sheet;

use crate::inspect::{BundleDescription, Description, Partner};

pub(crate) use openssl_commands::openssl_commands;
pub(crate) use openssl_lines::{glance_lines, openssl_lines};
pub(crate) use part::Part;

/// An object as people read it, what it contains not included.
pub(crate) fn object_text(description: &Description, place: &str, fits: &[Partner]) -> String {
    let mut sheet = Sheet::new(place);
    match description {
        Description::Certificate(one) => certificate::certificate(&mut sheet, one),
        Description::CertificateRequest(one) => certificate::request(&mut sheet, one),
        Description::RevocationList(one) => revocation_list::revocation_list(&mut sheet, one),
        Description::PrivateKey(one) => keys::private_key(&mut sheet, one),
        Description::PublicKey(one) => keys::public_key(&mut sheet, one),
        Description::Parameters(one) => keys::parameters(&mut sheet, one),
        Description::Pkcs7(one) => containers::pkcs7(&mut sheet, one),
        Description::Pkcs12(one) => containers::pkcs12(&mut sheet, one),
        Description::Other { what } => sheet.headline(what, "is in it and is not shown"),
        Description::Unreadable { problem, hint } => {
            containers::unreadable(&mut sheet, problem, hint.as_deref());
        }
    }
    let partners: Vec<String> = fits
        .iter()
        .map(|partner| format!("{} {}", partner.kind, partner.place))
        .collect();
    if !partners.is_empty() {
        sheet.good("fits", &partners.join(", "));
    }
    sheet.into_text()
}

/// How the certificates of a file stand together.
pub(crate) fn bundle_text(bundle: &BundleDescription, count: usize, place: &str) -> String {
    let mut sheet = Sheet::new(place);
    containers::bundle(&mut sheet, bundle, count);
    sheet.into_text()
}
