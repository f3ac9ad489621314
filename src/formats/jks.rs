//! Sun's Java key store (`.jks`), for Java before 9 and what was built for it; later ones open PKCS#12.
//!
//! The format is that of the JDK's `sun.security.provider.JavaKeyStore` and `KeyProtector`, which no
//! standard describes: big-endian numbers, entries one after another, a SHA-1 at the end that covers
//! password and content. Keys are encrypted with a stream of SHA-1 digests, which is weak: who has the
//! file tries a password with two digests. Java itself warns of it.
//!
//! The crate `jks` writes it too, but wipes no key and follows an old pre-release of `p12-keystore`.

use aws_lc_rs::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY as SHA1};
use der::asn1::ObjectIdentifier as Oid;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::ber::{self, OCTET_STRING, SEQUENCE};
use super::pkcs12::{Bundle, NewPassword};
use super::{Alias, TrustedCertificate};

const MAGIC: u32 = 0xfeed_feed;
const VERSION: u32 = 2;
const PRIVATE_KEY: u32 = 1;
const TRUSTED_CERTIFICATE: u32 = 2;
const CERTIFICATE_TYPE: &str = "X.509";
/// Sun's own algorithm for keys in key stores.
const KEY_PROTECTOR: Oid = Oid::new_unwrap("1.3.6.1.4.1.42.2.17.1.1");
const NULL: &[u8] = &[5, 0];
/// Makes the digest at the end another one than that of a key's protection.
const WHITENER: &[u8] = b"Mighty Aphrodite";
const DIGEST: usize = 20;
/// The shortest password that Java's `keytool` takes for a store.
const SHORTEST_PASSWORD: usize = 6;

/// Why a Java key store could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JksError {
    /// A password that `keytool` would not take.
    #[error(
        "the password has less than {SHORTEST_PASSWORD} characters, which Java's keytool refuses"
    )]
    ShortPassword,
    /// Nothing to write.
    #[error("a key store without entries is of no use")]
    Empty,
    /// More than the format can count.
    #[error("a certificate or key is too large for a Java key store")]
    TooLarge,
    /// The operating system gave no random numbers.
    #[error("no random numbers from the operating system")]
    NoRandomNumbers,
}

/// Makes a key store with one private key, its certificate and the chain above it. The key is under
/// the password of the store, as Tomcat and most others expect.
///
/// # Errors
/// A short password, or no random numbers.
pub fn write_key(
    bundle: &Bundle,
    alias: &Alias,
    password: &NewPassword,
    now: OffsetDateTime,
) -> Result<Zeroizing<Vec<u8>>, JksError> {
    let password = utf16(password)?;
    let mut store = Writer::begin(1)?;
    store.number(PRIVATE_KEY);
    store.text(alias.as_str())?;
    store.moment(now);
    store.octets(&protected(bundle.key(), &password)?)?;
    store.count(1 + bundle.chain().len())?;
    store.certificate(bundle.leaf())?;
    for issuer in bundle.chain() {
        store.certificate(issuer)?;
    }
    Ok(store.end(&password))
}

/// Makes a trust store: a key store with certificates that whoever opens it trusts.
///
/// # Errors
/// A short password, or no certificate.
pub fn write_trust(
    trusted: &[TrustedCertificate],
    password: &NewPassword,
    now: OffsetDateTime,
) -> Result<Zeroizing<Vec<u8>>, JksError> {
    if trusted.is_empty() {
        return Err(JksError::Empty);
    }
    let password = utf16(password)?;
    let mut store = Writer::begin(trusted.len())?;
    for TrustedCertificate { alias, der } in trusted {
        store.number(TRUSTED_CERTIFICATE);
        store.text(alias.as_str())?;
        store.moment(now);
        store.certificate(der)?;
    }
    Ok(store.end(&password))
}

/// The password as Java's characters, two octets each, without an end.
fn utf16(password: &NewPassword) -> Result<Zeroizing<Vec<u8>>, JksError> {
    let text = password.as_str();
    if text.encode_utf16().count() < SHORTEST_PASSWORD {
        return Err(JksError::ShortPassword);
    }
    let mut octets = Zeroizing::new(Vec::with_capacity(2 * text.len()));
    for unit in text.encode_utf16() {
        octets.extend_from_slice(&unit.to_be_bytes());
    }
    Ok(octets)
}

