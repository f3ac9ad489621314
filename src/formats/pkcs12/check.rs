//! Opening a written file again, before anybody relies on it.

use p12_keystore::Pkcs12Archive;

use super::{Bundle, Difference, Entry, NewPassword, Pkcs12Error, read};
use crate::formats::TrustedCertificate;

/// Opens `bytes` with `password` and compares what comes out with `bundle`, byte for byte: once with
/// [`super::read`], and once with the crate `p12-keystore`, whose decoder, key derivation and
/// decryption are other people's code. That crate does not wipe its copy of the key.
///
/// # Errors
/// Whatever [`super::read`] says, or [`Pkcs12Error::Differs`].
pub fn check(bytes: &[u8], password: &NewPassword, bundle: &Bundle) -> Result<(), Pkcs12Error> {
    check_with_our_reader(bytes, password, bundle)?;
    check_with_the_other_reader(bytes, password, bundle)
}

/// As [`check`], for a trust store.
///
/// # Errors
/// Whatever [`super::read`] says, or [`Pkcs12Error::Differs`].
pub fn check_trust(
    bytes: &[u8],
    password: &NewPassword,
    trusted: &[TrustedCertificate],
) -> Result<(), Pkcs12Error> {
    let store = read(bytes, Some(password.as_str().as_bytes()))?;
    same(store.trailing == 0, Difference::Extra)?;
    same(store.entries.len() == trusted.len(), Difference::Extra)?;
    for (entry, wanted) in store.entries.iter().zip(trusted) {
        let Entry::Certificate(found) = entry else {
            return Err(Pkcs12Error::Differs(Difference::Extra));
        };
        same(found.der == wanted.der, Difference::Certificate)?;
        same(found.trusted, Difference::Trust)?;
        same(
            found.friendly_name.as_deref() == Some(wanted.alias.as_str()),
            Difference::FriendlyName,
        )?;
    }
    let archive = Pkcs12Archive::from_pkcs12(bytes, password.as_str())
        .map_err(|_| Pkcs12Error::Differs(Difference::SecondReader))?;
    same(
        archive.keys.is_empty() && archive.secrets.is_empty(),
        Difference::Extra,
    )?;
    let certificates = archive.certs.iter().map(|bag| bag.cert.as_der());
    let expected = trusted.iter().map(|one| one.der.as_slice());
    same(certificates.eq(expected), Difference::Certificate)
}

fn check_with_our_reader(
    bytes: &[u8],
    password: &NewPassword,
    bundle: &Bundle,
) -> Result<(), Pkcs12Error> {
    let store = read(bytes, Some(password.as_str().as_bytes()))?;
    let id = bundle.local_key_id();
    let mut keys = Vec::new();
    let mut certificates = Vec::new();
    for entry in &store.entries {
        match entry {
            Entry::PrivateKey(key) => keys.push(key),
            Entry::Certificate(certificate) => certificates.push(certificate),
            Entry::Other(_) => return Err(Pkcs12Error::Differs(Difference::Extra)),
        }
    }
    same(store.trailing == 0, Difference::Extra)?;

    let [key] = keys.as_slice() else {
        return Err(Pkcs12Error::Differs(Difference::Key));
    };
    same(&key.pkcs8 == bundle.key(), Difference::Key)?;
    let Some((leaf, chain)) = certificates.split_first() else {
        return Err(Pkcs12Error::Differs(Difference::Certificate));
    };
    same(leaf.der == bundle.leaf(), Difference::Certificate)?;
    let chain_is_equal = chain
        .iter()
        .map(|certificate| &certificate.der)
        .eq(bundle.chain());
    same(chain_is_equal, Difference::Chain)?;
    for name in [&key.friendly_name, &leaf.friendly_name] {
        same(
            name.as_deref() == bundle.friendly_name(),
            Difference::FriendlyName,
        )?;
    }
    for found in [&key.local_key_id, &leaf.local_key_id] {
        same(found.as_ref() == Some(&id), Difference::LocalKeyId)?;
    }
    Ok(())
}

fn check_with_the_other_reader(
    bytes: &[u8],
    password: &NewPassword,
    bundle: &Bundle,
) -> Result<(), Pkcs12Error> {
    let archive = Pkcs12Archive::from_pkcs12(bytes, password.as_str())
        .map_err(|_| Pkcs12Error::Differs(Difference::SecondReader))?;
    same(archive.secrets.is_empty(), Difference::Extra)?;
    let [key] = archive.keys.as_slice() else {
        return Err(Pkcs12Error::Differs(Difference::Key));
    };
    same(key.key.as_der() == bundle.key().as_slice(), Difference::Key)?;
    same(
        key.friendly_name.as_deref() == bundle.friendly_name(),
        Difference::FriendlyName,
    )?;
    let certificates = archive.certs.iter().map(|bag| bag.cert.as_der());
    let expected = std::iter::once(bundle.leaf()).chain(bundle.chain().iter().map(Vec::as_slice));
    same(certificates.eq(expected), Difference::Chain)
}

fn same(equal: bool, difference: Difference) -> Result<(), Pkcs12Error> {
    if equal {
        Ok(())
    } else {
        Err(Pkcs12Error::Differs(difference))
    }
}
