//! The objects that a file can hold.

use zeroize::Zeroizing;

use super::{
    Encoding, InspectError,
    container::{Piece, pieces},
    shape::{Shape, shape},
};
use crate::{
    formats::{pkcs7, pkcs7::SignedData},
    key::{KeyError, KeyFile, PublicKey},
    x509::{Certificate, CertificationRequest, element::Element, element::read_element},
};

/// Something that was found in a file, and how it was wrapped there.
pub struct Item {
    /// What it was wrapped in.
    pub encoding: Encoding,
    /// What it is.
    pub object: Object,
}

/// An object, read as far as is needed to know what it is.
#[non_exhaustive]
pub enum Object {
    /// A certificate, with openssl's own trust settings if it is a `TRUSTED CERTIFICATE`.
    Certificate {
        /// The certificate.
        certificate: Box<Certificate>,
        /// DER of openssl's `CertAux`.
        trust: Option<Vec<u8>>,
    },
    /// A PKCS#10 request.
    Request(Box<CertificationRequest>),
    /// DER of a certificate revocation list.
    RevocationList(Vec<u8>),
    /// A private key, open or encrypted.
    PrivateKey(PrivateKeyObject),
    /// A public key alone.
    PublicKey(PublicKey),
    /// Certificates and revocation lists in PKCS#7.
    Pkcs7(SignedData),
    /// Bytes of a PKCS#12 file.
    Pkcs12(Zeroizing<Vec<u8>>),
    /// DER of Diffie-Hellman parameters (PKCS #3).
    DiffieHellmanParameters(Vec<u8>),
    /// DER of elliptic curve parameters (RFC 5480 §2.1.1).
    CurveParameters(Vec<u8>),
    /// Something that could not be read, beside others that could.
    Unreadable(InspectError),
}

/// A private key in its file form.
pub struct PrivateKeyObject {
    pub(super) file: Result<KeyFile, KeyError>,
    /// The value of `DEK-Info` in traditional encryption.
    pub(super) dek_info: Option<String>,
    pub(super) der: Zeroizing<Vec<u8>>,
}

impl Object {
    /// Whether a password or passphrase shows more of it.
    pub fn is_encrypted(&self) -> bool {
        match self {
            Self::PrivateKey(key) => {
                key.file.as_ref().is_ok_and(KeyFile::is_encrypted) || key.dek_info.is_some()
            }
            Self::Pkcs12(_) => true,
            _ => false,
        }
    }
}

/// Finds every object in a file, whatever its container.
///
/// An object that cannot be read does not hide the others: it is [`Object::Unreadable`].
///
/// # Errors
/// [`InspectError::Unknown`], with what the file looks like, when there is nothing to read at all.
pub fn open(file: &[u8]) -> Result<Vec<Item>, InspectError> {
    let pieces = pieces(file)?;
    let mut items = Vec::with_capacity(pieces.len());
    let mut pieces = pieces.into_iter().peekable();
    while let Some(piece) = pieces.next() {
        // `openssl ecparam -genkey` writes the curve in a block of its own before the key.
        if piece.label() == Some("EC PARAMETERS")
            && let Some(key) = pieces.next_if(|next| next.label() == Some("EC PRIVATE KEY"))
        {
            let text = Zeroizing::new([piece.text, key.text].concat());
            items.push(Item {
                encoding: key.encoding.clone(),
                object: private_key(&key, &text),
            });
            continue;
        }
        let object = read(&piece).unwrap_or_else(Object::Unreadable);
        items.push(Item {
            encoding: piece.encoding,
            object,
        });
    }
    Ok(items)
}

impl Piece<'_> {
    fn label(&self) -> Option<&str> {
        match &self.encoding {
            Encoding::Pem { label, .. } => Some(label),
            Encoding::Der | Encoding::Base64 => None,
        }
    }
}

