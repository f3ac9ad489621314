//! What bytes look like that are nothing of ours, so that the error helps.

use super::Resemblance;

/// First octets and what they stand for.
const MAGIC: &[(&[u8], Resemblance)] = &[
    (&[0xfe, 0xed, 0xfe, 0xed], Resemblance::JavaKeyStore),
    (&[0xce, 0xce, 0xce, 0xce], Resemblance::JavaKeyStore),
    (&[0xff, 0xfe], Resemblance::Utf16),
    (&[0xfe, 0xff], Resemblance::Utf16),
    (b"\x89PNG", Resemblance::Picture),
    (&[0xff, 0xd8, 0xff], Resemblance::Picture),
    (b"GIF8", Resemblance::Picture),
    (b"%PDF", Resemblance::Picture),
    (b"PK\x03\x04", Resemblance::Archive),
    (&[0x1f, 0x8b], Resemblance::Archive),
    (&[0xfd, b'7', b'z', b'X', b'Z'], Resemblance::Archive),
    (b"\x7fELF", Resemblance::Program),
    (b"MZ", Resemblance::Program),
    (b"SQLite format 3\0", Resemblance::Database),
    (b"openssh-key-v1", Resemblance::OpenSshKey),
    (&[0x30], Resemblance::TruncatedDer),
];

/// Beginnings of text files, in lower case.
const OPENINGS: &[(&str, Resemblance)] = &[
    ("ssh-", Resemblance::OpenSshKey),
    ("ecdsa-sha2-", Resemblance::OpenSshKey),
    ("sk-ssh-", Resemblance::OpenSshKey),
    ("---- begin ssh2", Resemblance::OpenSshKey),
    ("putty-user-key-file-", Resemblance::PuttyKey),
    ("-----begin pgp", Resemblance::OpenPgp),
    ("<!doctype html", Resemblance::Html),
    ("<html", Resemblance::Html),
    ("<head", Resemblance::Html),
    ("<svg", Resemblance::Picture),
    ("<?xml", Resemblance::Text),
    ("#!", Resemblance::Program),
    ("{", Resemblance::Json),
    ("certificate:", Resemblance::OpensslText),
    ("certificate request:", Resemblance::OpensslText),
    ("certificate revocation list", Resemblance::OpensslText),
];

/// Octets that are looked at.
const HEAD: usize = 4096;

/// Tells what a file resembles.
pub(super) fn resemblance(file: &[u8]) -> Resemblance {
    if file.trim_ascii().is_empty() {
        return Resemblance::Empty;
    }
    if let Some((_, known)) = MAGIC.iter().find(|(magic, _)| file.starts_with(magic)) {
        return *known;
    }
    let head = file.get(..HEAD).unwrap_or(file);
    let Some(text) = as_text(head) else {
        return Resemblance::Binary;
    };
    let text = text
        .trim_start_matches('\u{feff}')
        .trim_start()
        .to_lowercase();
    if let Some((_, known)) = OPENINGS
        .iter()
        .find(|(opening, _)| text.starts_with(opening))
    {
        return *known;
    }
    let is_configuration = ["distinguished_name", "req_extensions", "subjectaltname"];
    if text.contains('[') && is_configuration.iter().any(|word| text.contains(word)) {
        return Resemblance::OpensslConfiguration;
    }
    Resemblance::Text
}

/// The text, where it is text; a character that the head cut off does not count against it.
fn as_text(head: &[u8]) -> Option<&str> {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(head.get(..error.valid_up_to())?).ok()?
        }
        Err(_) => return None,
    };
    let is_binary = text.chars().any(|character| {
        character.is_control() && !matches!(character, '\n' | '\r' | '\t' | '\u{1b}')
    });
    (!is_binary).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_foreign_files_are_named() {
        for (file, expected) in [
            (&b" \r\n"[..], Resemblance::Empty),
            (b"\xfe\xed\xfe\xed\0\0\0\x02", Resemblance::JavaKeyStore),
            (b"ssh-ed25519 AAAA me@host", Resemblance::OpenSshKey),
            (b"\n <!DOCTYPE HTML><html>", Resemblance::Html),
            (b"\x89PNG\r\n\x1a\n", Resemblance::Picture),
            (
                b"[req]\ndistinguished_name = dn\n",
                Resemblance::OpensslConfiguration,
            ),
            (b"Certificate:\n    Data:\n", Resemblance::OpensslText),
            (b"hello\n", Resemblance::Text),
            (b"\x30\x82\x01", Resemblance::TruncatedDer),
            (b"\x00\x01\x02", Resemblance::Binary),
            (b"gr\xc3\xbc\xc3", Resemblance::Text),
        ] {
            assert_eq!(resemblance(file), expected, "{file:?}");
        }
    }
}
