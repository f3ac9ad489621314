//! Making a file of a bundle.

use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeEncrypt, KeyIvInit};
use der::Encode;
use pbkdf2::{pbkdf2_hmac, sha2::Sha256};
use pkcs8::pkcs5::pbes2;
use zeroize::Zeroizing;

use super::bag::{write_attributes, write_trusted_attributes};
use super::mac::{self, WrittenDigest};
use super::password::Form;
use super::{Bundle, NewPassword, Pkcs12Error, cipher, names};
use crate::formats::TrustedCertificate;
use crate::formats::ber::{self, OCTET_STRING, SEQUENCE};

/// How a file is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Protection {
    /// AES-256 in CBC mode under PBES2 with PBKDF2-HMAC-SHA256, and a MAC with HMAC-SHA256: what
    /// OpenSSL 3 and Java (from 8u301) write themselves, and NSS and GnuTLS read.
    #[default]
    Modern,
    /// Triple DES and a MAC with HMAC-SHA1, 2048 iterations: for Windows up to Server 2016 and for
    /// macOS, Android and Java of that age. Weak: the file has to be guarded like the key itself.
    Legacy,
}

impl Protection {
    /// Iterations of every key derivation in the file.
    pub const fn iterations(self) -> u64 {
        match self {
            Self::Modern => MODERN_MAC_ITERATIONS,
            Self::Legacy => LEGACY_ITERATIONS,
        }
    }
}

/// Iterations of PBKDF2-HMAC-SHA256. OWASP's Password Storage Cheat Sheet (2023) asks for 600,000,
/// but .NET 9 loads a file only when no derivation has more than 300,000 and all together have at
/// most 1,000,000 (its `Pkcs12LoaderLimits`); there are three: certificates, key and MAC. Java and
/// OpenSSL write 10,000 and 2,048.
const MODERN_ITERATIONS: u32 = 250_000;

/// Iterations of the MAC's derivation. Whoever guesses passwords tries them where it is cheapest, so
/// a weak MAC would make the strong encryption worthless (OpenSSL's 2048 do). One iteration is one
/// SHA-256 here and two in PBKDF2; the bounds are those of the encryption.
const MODERN_MAC_ITERATIONS: u64 = 250_000;

/// What OpenSSL and Windows have always written; old readers refuse more or take minutes.
const LEGACY_ITERATIONS: u64 = 2048;

/// Bytes of salt: 16 is NIST SP 800-132's least, 8 what old readers know.
const MODERN_SALT: usize = 16;
const LEGACY_SALT: usize = 8;

const CONTEXT_0: u8 = 0xa0;
const CONTEXT_0_PRIMITIVE: u8 = 0x80;

/// Makes a PKCS#12 file (RFC 7292 §5): the certificates in one encrypted content, leaf first, the
/// encrypted key in another; key and leaf carry the friendly name and the same local key identifier.
///
/// Each call draws new salts, so no two files are equal. Call [`super::check`] on the result before
/// telling anybody that it worked.
///
/// # Errors
/// No random numbers, or a failure of the encryption itself.
pub fn write(
    bundle: &Bundle,
    password: &NewPassword,
    protection: Protection,
) -> Result<Zeroizing<Vec<u8>>, Pkcs12Error> {
    let form = password.form();
    let wrapping = Wrapping::new(&form, protection)?;
    let id = bundle.local_key_id();
    let name = bundle.friendly_name();

    let mut bags = vec![certificate_bag(
        bundle.leaf(),
        &write_attributes(name, Some(&id)),
    )];
    bags.extend(bundle.chain().iter().map(|der| certificate_bag(der, &[])));
    let bags: Vec<&[u8]> = bags.iter().map(Vec::as_slice).collect();
    let certificates = encrypted_data(&ber::tlv(SEQUENCE, &bags), &wrapping)?;

    let key = key_bag(bundle.key(), &write_attributes(name, Some(&id)), &wrapping)?;
    let key = data(&ber::tlv(SEQUENCE, &[&key]));

    seal(&[&certificates, &key], &form, protection)
}

