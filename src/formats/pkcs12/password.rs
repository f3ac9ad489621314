//! Passwords, as PKCS#12 turns them into bytes.

use zeroize::Zeroizing;

use super::Pkcs12Error;

/// A password in the one form that a derivation is tried with.
///
/// "No password" exists twice in the wild: the absent one (no bytes at all) and the empty one (the
/// two zero octets that end every BMPString password). Files are written with either.
#[derive(Clone, Copy)]
pub(super) enum Form<'a> {
    Absent,
    Text(&'a str),
}

impl Form<'_> {
    /// For PKCS#12's own derivation: UTF-16, big-endian, two zero octets at the end (RFC 7292
    /// appendix B.1). OpenSSL writes surrogate pairs, so they are written here too.
    pub(super) fn bmp(&self) -> Zeroizing<Vec<u8>> {
        match self {
            Self::Absent => Zeroizing::default(),
            Self::Text(text) => {
                let mut bytes = Zeroizing::new(Vec::with_capacity(2 * text.len() + 2));
                for unit in text.encode_utf16() {
                    bytes.extend_from_slice(&unit.to_be_bytes());
                }
                bytes.extend_from_slice(&[0, 0]);
                bytes
            }
        }
    }

    /// For PBES2 and PBMAC1: UTF-8 (RFC 9579 §5; what all writers do for PBES2).
    pub(super) fn utf8(&self) -> &[u8] {
        match self {
            Self::Absent => &[],
            Self::Text(text) => text.as_bytes(),
        }
    }
}

/// The forms that `password` may have been used in, the likeliest first.
pub(super) fn forms(password: Option<&[u8]>) -> Result<Vec<Form<'_>>, Pkcs12Error> {
    let text = std::str::from_utf8(password.unwrap_or_default())
        .map_err(|_| Pkcs12Error::PasswordNotText)?;
    Ok(if text.is_empty() {
        vec![Form::Text(""), Form::Absent]
    } else {
        vec![Form::Text(text)]
    })
}

/// A password that a PKCS#12 file can be written with.
pub struct NewPassword {
    text: Zeroizing<String>,
}

/// A property of a password that not every reader can live with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PasswordWarning {
    /// Java refuses passwords with characters outside ASCII.
    NotAscii,
    /// The password is empty: the file is open to everybody, and some programs refuse it.
    Empty,
}

impl NewPassword {
    /// A password of at least one character, each within the Basic Multilingual Plane.
    ///
    /// # Errors
    /// Empty, not UTF-8, a NUL character, or a character that a BMPString cannot hold.
    pub fn new(password: &[u8]) -> Result<Self, Pkcs12Error> {
        let text = std::str::from_utf8(password).map_err(|_| Pkcs12Error::PasswordNotText)?;
        if text.is_empty() {
            return Err(Pkcs12Error::EmptyPassword);
        }
        if text.contains('\0') {
            return Err(Pkcs12Error::PasswordWithNul);
        }
        if text.chars().any(|character| u32::from(character) > 0xffff) {
            return Err(Pkcs12Error::PasswordBeyondBmp);
        }
        Ok(Self {
            text: Zeroizing::new(text.to_owned()),
        })
    }

    /// The empty password, for those who explicitly want one.
    pub fn empty() -> Self {
        Self {
            text: Zeroizing::default(),
        }
    }

    /// What the person should know before using this password.
    pub fn warning(&self) -> Option<PasswordWarning> {
        if self.text.is_empty() {
            Some(PasswordWarning::Empty)
        } else if !self.text.is_ascii() {
            Some(PasswordWarning::NotAscii)
        } else {
            None
        }
    }

    pub(super) fn form(&self) -> Form<'_> {
        Form::Text(&self.text)
    }

    pub(in crate::formats) fn as_str(&self) -> &str {
        &self.text
    }
}

impl std::fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewPassword")
    }
}

impl std::fmt::Display for PasswordWarning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NotAscii => {
                "the password has characters outside ASCII: Java will not open the file"
            }
            Self::Empty => "the password is empty: anybody can read the private key",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_passwords_are_what_every_reader_can_hold() {
        assert_eq!(NewPassword::new(b"changeit").unwrap().warning(), None);
        assert_eq!(
            NewPassword::new("Stra\u{df}e".as_bytes())
                .unwrap()
                .warning(),
            Some(PasswordWarning::NotAscii)
        );
        assert_eq!(NewPassword::empty().warning(), Some(PasswordWarning::Empty));
        assert!(NewPassword::new("\u{ffff}".as_bytes()).is_ok());
        assert!(matches!(
            NewPassword::new("\u{10000}".as_bytes()),
            Err(Pkcs12Error::PasswordBeyondBmp)
        ));
        assert!(matches!(
            NewPassword::new(b""),
            Err(Pkcs12Error::EmptyPassword)
        ));
        assert!(matches!(
            NewPassword::new(b"a\0b"),
            Err(Pkcs12Error::PasswordWithNul)
        ));
        assert!(matches!(
            NewPassword::new(b"\xff"),
            Err(Pkcs12Error::PasswordNotText)
        ));
    }

    #[test]
    fn the_absent_and_the_empty_password_differ() {
        assert!(Form::Absent.bmp().is_empty());
        assert_eq!(Form::Text("").bmp().as_slice(), [0, 0]);
        assert_eq!(Form::Text("a").bmp().as_slice(), [0, b'a', 0, 0]);
    }

    #[test]
    fn debug_does_not_show_the_password() {
        let password = NewPassword::new(b"secret").unwrap();
        assert_eq!(format!("{password:?}"), "NewPassword");
    }
}
