//! What HAProxy calls a file that it loaded.

use std::{fmt, str::FromStr};

use super::HaProxyError;

/// The name of a file in HAProxy's memory: what stands on the `crt` line of its configuration, with
/// `crt-base` before it if that is set; for a file that it found in a folder, the folder, a slash
/// and the file.
///
/// It is a word of a command, so that nothing that separates words or commands is in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LoadedFile(String);

impl LoadedFile {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for LoadedFile {
    type Err = HaProxyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let separates = |letter: char| {
            letter.is_whitespace() || letter.is_control() || ";\\<*".contains(letter)
        };
        if text.is_empty() || text.contains(separates) {
            return Err(HaProxyError::FileName(text.to_owned()));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for LoadedFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_smuggle_a_command() {
        for text in [
            "",
            "a b.pem",
            "a.pem;show info",
            "a.pem\nshow info",
            "a\\ b.pem",
            "*a.pem",
            "a.pem<<",
        ] {
            assert!(text.parse::<LoadedFile>().is_err(), "{text:?}");
        }
        let name: LoadedFile = "/etc/haproxy/certs/flb.pem".parse().unwrap();
        assert_eq!(name.as_str(), "/etc/haproxy/certs/flb.pem");
    }
}
