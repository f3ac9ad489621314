//! Text that a shell and openssl's configuration language give back as it is.

use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::x509::escape_control;

/// One word of a shell command (POSIX.1-2017, Shell Command Language §2.2.2).
pub(in crate::cli) fn word(text: &str) -> Result<String> {
    let text = presentable(text)?;
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "%+,-./:=@_".contains(letter);
    Ok(if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    })
}

/// A path as a word, never read as an option.
pub(super) fn path(path: &Path) -> Result<String> {
    word(&path_text(path)?)
}

/// A path as text, never read as an option.
pub(super) fn path_text(path: &Path) -> Result<String> {
    let text = path.to_str().with_context(|| {
        format!(
            "{}: a path that is not UTF-8 cannot be shown in a script",
            path.display()
        )
    })?;
    Ok(if text.starts_with('-') {
        format!("./{text}")
    } else {
        text.to_owned()
    })
}

/// A value of `config(5)`. In double quotes a backslash stands before what would end them, and
/// nothing is expanded; a line end is written outside of them. A backslash also stands before `!`,
/// which an interactive bash would otherwise take for its history.
pub(super) fn value(text: &str) -> Result<String> {
    let text = presentable(text)?;
    let plain = |letter: char| letter.is_ascii_alphanumeric() || " *-./:_".contains(letter);
    if !text.is_empty() && text.trim() == text && text.chars().all(plain) {
        return Ok(text.to_owned());
    }
    let mut written = String::from("\"");
    for letter in text.chars() {
        match letter {
            '\n' => written.push_str("\"\\n\""),
            '\r' => written.push_str("\"\\r\""),
            '"' | '\\' | '!' => written.extend(['\\', letter]),
            other => written.push(other),
        }
    }
    written.push('"');
    Ok(written)
}

/// What could drive a terminal or turn the direction of a line has no place in a script that
/// people are to read before they run it.
fn presentable(text: &str) -> Result<&str> {
    let shown: String = text
        .chars()
        .filter(|letter| !matches!(letter, '\n' | '\r' | '\t'))
        .collect();
    if escape_control(&shown) != shown {
        bail!(
            "{:?} has control characters, which are not shown in a script",
            escape_control(text)
        );
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use crate::formats::openssl_conf::Config;

    const HOSTILE: [&str; 12] = [
        "a b",
        "it's",
        "$(touch x) `touch y` $HOME ${HOME}",
        "\"; rm -rf . #",
        "back\\slash \\n \\",
        "# no comment",
        "  both ends  ",
        "first\nCNF\n[req]\nsecond = third",
        "cr\rtab\tend",
        "日本 Müller",
        "!! wow !",
        "'",
    ];

    #[test]
    fn a_shell_gives_words_back() {
        for text in HOSTILE {
            let script = format!("printf %s {}", word(text).unwrap());
            let output = Command::new("sh").args(["-c", &script]).output().unwrap();
            assert_eq!(String::from_utf8_lossy(&output.stdout), text, "{script}");
        }
    }

    #[test]
    fn the_configuration_language_gives_values_back() {
        for text in HOSTILE {
            let written = format!("[s]\nk = {}\nlast = 1\n", value(text).unwrap());
            let config = Config::read_alone("test", written.as_bytes()).unwrap();
            assert_eq!(config.get("s", "k").unwrap().text().unwrap(), text);
            assert!(config.get("s", "last").is_some(), "{written}");
        }
    }

    #[test]
    fn what_drives_a_terminal_is_refused() {
        for text in ["a\u{1b}[31m", "a\u{202e}b", "a\u{7}"] {
            assert!(word(text).is_err() && value(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_path_is_no_option() {
        assert_eq!(path(Path::new("-out")).unwrap(), "./-out");
        assert_eq!(path(Path::new("~/a b")).unwrap(), "'~/a b'");
    }
}
