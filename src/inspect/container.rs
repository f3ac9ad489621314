//! What a file is wrapped in: PEM blocks between any text, DER, several of either, or base64
//! without armour (RFC 7468, RFC 1421 §4.6).

use base64::{Engine, engine::general_purpose::STANDARD};
use memchr::{memchr, memrchr};
use serde::Serialize;
use zeroize::Zeroizing;

use super::{InspectError, guess::resemblance};
use crate::{
    formats::{pkcs7::is_pkcs7, pkcs12::is_pkcs12},
    x509::element::read_element,
};

/// The most objects that are read from one file; the certificates of a large trust store are a
/// few hundred.
pub const MAX_OBJECTS: usize = 10_000;

/// What an object was wrapped in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "encoding", rename_all = "snake_case")]
pub enum Encoding {
    /// A PEM block.
    Pem {
        /// The label of its BEGIN line.
        label: String,
        /// The line of the file on which it begins, from 1.
        line: usize,
    },
    /// DER (or BER).
    Der,
    /// Base64 without BEGIN and END lines.
    Base64,
}

/// One wrapped object, still in bytes.
pub(super) struct Piece<'file> {
    pub(super) encoding: Encoding,
    /// The PEM block as it stands in the file, for what is in its headers.
    pub(super) text: &'file [u8],
    /// What the wrapping holds.
    pub(super) content: Result<Zeroizing<Vec<u8>>, InspectError>,
}

/// Takes a file apart.
///
/// # Errors
/// [`InspectError::Unknown`] with what the file looks like, or too many objects.
pub(super) fn pieces(file: &[u8]) -> Result<Vec<Piece<'_>>, InspectError> {
    let found = pem(file);
    if !found.is_empty() {
        return bounded(found);
    }
    if file.first() == Some(&0x30) {
        return bounded(der(file, &Encoding::Der)?);
    }
    if let Some(decoded) = bare_base64(file) {
        // Owned bytes: a piece only borrows the text of PEM.
        let pieces = der(&decoded, &Encoding::Base64)?;
        return bounded(pieces.into_iter().map(Piece::without_text).collect());
    }
    Err(InspectError::Unknown(resemblance(file)))
}

fn bounded(pieces: Vec<Piece<'_>>) -> Result<Vec<Piece<'_>>, InspectError> {
    if pieces.len() > MAX_OBJECTS {
        return Err(InspectError::TooMany { limit: MAX_OBJECTS });
    }
    Ok(pieces)
}

impl Piece<'_> {
    fn without_text<'other>(self) -> Piece<'other> {
        let Self {
            encoding, content, ..
        } = self;
        Piece {
            encoding,
            text: &[],
            content,
        }
    }
}

/// DER objects one after the other; white space after the last is what editors leave.
fn der<'file>(file: &[u8], encoding: &Encoding) -> Result<Vec<Piece<'file>>, InspectError> {
    let piece = |content: Result<&[u8], InspectError>| Piece {
        encoding: encoding.clone(),
        text: &[][..],
        content: content.map(|octets| Zeroizing::new(octets.to_vec())),
    };
    let mut pieces = Vec::new();
    let mut rest = file;
    while !rest.trim_ascii().is_empty() && pieces.len() <= MAX_OBJECTS {
        let element = read_element(rest).filter(|element| element.tag == 0x30);
        match element {
            Some(element) => {
                pieces.push(piece(Ok(element.whole)));
                rest = element.rest;
            }
            // BER has its own ways to say where it ends.
            None if is_pkcs12(rest) || is_pkcs7(rest) => {
                pieces.push(piece(Ok(rest)));
                break;
            }
            None if pieces.is_empty() => return Err(InspectError::Unknown(resemblance(file))),
            None => {
                pieces.push(piece(Err(InspectError::Unrecognised(
                    "something after the objects above that is not DER",
                ))));
                break;
            }
        }
    }
    Ok(pieces)
}

/// Base64 text whose content begins like DER.
fn bare_base64(file: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let text = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
    let is_base64 = |octet: &u8| octet.is_ascii_alphanumeric() || b"+/=".contains(octet);
    if !text
        .iter()
        .all(|octet| octet.is_ascii_whitespace() || is_base64(octet))
    {
        return None;
    }
    decode(text).filter(|decoded| decoded.first() == Some(&0x30))
}

fn decode(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut packed = Zeroizing::new(Vec::with_capacity(text.len()));
    for line in lines(text) {
        packed.extend_from_slice(line.trim_ascii());
    }
    // One allocation, so that no copy of a key is left behind by growing.
    let mut decoded = Zeroizing::new(vec![0; base64::decoded_len_estimate(packed.len())]);
    let length = match STANDARD.decode_slice(&*packed, &mut decoded) {
        Ok(length) => length,
        // Few have white space within a line.
        Err(_) => {
            packed.retain(|octet| !octet.is_ascii_whitespace());
            STANDARD.decode_slice(&*packed, &mut decoded).ok()?
        }
    };
    decoded.truncate(length);
    (length > 0).then_some(decoded)
}

/// The lines of a text, each with its end.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = memchr(b'\n', rest).map_or(rest.len(), |position| position + 1);
        let (line, after) = rest.split_at_checked(end)?;
        rest = after;
        (!line.is_empty()).then_some(line)
    })
}