fn read(piece: &Piece<'_>) -> Result<Object, InspectError> {
    let label = piece.label();
    let is_private = label.is_some_and(|label| label.ends_with("PRIVATE KEY"));
    let der = match &piece.content {
        Ok(der) => der,
        // The key room knows more about what is wrong.
        Err(_) if is_private => return Err(damaged_key(piece)),
        Err(InspectError::Pem { label, problem }) => {
            return Err(InspectError::Pem {
                label: label.clone(),
                problem: problem.clone(),
            });
        }
        Err(_) => return Err(InspectError::Unrecognised("not DER")),
    };
    let Some(label) = label else {
        return of_shape(shape(der), piece);
    };
    let (expected, shapes): (&'static str, &[Shape]) = match label {
        "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => {
            ("a certificate", &[Shape::Certificate])
        }
        "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => ("a request", &[Shape::Request]),
        "X509 CRL" => ("a revocation list", &[Shape::RevocationList]),
        "PKCS7" | "PKCS #7 SIGNED DATA" | "CMS" => ("PKCS#7", &[Shape::Pkcs7]),
        "PKCS12" => ("PKCS#12", &[Shape::Pkcs12]),
        "PUBLIC KEY" => ("a public key", &[Shape::PublicKey]),
        "RSA PUBLIC KEY" => ("an RSA public key", &[Shape::RsaPublicKey]),
        "DH PARAMETERS" | "X9.42 DH PARAMETERS" => {
            return Ok(Object::DiffieHellmanParameters(der.to_vec()));
        }
        "EC PARAMETERS" => return Ok(Object::CurveParameters(der.to_vec())),
        _ if is_private => return Ok(private_key(piece, piece.text)),
        other => {
            let problem = "is of a kind that is not shown here".to_owned();
            return Err(InspectError::Pem {
                label: other.to_owned(),
                problem,
            });
        }
    };
    let found = shape(der);
    if found != Shape::Unknown && !shapes.contains(&found) {
        return Err(InspectError::Mislabelled {
            expected,
            found: found.name(),
        });
    }
    match shapes.first() {
        Some(expected) => of_shape(*expected, piece),
        None => of_shape(found, piece),
    }
}

fn of_shape(shape: Shape, piece: &Piece<'_>) -> Result<Object, InspectError> {
    let Ok(der) = &piece.content else {
        return Err(InspectError::Unrecognised("not DER"));
    };
    Ok(match shape {
        Shape::Certificate => certificate(der)?,
        Shape::Request => Object::Request(Box::new(CertificationRequest::from_der(der)?)),
        Shape::RevocationList => Object::RevocationList(der.to_vec()),
        Shape::Pkcs7 => Object::Pkcs7(pkcs7::read(der)?),
        Shape::Pkcs12 => Object::Pkcs12(der.clone()),
        Shape::PrivateKey => private_key(piece, der),
        Shape::PublicKey => Object::PublicKey(PublicKey::from_spki_der(der)?),
        Shape::RsaPublicKey => Object::PublicKey(rsa_public_key(der)?),
        Shape::DiffieHellmanParameters => Object::DiffieHellmanParameters(der.to_vec()),
        Shape::Unknown => {
            return Err(InspectError::Unrecognised(
                "DER, but no object that is known here",
            ));
        }
    })
}

/// A certificate, and what openssl appends to it in a `TRUSTED CERTIFICATE`.
fn certificate(der: &[u8]) -> Result<Object, InspectError> {
    let (certificate, trust) = match read_element(der) {
        Some(Element { whole, rest, .. }) if !rest.is_empty() => (whole, Some(rest.to_vec())),
        _ => (der, None),
    };
    let certificate = Box::new(Certificate::from_der(certificate)?);
    Ok(Object::Certificate { certificate, trust })
}

fn private_key(piece: &Piece<'_>, file: &[u8]) -> Object {
    Object::PrivateKey(PrivateKeyObject {
        file: KeyFile::read(file),
        dek_info: header(piece.text, "DEK-Info"),
        der: piece.content.as_ref().map(Clone::clone).unwrap_or_default(),
    })
}

fn damaged_key(piece: &Piece<'_>) -> InspectError {
    match KeyFile::read(piece.text) {
        Err(error) => InspectError::Key(error),
        Ok(_) => InspectError::Unrecognised("a private key that is damaged"),
    }
}

fn header(text: &[u8], name: &str) -> Option<String> {
    text.split(|octet| *octet == b'\n').find_map(|line| {
        let (found, value) = std::str::from_utf8(line).ok()?.split_once(':')?;
        (found.trim() == name).then(|| value.trim().to_owned())
    })
}

/// Wraps an `RSAPublicKey` (RFC 8017 appendix A.1.1) into a SubjectPublicKeyInfo.
fn rsa_public_key(der: &[u8]) -> Result<PublicKey, InspectError> {
    use der::{Encode, Tag, asn1::Any, asn1::BitString};
    /// `AlgorithmIdentifier { rsaEncryption, NULL }` (RFC 3279 §2.3.1).
    const RSA_ENCRYPTION: [u8; 15] = [
        0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
    ];
    let wrapped = BitString::from_bytes(der)
        .and_then(|bits| bits.to_der())
        .and_then(|bits| Any::new(Tag::Sequence, [&RSA_ENCRYPTION[..], &bits].concat())?.to_der());
    let wrapped = wrapped.map_err(|_| InspectError::Unrecognised("an RSA public key too large"))?;
    Ok(PublicKey::from_spki_der(&wrapped)?)
}