/// EncryptedPrivateKeyInfo (RFC 5958 §3) under Sun's key protector: a salt, the key XORed with the
/// digests of password and salt, password and that digest, and so on, and the digest of password and
/// key.
fn protected(pkcs8: &[u8], password: &[u8]) -> Result<Vec<u8>, JksError> {
    let mut salt = [0; DIGEST];
    aws_lc_rs::rand::fill(&mut salt).map_err(|_| JksError::NoRandomNumbers)?;
    let mut octets = salt.to_vec();
    let mut stream = Zeroizing::new(salt.to_vec());
    for block in pkcs8.chunks(DIGEST) {
        *stream = sha1(&[password, &stream]);
        octets.extend(
            block
                .iter()
                .zip(stream.iter())
                .map(|(octet, key)| octet ^ key),
        );
    }
    octets.extend(sha1(&[password, pkcs8]));
    let algorithm = ber::tlv(SEQUENCE, &[&ber::object_identifier(&KEY_PROTECTOR), NULL]);
    Ok(ber::tlv(
        SEQUENCE,
        &[&algorithm, &ber::tlv(OCTET_STRING, &[&octets])],
    ))
}

fn sha1(parts: &[&[u8]]) -> Vec<u8> {
    let mut context = Context::new(&SHA1);
    for part in parts {
        context.update(part);
    }
    context.finish().as_ref().to_vec()
}

/// Java's `DataOutputStream`.
struct Writer(Zeroizing<Vec<u8>>);

impl Writer {
    fn begin(entries: usize) -> Result<Self, JksError> {
        let mut writer = Self(Zeroizing::default());
        writer.number(MAGIC);
        writer.number(VERSION);
        writer.count(entries)?;
        Ok(writer)
    }

    fn number(&mut self, value: u32) {
        self.0.extend_from_slice(&value.to_be_bytes());
    }

    fn count(&mut self, value: usize) -> Result<(), JksError> {
        self.number(u32::try_from(value).map_err(|_| JksError::TooLarge)?);
        Ok(())
    }

    /// `writeUTF`: what an [`Alias`] can hold is the same in Java's own UTF-8.
    fn text(&mut self, text: &str) -> Result<(), JksError> {
        let length = u16::try_from(text.len()).map_err(|_| JksError::TooLarge)?;
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }

    /// Milliseconds since 1970.
    fn moment(&mut self, moment: OffsetDateTime) {
        let milliseconds = moment.unix_timestamp() * 1000 + i64::from(moment.millisecond());
        self.0.extend_from_slice(&milliseconds.to_be_bytes());
    }

    fn octets(&mut self, octets: &[u8]) -> Result<(), JksError> {
        self.count(octets.len())?;
        self.0.extend_from_slice(octets);
        Ok(())
    }

    fn certificate(&mut self, der: &[u8]) -> Result<(), JksError> {
        self.text(CERTIFICATE_TYPE)?;
        self.octets(der)
    }

    fn end(mut self, password: &[u8]) -> Zeroizing<Vec<u8>> {
        let seal = sha1(&[password, WHITENER, &self.0]);
        self.0.extend_from_slice(&seal);
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_password_is_refused() {
        let password = |text: &str| NewPassword::new(text.as_bytes()).unwrap();
        assert!(matches!(
            utf16(&password("12345")),
            Err(JksError::ShortPassword)
        ));
        assert_eq!(utf16(&password("123456")).unwrap().len(), 12);
    }

    #[test]
    fn an_empty_store_is_refused() {
        let password = NewPassword::new(b"changeit").unwrap();
        let now = OffsetDateTime::UNIX_EPOCH;
        assert!(matches!(
            write_trust(&[], &password, now),
            Err(JksError::Empty)
        ));
    }

    /// Whoever knows the password gets the key back by the same stream.
    #[test]
    fn a_protected_key_opens_again() {
        let password = b"\0s\0e\0c\0r\0e\0t";
        let key: Vec<u8> = (0..=120).collect();
        let der = protected(&key, password).unwrap();
        let octets = der.get(der.len() - (key.len() + 2 * DIGEST)..).unwrap();
        let (salt, rest) = octets.split_at(DIGEST);
        let (hidden, check) = rest.split_at(key.len());
        let mut stream = salt.to_vec();
        let mut opened = Vec::new();
        for block in hidden.chunks(DIGEST) {
            stream = sha1(&[password, &stream]);
            opened.extend(block.iter().zip(&stream).map(|(octet, key)| octet ^ key));
        }
        assert_eq!(opened, key);
        assert_eq!(check, sha1(&[password, &key]));
    }
}