/// Makes a PKCS#12 file that Java takes for a trust store: certificates without a key, each with its
/// alias and the JDK's mark of trust. For other programs it is a file of certificates.
///
/// Call [`super::check_trust`] on the result before telling anybody that it worked.
///
/// # Errors
/// No certificate, no random numbers, or a failure of the encryption itself.
pub fn write_trust(
    trusted: &[TrustedCertificate],
    password: &NewPassword,
    protection: Protection,
) -> Result<Zeroizing<Vec<u8>>, Pkcs12Error> {
    if trusted.is_empty() {
        return Err(Pkcs12Error::NothingToTrust);
    }
    let form = password.form();
    let wrapping = Wrapping::new(&form, protection)?;
    let bags: Vec<Vec<u8>> = trusted
        .iter()
        .map(|one| certificate_bag(&one.der, &write_trusted_attributes(one.alias.as_str())))
        .collect();
    let bags: Vec<&[u8]> = bags.iter().map(Vec::as_slice).collect();
    let certificates = encrypted_data(&ber::tlv(SEQUENCE, &bags), &wrapping)?;
    seal(&[&certificates], &form, protection)
}

/// PFX (RFC 7292 §4): the contents and the MAC over them.
fn seal(
    contents: &[&[u8]],
    form: &Form<'_>,
    protection: Protection,
) -> Result<Zeroizing<Vec<u8>>, Pkcs12Error> {
    let content = ber::tlv(SEQUENCE, contents);
    let mac = match protection {
        Protection::Modern => mac::write(
            WrittenDigest::Sha256,
            form,
            &random::<MODERN_SALT>()?,
            MODERN_MAC_ITERATIONS,
            &content,
        ),
        Protection::Legacy => mac::write(
            WrittenDigest::Sha1,
            form,
            &random::<LEGACY_SALT>()?,
            LEGACY_ITERATIONS,
            &content,
        ),
    };
    Ok(Zeroizing::new(ber::tlv(
        SEQUENCE,
        &[&ber::integer(3), &data(&content), &mac],
    )))
}

/// ContentInfo of type data.
fn data(content: &[u8]) -> Vec<u8> {
    let octets = ber::tlv(OCTET_STRING, &[content]);
    ber::tlv(
        SEQUENCE,
        &[
            &ber::object_identifier(&names::DATA),
            &ber::tlv(CONTEXT_0, &[&octets]),
        ],
    )
}

/// ContentInfo of type encrypted data (RFC 5652 §8), version 0.
fn encrypted_data(plaintext: &[u8], wrapping: &Wrapping<'_>) -> Result<Vec<u8>, Pkcs12Error> {
    let (algorithm, ciphertext) = wrapping.encrypt(plaintext)?;
    let info = ber::tlv(
        SEQUENCE,
        &[
            &ber::object_identifier(&names::DATA),
            &algorithm,
            &ber::tlv(CONTEXT_0_PRIMITIVE, &[&ciphertext]),
        ],
    );
    let encrypted = ber::tlv(SEQUENCE, &[&ber::integer(0), &info]);
    Ok(ber::tlv(
        SEQUENCE,
        &[
            &ber::object_identifier(&names::ENCRYPTED_DATA),
            &ber::tlv(CONTEXT_0, &[&encrypted]),
        ],
    ))
}

/// SafeBag with a CertBag (RFC 7292 §4.2.3).
fn certificate_bag(der: &[u8], attributes: &[u8]) -> Vec<u8> {
    let octets = ber::tlv(OCTET_STRING, &[der]);
    let certificate = ber::tlv(
        SEQUENCE,
        &[
            &ber::object_identifier(&names::X509_CERTIFICATE),
            &ber::tlv(CONTEXT_0, &[&octets]),
        ],
    );
    bag(&names::CERTIFICATE_BAG, &certificate, attributes)
}

