//! Opening a file.

use zeroize::Zeroizing;

use super::bag::Bag;
use super::frame::{CONTEXT_0, Frame, octet_string};
use super::limits::{Budget, MAX_ENTRIES, MAX_NESTED_CONTENTS};
use super::password::{Form, forms};
use super::scheme::Scheme;
use super::{CertificateEntry, Entry, Facts, KeyEntry, OtherEntry, OtherKind, Pkcs12Error, names};
use crate::formats::ber::{self, Element, INTEGER, SEQUENCE};

/// An opened file.
#[derive(Debug)]
#[non_exhaustive]
pub struct Store {
    /// Everything in it, in the order of the file.
    pub entries: Vec<Entry>,
    /// How it was protected.
    pub facts: Facts,
    /// Bytes after the end of the file, which OpenSSL and Java ignore too.
    pub trailing: usize,
}

impl Store {
    /// The private keys, in order.
    pub fn keys(&self) -> impl Iterator<Item = &KeyEntry> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::PrivateKey(key) => Some(key),
            _ => None,
        })
    }

    /// The certificates, in order.
    pub fn certificates(&self) -> impl Iterator<Item = &CertificateEntry> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Certificate(certificate) => Some(certificate),
            _ => None,
        })
    }

    /// What is neither key nor certificate, in order: to be named to the person.
    pub fn others(&self) -> impl Iterator<Item = &OtherEntry> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Other(other) => Some(other),
            _ => None,
        })
    }
}

/// How a file is protected, as far as can be said without a password.
///
/// # Errors
/// Not a PKCS#12 file, or a damaged one.
pub fn facts(bytes: &[u8]) -> Result<Facts, Pkcs12Error> {
    let frame = Frame::parse(bytes)?;
    let mut facts = Facts {
        mac: frame.mac.as_ref().map(|mac| mac.describe()),
        ..Facts::default()
    };
    for content in contents(&frame.content)? {
        match content {
            Content::Plain(octets) => {
                facts.contents.push(None);
                key_facts(&octets, 0, &mut facts)?;
            }
            Content::Encrypted { scheme, .. } => facts.contents.push(Some(scheme.describe())),
        }
    }
    Ok(facts)
}

/// Opens a file.
///
/// `None` as the password stands for a person who was not asked yet: files without a password open,
/// others say [`Pkcs12Error::NeedsPassword`]. The empty password is tried in both of its forms.
///
/// # Errors
/// Not a PKCS#12 file, damaged, wrong or missing password, an unsupported algorithm, or more work
/// than the limits of this room allow.
pub fn read(bytes: &[u8], password: Option<&[u8]>) -> Result<Store, Pkcs12Error> {
    let frame = Frame::parse(bytes)?;
    let mut opening = Opening {
        forms: forms(password)?,
        password_was_given: password.is_some(),
        mac_fits: false,
        budget: Budget::new(),
        store: Store {
            entries: Vec::new(),
            facts: Facts::default(),
            trailing: frame.trailing,
        },
    };
    opening.verify_mac(&frame)?;
    for content in contents(&frame.content)? {
        opening.open(&content)?;
    }
    Ok(opening.store)
}

/// One ContentInfo of the AuthenticatedSafe (RFC 7292 §4.1).
enum Content {
    Plain(Zeroizing<Vec<u8>>),
    Encrypted {
        scheme: Scheme,
        ciphertext: Zeroizing<Vec<u8>>,
    },
}

fn contents(authenticated_safe: &[u8]) -> Result<Vec<Content>, Pkcs12Error> {
    let damaged = |source| Pkcs12Error::Damaged {
        part: "the list of contents",
        source,
    };
    let list = Element::only(authenticated_safe)
        .and_then(|list| list.with_tag(SEQUENCE, "the list of contents"))
        .map_err(damaged)?;
    let mut each = list.inside();
    let mut contents = Vec::new();
    while let Some(content) = each.next().map_err(damaged)? {
        let mut parts = content
            .with_tag(SEQUENCE, "a content")
            .map_err(damaged)?
            .inside();
        let kind = ber::read_object_identifier(&mut parts, "a content type").map_err(damaged)?;
        if kind != names::DATA && kind != names::ENCRYPTED_DATA {
            return Err(Pkcs12Error::unsupported("privacy protection", &kind));
        }
        let value = parts
            .expect(CONTEXT_0, "a content")
            .and_then(|value| value.unwrapped())
            .map_err(damaged)?;
        contents.push(if kind == names::DATA {
            Content::Plain(octet_string(&value).map_err(damaged)?)
        } else {
            encrypted_data(&value)?
        });
        if contents.len() > MAX_ENTRIES {
            return Err(Pkcs12Error::TooManyEntries { limit: MAX_ENTRIES });
        }
    }
    Ok(contents)
}

