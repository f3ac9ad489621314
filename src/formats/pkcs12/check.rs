//! Opening a written file again, before anybody relies on it.

use p12_keystore::Pkcs12Archive;

use super::frame::Frame;
use super::{Bundle, Difference, NewPassword, Pkcs12Error};
use crate::formats::TrustedCertificate;

/// Opens `bytes` with `password` and compares what comes out with `bundle`, byte for byte. It is
/// opened with the crate `p12-keystore`, whose decoder, key derivation and decryption are other
/// people's code. That crate does not wipe its copy of the key.
///
/// # Errors
/// [`Pkcs12Error::WrongPassword`] or [`Pkcs12Error::Differs`].
pub fn check(bytes: &[u8], password: &NewPassword, bundle: &Bundle) -> Result<(), Pkcs12Error> {
    let archive = opened(bytes, password)?;
    same(archive.secrets.is_empty(), Difference::Extra)?;
    let [key] = archive.keys.as_slice() else {
        return Err(Pkcs12Error::Differs(Difference::Key));
    };
    same(key.key.as_der() == bundle.key().as_slice(), Difference::Key)?;
    let Some((leaf, chain)) = archive.certs.split_first() else {
        return Err(Pkcs12Error::Differs(Difference::Certificate));
    };
    same(leaf.cert.as_der() == bundle.leaf(), Difference::Certificate)?;
    let chain_is_equal = chain
        .iter()
        .map(|bag| bag.cert.as_der())
        .eq(bundle.chain().iter().map(Vec::as_slice));
    same(chain_is_equal, Difference::Chain)?;
    for name in [&key.friendly_name, &leaf.friendly_name] {
        same(
            name.as_deref() == bundle.friendly_name(),
            Difference::FriendlyName,
        )?;
    }
    let id = bundle.local_key_id();
    let of_key = key.local_key_id.as_ref().map(|id| id.0.as_slice());
    for found in [of_key, leaf.local_key_id.as_deref()] {
        same(found == Some(id.as_slice()), Difference::LocalKeyId)?;
    }
    Ok(())
}

/// As [`check`], for a trust store.
///
/// # Errors
/// [`Pkcs12Error::WrongPassword`] or [`Pkcs12Error::Differs`].
pub fn check_trust(
    bytes: &[u8],
    password: &NewPassword,
    trusted: &[TrustedCertificate],
) -> Result<(), Pkcs12Error> {
    let archive = opened(bytes, password)?;
    same(
        archive.keys.is_empty() && archive.secrets.is_empty(),
        Difference::Extra,
    )?;
    same(archive.certs.len() == trusted.len(), Difference::Extra)?;
    for (found, wanted) in archive.certs.iter().zip(trusted) {
        same(found.cert.as_der() == wanted.der, Difference::Certificate)?;
        same(found.trusted, Difference::Trust)?;
        same(
            found.friendly_name.as_deref() == Some(wanted.alias.as_str()),
            Difference::FriendlyName,
        )?;
    }
    Ok(())
}

fn opened(bytes: &[u8], password: &NewPassword) -> Result<Pkcs12Archive, Pkcs12Error> {
    // The other reader does not look behind the end of the file.
    same(Frame::parse(bytes)?.trailing == 0, Difference::Extra)?;
    Pkcs12Archive::from_pkcs12(bytes, password.as_str()).map_err(|error| match error {
        p12_keystore::error::Error::MacError(_) => Pkcs12Error::WrongPassword,
        _ => Pkcs12Error::Differs(Difference::SecondReader),
    })
}

fn same(equal: bool, difference: Difference) -> Result<(), Pkcs12Error> {
    if equal {
        Ok(())
    } else {
        Err(Pkcs12Error::Differs(difference))
    }
}