/// SafeBag with an encrypted key (RFC 7292 §4.2.2).
fn key_bag(
    pkcs8: &[u8],
    attributes: &[u8],
    wrapping: &Wrapping<'_>,
) -> Result<Vec<u8>, Pkcs12Error> {
    let (algorithm, ciphertext) = wrapping.encrypt(pkcs8)?;
    let key = ber::tlv(
        SEQUENCE,
        &[&algorithm, &ber::tlv(OCTET_STRING, &[&ciphertext])],
    );
    Ok(bag(&names::SHROUDED_KEY_BAG, &key, attributes))
}

fn bag(kind: &der::asn1::ObjectIdentifier, value: &[u8], attributes: &[u8]) -> Vec<u8> {
    ber::tlv(
        SEQUENCE,
        &[
            &ber::object_identifier(kind),
            &ber::tlv(CONTEXT_0, &[value]),
            attributes,
        ],
    )
}

/// What the contents of one file are encrypted with.
enum Wrapping<'form> {
    /// One key, derived once, since to derive it is nearly all of the work. Each content has an
    /// initialization vector of its own.
    Modern {
        salt: [u8; MODERN_SALT],
        key: Zeroizing<[u8; 32]>,
    },
    /// A key for each content: its initialization vector is derived with it.
    Legacy(&'form Form<'form>),
}

impl<'form> Wrapping<'form> {
    fn new(form: &'form Form<'form>, protection: Protection) -> Result<Self, Pkcs12Error> {
        match protection {
            Protection::Modern => {
                let salt = random::<MODERN_SALT>()?;
                let mut key = Zeroizing::new([0; 32]);
                pbkdf2_hmac::<Sha256>(form.utf8(), &salt, MODERN_ITERATIONS, key.as_mut());
                Ok(Self::Modern { salt, key })
            }
            Protection::Legacy => Ok(Self::Legacy(form)),
        }
    }

    /// The AlgorithmIdentifier and the ciphertext.
    fn encrypt(&self, plaintext: &[u8]) -> Result<(Vec<u8>, Vec<u8>), Pkcs12Error> {
        let failed = |error: String| Pkcs12Error::Encryption(error);
        match self {
            Self::Modern { salt, key } => {
                let vector = random::<16>()?;
                let ciphertext =
                    cbc::Encryptor::<aes::Aes256>::new_from_slices(key.as_ref(), &vector)
                        .map_err(|error| failed(error.to_string()))?
                        .encrypt_padded_vec::<Pkcs7>(plaintext);
                let parameters = pbes2::Parameters::generate_pbkdf2_sha256_aes256cbc(
                    MODERN_ITERATIONS,
                    salt,
                    vector,
                )
                .map_err(|error| failed(error.to_string()))?
                .to_der()
                .map_err(|error| failed(error.to_string()))?;
                let algorithm = ber::tlv(
                    SEQUENCE,
                    &[&ber::object_identifier(&names::PBES2), &parameters],
                );
                Ok((algorithm, ciphertext))
            }
            Self::Legacy(form) => {
                let salt = random::<LEGACY_SALT>()?;
                let ciphertext =
                    cipher::encrypt_triple_des(&form.bmp(), &salt, LEGACY_ITERATIONS, plaintext)?;
                let parameters = ber::tlv(
                    SEQUENCE,
                    &[
                        &ber::tlv(OCTET_STRING, &[&salt]),
                        &ber::integer(LEGACY_ITERATIONS),
                    ],
                );
                let algorithm = ber::tlv(
                    SEQUENCE,
                    &[&ber::object_identifier(&names::PBE_3DES), &parameters],
                );
                Ok((algorithm, ciphertext))
            }
        }
    }
}

fn random<const LENGTH: usize>() -> Result<[u8; LENGTH], Pkcs12Error> {
    let mut bytes = [0; LENGTH];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Pkcs12Error::NoRandomNumbers)?;
    Ok(bytes)
}