/// EncryptedData (RFC 5652 §8).
fn encrypted_data(value: &Element<'_>) -> Result<Content, Pkcs12Error> {
    let damaged = |source| Pkcs12Error::Damaged {
        part: "an encrypted content",
        source,
    };
    let mut parts = value
        .with_tag(SEQUENCE, "encrypted data")
        .map_err(damaged)?
        .inside();
    parts.expect(INTEGER, "a version").map_err(damaged)?;
    let info = parts
        .expect(SEQUENCE, "an encrypted content")
        .map_err(damaged)?;
    let mut parts = info.inside();
    ber::read_object_identifier(&mut parts, "a content type").map_err(damaged)?;
    let algorithm = parts
        .expect(SEQUENCE, "an encryption algorithm")
        .map_err(damaged)?;
    // IMPLICIT OCTET STRING: [0] primitive, or constructed of pieces.
    let ciphertext = parts
        .next()
        .map_err(damaged)?
        .filter(|content| content.tag & !0x20 == 0x80)
        .ok_or(ber::BerError::Missing("the encrypted content"))
        .and_then(|content| content.octets())
        .map_err(damaged)?;
    Ok(Content::Encrypted {
        scheme: Scheme::parse(&algorithm)?,
        ciphertext,
    })
}

/// EncryptedPrivateKeyInfo (RFC 5958 §3).
fn encrypted_key(value: &Element<'_>) -> Result<(Scheme, Zeroizing<Vec<u8>>), Pkcs12Error> {
    let damaged = |source| Pkcs12Error::Damaged {
        part: "an encrypted key",
        source,
    };
    let mut parts = value
        .with_tag(SEQUENCE, "an encrypted key")
        .map_err(damaged)?
        .inside();
    let algorithm = parts
        .expect(SEQUENCE, "an encryption algorithm")
        .map_err(damaged)?;
    let ciphertext = parts
        .next()
        .map_err(damaged)?
        .ok_or(ber::BerError::Missing("the encrypted key"))
        .and_then(|element| octet_string(&element))
        .map_err(damaged)?;
    Ok((Scheme::parse(&algorithm)?, ciphertext))
}

/// The bags of a SafeContents.
fn bags(safe_contents: &[u8]) -> Result<ber::Reader<'_>, Pkcs12Error> {
    Element::only(safe_contents)
        .and_then(|list| list.with_tag(SEQUENCE, "a list of entries"))
        .map(|list| list.inside())
        .map_err(Pkcs12Error::damaged("a list of entries"))
}

