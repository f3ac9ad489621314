//! PEM text (RFC 7468, with the headers of RFC 1421): blocks in a file, and one block to write.
//!
//! Read line by line here, because the text holds secrets (every buffer is wiped), may stand
//! between any other text, and a block that nobody asked for must not spoil the file.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::error::KeyError;

/// Longer labels are no labels (the longest known has 21 characters).
const LABEL_BOUND: usize = 64;
/// Characters on a line of base64 text (RFC 7468 §2).
const LINE_WIDTH: usize = 64;

/// One block of a file.
pub(super) struct PemBlock<'a> {
    pub(super) label: &'a str,
    lines: Vec<&'a [u8]>,
    ending: Ending,
}

enum Ending {
    Right,
    OtherLabel,
    Missing,
}

/// All blocks of a file, in order. Text between them is passed over.
pub(super) fn blocks(file: &[u8]) -> Vec<PemBlock<'_>> {
    let mut blocks = Vec::new();
    let mut open: Option<PemBlock<'_>> = None;
    for line in file
        .split(|octet| matches!(octet, b'\n' | b'\r'))
        .map(<[u8]>::trim_ascii)
    {
        if let Some(label) = boundary(line, b"-----BEGIN ") {
            blocks.extend(open.take());
            open = Some(PemBlock {
                label,
                lines: Vec::new(),
                ending: Ending::Missing,
            });
        } else if let Some(mut block) = open.take() {
            match boundary(line, b"-----END ") {
                Some(label) => {
                    let right = label == block.label;
                    block.ending = if right {
                        Ending::Right
                    } else {
                        Ending::OtherLabel
                    };
                    blocks.push(block);
                }
                None => {
                    if !line.is_empty() {
                        block.lines.push(line);
                    }
                    open = Some(block);
                }
            }
        }
    }
    blocks.extend(open);
    blocks
}

/// The label of a BEGIN or END line.
fn boundary<'a>(line: &'a [u8], start: &[u8]) -> Option<&'a str> {
    let label = line.strip_prefix(start)?.strip_suffix(b"-----")?;
    let label = std::str::from_utf8(label).ok()?;
    (label.len() <= LABEL_BOUND && !label.contains("-----")).then_some(label)
}

impl<'a> PemBlock<'a> {
    /// The value of a header such as `DEK-Info`.
    pub(super) fn header(&self, name: &str) -> Option<&'a str> {
        self.headers()
            .find_map(|(found, value)| (found == name).then_some(value))
    }

    fn headers(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.lines.iter().map_while(|line| {
            let (name, value) = std::str::from_utf8(line).ok()?.split_once(':')?;
            Some((name.trim(), value.trim()))
        })
    }

    /// The bytes that the text stands for.
    pub(super) fn decode(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        match self.ending {
            Ending::Right => {}
            Ending::OtherLabel => return Err(self.damaged("the END line has another label")),
            Ending::Missing => {
                return Err(KeyError::PemTruncated {
                    label: self.label.to_owned(),
                });
            }
        }
        let lines = self.lines.get(self.headers().count()..).unwrap_or_default();
        let length = lines.iter().map(|line| line.len()).sum();
        let mut text = Zeroizing::new(Vec::with_capacity(length));
        for line in lines {
            text.extend(line.iter().filter(|octet| !octet.is_ascii_whitespace()));
        }
        if text.is_empty() {
            return Err(self.damaged("it is empty"));
        }
        // One allocation, so that no copy of the secret is left behind by growing.
        let mut bytes = Zeroizing::new(vec![0; base64::decoded_len_estimate(text.len())]);
        let length = STANDARD
            .decode_slice(&*text, &mut bytes)
            .map_err(|_| self.damaged("its base64 text cannot be decoded"))?;
        bytes.truncate(length);
        Ok(bytes)
    }

    pub(super) fn damaged(&self, reason: &'static str) -> KeyError {
        KeyError::PemDamaged {
            label: self.label.to_owned(),
            reason,
        }
    }
}

/// A PEM block with LF line ends.
pub(super) fn encode(label: &str, der: &[u8]) -> Zeroizing<String> {
    let length = der.len().div_ceil(3).saturating_mul(4);
    let mut base64 = Zeroizing::new(String::with_capacity(length));
    STANDARD.encode_string(der, &mut base64);
    let frame = label.len().saturating_mul(2).saturating_add(40);
    let line_ends = length / LINE_WIDTH;
    let mut text = Zeroizing::new(String::with_capacity(
        length.saturating_add(line_ends).saturating_add(frame),
    ));
    text.push_str("-----BEGIN ");
    text.push_str(label);
    text.push_str("-----\n");
    let mut rest = base64.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at_checked(LINE_WIDTH).unwrap_or((rest, ""));
        text.push_str(line);
        text.push('\n');
        rest = after;
    }
    text.push_str("-----END ");
    text.push_str(label);
    text.push_str("-----\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writing_never_grows_the_buffer() {
        for length in 0..500 {
            let text = encode("ENCRYPTED PRIVATE KEY", &vec![7; length]);
            assert!(text.len() <= text.capacity());
            let frame = 2 * "ENCRYPTED PRIVATE KEY".len() + 40;
            let base64 = length.div_ceil(3) * 4;
            assert!(
                text.len() <= base64 + base64 / 64 + frame,
                "length {length}"
            );
        }
    }

    #[test]
    fn blocks_are_found_between_other_text() {
        let text = "\u{feff}Bag\r\n  key: x\r\n-----BEGIN A-----\r\nAQID\r\n-----END A-----\r\n\
                    -----BEGIN B-----\nName: value\n\nBAUG\n-----END B-----";
        let found = blocks(text.as_bytes());
        assert_eq!(
            found.iter().map(|block| block.label).collect::<Vec<_>>(),
            ["A", "B"]
        );
        assert_eq!(*found[0].decode().unwrap(), [1, 2, 3]);
        assert_eq!(*found[1].decode().unwrap(), [4, 5, 6]);
        assert_eq!(found[1].header("Name"), Some("value"));
        assert_eq!(found[0].header("Name"), None);
    }

    #[test]
    fn a_block_without_its_end_is_truncated() {
        for text in [
            "-----BEGIN A-----\nAQID\n",
            "-----BEGIN A-----\nAQID\n-----END A----",
        ] {
            let error = blocks(text.as_bytes())[0].decode().unwrap_err();
            assert!(matches!(error, KeyError::PemTruncated { .. }), "{error}");
        }
    }
}
