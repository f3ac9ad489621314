//! The names that people give to authorities and certificates, and that become names of folders.

use std::fmt;
use std::str::FromStr;

use super::error::StoreError;

/// The longest name, in octets: leaves room for `.fullchain.crt` below the 255 of file systems.
const LONGEST: usize = 200;
/// What stands for `*` in the name of a folder.
const WILDCARD: &str = "_wildcard";

/// A name that is safe as the name of a folder and of files: letters, digits, `.`, `_`, `-` and
/// `@`, not starting with `.` or `-`. A wildcard host name (`*.example.com`) is a name too; its
/// folder is `_wildcard.example.com`, and both spellings are the same name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StoreName {
    file_name: String,
}

impl StoreName {
    /// The name as the name of a folder or the stem of a file.
    pub fn file_name(&self) -> &str {
        &self.file_name
    }
}

impl FromStr for StoreName {
    type Err = StoreError;

    fn from_str(name: &str) -> Result<Self, StoreError> {
        let refused = |reason| StoreError::InvalidName {
            name: name.to_owned(),
            reason,
        };
        let file_name = match name.strip_prefix('*') {
            Some(rest) if rest.starts_with('.') => format!("{WILDCARD}{rest}"),
            Some(_) => return Err(refused("`*` must be the whole first label")),
            None => name.to_owned(),
        };
        if file_name.is_empty() {
            return Err(refused("it is empty"));
        }
        if file_name.len() > LONGEST {
            return Err(refused("it is longer than 200 bytes"));
        }
        if file_name.starts_with(['.', '-']) {
            return Err(refused("it starts with `.` or `-`"));
        }
        if file_name.ends_with('.') {
            return Err(refused("it ends with `.`"));
        }
        let safe = |letter: char| letter.is_ascii_alphanumeric() || "._-@".contains(letter);
        if !file_name.chars().all(safe) {
            return Err(refused("only letters, digits, `.`, `_`, `-` and `@` are"));
        }
        Ok(Self { file_name })
    }
}

impl fmt::Display for StoreName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.file_name.strip_prefix(WILDCARD) {
            Some(rest) if rest.starts_with('.') => write!(out, "*{rest}"),
            _ => out.write_str(&self.file_name),
        }
    }
}

/// The two places for named things in the PKI directory; a name is free on one though taken on
/// the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shelf {
    /// `ca/`: a key and a certificate per authority.
    Authorities,
    /// `certs/`: a folder per certificate.
    Certificates,
}

impl fmt::Display for Shelf {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Authorities => "certification authority",
            Self::Certificates => "certificate",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_has_a_folder_without_a_star() {
        let name: StoreName = "*.example.com".parse().unwrap();
        assert_eq!(name.file_name(), "_wildcard.example.com");
        assert_eq!(name.to_string(), "*.example.com");
        assert_eq!(name, "_wildcard.example.com".parse().unwrap());
    }

    #[test]
    fn what_could_leave_the_folder_is_refused() {
        let good = [
            "flb",
            "a",
            "node1.internal",
            "joe@example.com",
            "_x",
            "a-b",
            "9",
        ];
        for name in good {
            assert_eq!(name.parse::<StoreName>().unwrap().to_string(), name);
        }
        let bad = [
            "", ".", "..", ".hidden", "-rf", "a/b", "/", "a\\b", "a b", "a\0", "a\n", "é", "*",
            "**", "*a", "a*", "*.a*", "*/x", "a:b", "end.",
        ];
        for name in bad {
            assert!(name.parse::<StoreName>().is_err(), "{name:?}");
        }
        assert!("a".repeat(200).parse::<StoreName>().is_ok());
        assert!("a".repeat(201).parse::<StoreName>().is_err());
    }
}