/// A block whose BEGIN line was seen.
struct Open<'file> {
    label: &'file str,
    line: usize,
    start: usize,
    body: usize,
}

/// Every PEM block of a file; what stands between them is passed over.
fn pem(file: &[u8]) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut open: Option<Open<'_>> = None;
    let mut position = 0;
    for (number, whole) in lines(file).enumerate() {
        let start = position;
        position += whole.len();
        let line = whole.trim_ascii();
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        if let Some(label) = boundary(line, b"-----BEGIN ") {
            if let Some(unfinished) = open.take() {
                pieces.push(unfinished.cut_off(file.get(unfinished.start..start)));
            }
            open = Some(Open {
                label,
                line: number + 1,
                start,
                body: position,
            });
        } else if let Some(label) = boundary(line, b"-----END ")
            && let Some(block) = open.take()
        {
            let text = file.get(block.start..position);
            pieces.push(if label == block.label {
                block.finished(text, file.get(block.body..start))
            } else {
                block.broken(text, "ends with another label")
            });
        }
        if pieces.len() > MAX_OBJECTS {
            break;
        }
    }
    if let Some(unfinished) = open {
        pieces.push(unfinished.cut_off(file.get(unfinished.start..)));
    }
    pieces
}

/// The label of a BEGIN or END line.
fn boundary<'a>(line: &'a [u8], start: &[u8]) -> Option<&'a str> {
    /// Longer labels are no labels (the longest known has 25 characters).
    const LABEL_BOUND: usize = 64;
    let label = line.strip_prefix(start)?.strip_suffix(b"-----")?;
    let label = std::str::from_utf8(label).ok()?;
    (label.len() <= LABEL_BOUND && !label.contains("-----")).then_some(label)
}

impl<'file> Open<'file> {
    fn encoding(&self) -> Encoding {
        Encoding::Pem {
            label: self.label.to_owned(),
            line: self.line,
        }
    }

    fn finished(&self, text: Option<&'file [u8]>, body: Option<&'file [u8]>) -> Piece<'file> {
        let Some(content) = decode(behind_headers(body.unwrap_or_default())) else {
            return self.broken(text, "has no base64 text that can be decoded");
        };
        Piece {
            encoding: self.encoding(),
            text: text.unwrap_or_default(),
            content: Ok(content),
        }
    }

    fn cut_off(&self, text: Option<&'file [u8]>) -> Piece<'file> {
        self.broken(text, "has no END line: the file is cut off")
    }

    fn broken(&self, text: Option<&'file [u8]>, problem: &str) -> Piece<'file> {
        Piece {
            encoding: self.encoding(),
            text: text.unwrap_or_default(),
            content: Err(InspectError::Pem {
                label: self.label.to_owned(),
                problem: problem.to_owned(),
            }),
        }
    }
}

/// Headers such as `DEK-Info` have a colon, which base64 has not (RFC 1421 §4.6).
fn behind_headers(body: &[u8]) -> &[u8] {
    let Some(colon) = memrchr(b':', body) else {
        return body;
    };
    let behind = body.get(colon..).unwrap_or_default();
    let line_end = memchr(b'\n', behind).map_or(behind.len(), |position| position + 1);
    behind.get(line_end..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(file: &[u8]) -> Vec<String> {
        let label = |piece: Piece<'_>| match piece.encoding {
            Encoding::Pem { label, line } => {
                format!(
                    "{label}:{line}:{}",
                    if piece.content.is_ok() {
                        "ok"
                    } else {
                        "broken"
                    }
                )
            }
            other => format!("{other:?}"),
        };
        pieces(file).unwrap().into_iter().map(label).collect()
    }

    #[test]
    fn blocks_stand_between_text_and_line_ends_of_any_kind() {
        let file = "\u{feff}-----BEGIN A-----\r\nMAA=\r\n-----END A-----\r\nsubject=x\n\
                    -----BEGIN B-----\nName: v\n\nMA\nA=\n-----END B-----";
        assert_eq!(labels(file.as_bytes()), ["A:1:ok", "B:5:ok"]);
    }

    #[test]
    fn a_broken_block_does_not_spoil_the_next() {
        let file = "-----BEGIN A-----\nMAA=\n-----BEGIN B-----\nMAA=\n-----END B-----\n\
                    -----BEGIN C-----\n!!\n-----END C-----\n-----BEGIN D-----\nMAA=\n-----END E-----\n";
        let expected = ["A:1:broken", "B:3:ok", "C:6:broken", "D:9:broken"];
        assert_eq!(labels(file.as_bytes()), expected);
    }

    #[test]
    fn der_may_be_repeated_and_base64_bare() {
        assert_eq!(labels(&[0x30, 0, 0x30, 0, b'\n']), ["Der", "Der"]);
        assert_eq!(labels(b"MA\r\nAwAA==\n"), ["Base64", "Base64"]);
        assert!(pieces(b"hello").is_err());
        assert!(pieces(&[0x30, 5, 0]).is_err());
        assert_eq!(pieces(&[0x30, 0, 0xff]).unwrap().len(), 2);
    }
}