fn key_facts(safe_contents: &[u8], depth: usize, facts: &mut Facts) -> Result<(), Pkcs12Error> {
    let mut each = bags(safe_contents)?;
    while let Some(bag) = each.next().map_err(Pkcs12Error::damaged("an entry"))? {
        let bag = Bag::parse(&bag)?;
        match bag.kind {
            names::KEY_BAG => facts.keys.push(None),
            names::SHROUDED_KEY_BAG => {
                facts
                    .keys
                    .push(Some(encrypted_key(&bag.value)?.0.describe()));
            }
            names::SAFE_CONTENTS_BAG if depth < MAX_NESTED_CONTENTS => {
                key_facts(bag.value.raw, depth + 1, facts)?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// A file on its way to being open.
struct Opening<'p> {
    forms: Vec<Form<'p>>,
    password_was_given: bool,
    mac_fits: bool,
    budget: Budget,
    store: Store,
}

impl Opening<'_> {
    /// Checks the MAC, if there is one, and prefers the form of the password that it fits.
    fn verify_mac(&mut self, frame: &Frame) -> Result<(), Pkcs12Error> {
        let Some(mac) = &frame.mac else {
            return Ok(());
        };
        self.store.facts.mac = Some(mac.describe());
        for position in 0..self.forms.len() {
            let Some(form) = self.forms.get(position) else {
                break;
            };
            if mac.fits(form, &frame.content, &mut self.budget)? {
                self.mac_fits = true;
                self.forms.swap(0, position);
                return Ok(());
            }
        }
        Err(self.refusal("the content"))
    }

    fn open(&mut self, content: &Content) -> Result<(), Pkcs12Error> {
        match content {
            Content::Plain(octets) => {
                self.store.facts.contents.push(None);
                self.take(octets, 0)
            }
            Content::Encrypted { scheme, ciphertext } => {
                self.store.facts.contents.push(Some(scheme.describe()));
                let plaintext = self.decrypt("a content", scheme, ciphertext)?;
                self.take(&plaintext, 0)
            }
        }
    }

    /// Decrypts with the first form of the password that leads to a whole SEQUENCE: one wrong
    /// password in 256 leaves a padding that looks right.
    fn decrypt(
        &mut self,
        part: &'static str,
        scheme: &Scheme,
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Pkcs12Error> {
        for form in &self.forms {
            let Some(plaintext) = scheme.decrypt(form, ciphertext, &mut self.budget)? else {
                continue;
            };
            if Element::only(&plaintext).is_ok_and(|element| element.tag == SEQUENCE) {
                return Ok(plaintext);
            }
        }
        Err(self.refusal(part))
    }

    fn refusal(&self, part: &'static str) -> Pkcs12Error {
        if self.mac_fits {
            Pkcs12Error::OtherPassword { part }
        } else if self.password_was_given {
            Pkcs12Error::WrongPassword
        } else {
            Pkcs12Error::NeedsPassword
        }
    }

    fn take(&mut self, safe_contents: &[u8], depth: usize) -> Result<(), Pkcs12Error> {
        let mut each = bags(safe_contents)?;
        while let Some(bag) = each.next().map_err(Pkcs12Error::damaged("an entry"))? {
            let bag = Bag::parse(&bag)?;
            if bag.kind == names::SAFE_CONTENTS_BAG {
                if depth == MAX_NESTED_CONTENTS {
                    return Err(Pkcs12Error::Damaged {
                        part: "nested contents",
                        source: ber::BerError::TooDeep,
                    });
                }
                self.take(bag.value.raw, depth + 1)?;
                continue;
            }
            if self.store.entries.len() == MAX_ENTRIES {
                return Err(Pkcs12Error::TooManyEntries { limit: MAX_ENTRIES });
            }
            let entry = self.entry(bag)?;
            self.store.entries.push(entry);
        }
        Ok(())
    }

    fn entry(&mut self, bag: Bag<'_>) -> Result<Entry, Pkcs12Error> {
        let Bag {
            kind,
            value,
            attributes,
        } = bag;
        let other = match kind {
            names::KEY_BAG => {
                let pkcs8 = value
                    .with_tag(SEQUENCE, "a private key")
                    .and_then(|key| ber::to_der(&key))
                    .map_err(Pkcs12Error::damaged("a private key"))?;
                self.store.facts.keys.push(None);
                return Ok(Entry::PrivateKey(KeyEntry {
                    pkcs8,
                    friendly_name: attributes.friendly_name,
                    local_key_id: attributes.local_key_id,
                    encryption: None,
                }));
            }
            names::SHROUDED_KEY_BAG => {
                let (scheme, ciphertext) = encrypted_key(&value)?;
                let encryption = scheme.describe();
                let plaintext = self.decrypt("a private key", &scheme, &ciphertext)?;
                let pkcs8 = Element::only(&plaintext)
                    .and_then(|key| ber::to_der(&key))
                    .map_err(Pkcs12Error::damaged("a private key"))?;
                self.store.facts.keys.push(Some(encryption.clone()));
                return Ok(Entry::PrivateKey(KeyEntry {
                    pkcs8,
                    friendly_name: attributes.friendly_name,
                    local_key_id: attributes.local_key_id,
                    encryption: Some(encryption),
                }));
            }
            names::CERTIFICATE_BAG => match certificate(&value)? {
                Ok(der) => {
                    return Ok(Entry::Certificate(CertificateEntry {
                        der,
                        friendly_name: attributes.friendly_name,
                        local_key_id: attributes.local_key_id,
                        trusted: attributes.trusted,
                    }));
                }
                Err(oid) => OtherKind::ForeignCertificate { oid },
            },
            names::CRL_BAG => OtherKind::Crl,
            names::SECRET_BAG => OtherKind::Secret,
            _ => OtherKind::Unknown {
                oid: kind.to_string(),
            },
        };
        Ok(Entry::Other(OtherEntry {
            kind: other,
            friendly_name: attributes.friendly_name,
            local_key_id: attributes.local_key_id,
        }))
    }
}

/// The certificate of a CertBag (RFC 7292 §4.2.3), or the type of one that is not X.509.
fn certificate(value: &Element<'_>) -> Result<Result<Vec<u8>, String>, Pkcs12Error> {
    let damaged = |source| Pkcs12Error::Damaged {
        part: "a certificate",
        source,
    };
    let mut parts = value
        .with_tag(SEQUENCE, "a certificate")
        .map_err(damaged)?
        .inside();
    let kind = ber::read_object_identifier(&mut parts, "a certificate type").map_err(damaged)?;
    if kind != names::X509_CERTIFICATE {
        return Ok(Err(kind.to_string()));
    }
    let der = parts
        .expect(CONTEXT_0, "a certificate")
        .and_then(|value| value.unwrapped())
        .and_then(|value| octet_string(&value))
        .map_err(damaged)?;
    Ok(Ok(der.to_vec()))
}
