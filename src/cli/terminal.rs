//! The terminal: where data, talk and errors go.

use std::{
    fmt::Write as _,
    fs::File,
    io::{self, BufRead as _, BufReader, Write as _},
    process::ExitCode,
};

use anstream::{AutoStream, ColorChoice};
use anyhow::Result;

use super::{
    args::{Color, Global},
    failure::{self, Advised},
    report::{Report, Verdict},
};
use crate::x509::{escape_control, is_unsafe};

/// Data goes to standard output, talk to standard error.
pub(crate) struct Terminal {
    json: bool,
    quiet: bool,
    color: ColorChoice,
}

impl Terminal {
    pub(crate) fn new(global: &Global) -> Self {
        let color = match global.color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        Self {
            json: global.json,
            quiet: global.quiet,
            color,
        }
    }

    /// Prints a report and gives its exit code.
    pub(crate) fn print(&self, report: &Report) -> ExitCode {
        if !self.quiet {
            for note in &report.notes {
                let note = escape_control(note);
                self.talk(&format!("{}note:{:#} {note}", failure::CYAN, failure::CYAN));
            }
        }
        let mut output = AutoStream::new(io::stdout(), self.color);
        let written = if self.json && !report.json.is_null() {
            serde_json::to_string_pretty(&report.json)
                .map_err(io::Error::other)
                .and_then(|json| writeln!(output, "{}", harmless(&json)))
        } else if self.json || report.text.is_empty() {
            Ok(())
        } else {
            write!(output, "{}", report.text).and_then(|()| {
                if report.text.ends_with('\n') {
                    Ok(())
                } else {
                    writeln!(output)
                }
            })
        };
        let written = written.and_then(|()| output.flush());
        for failure in &report.failures {
            self.talk(&failure::text(failure));
        }
        match written {
            // Whoever reads has read enough.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                self.talk(&format!(
                    "certmint: could not write to standard output: {error}"
                ));
                ExitCode::from(failure::REFUSED)
            }
            _ if !report.failures.is_empty() => ExitCode::from(failure::REFUSED),
            _ if report.verdict == Verdict::Found => ExitCode::from(failure::CHECK_FOUND),
            _ => ExitCode::SUCCESS,
        }
    }

    /// Prints an error, its causes and what to do, and gives its exit code.
    pub(crate) fn fail(&self, error: &anyhow::Error) -> ExitCode {
        if self.json {
            let document = failure::json(error);
            let mut output = io::stdout();
            // Standard output is gone: the exit code still tells.
            let _ = writeln!(output, "{}", harmless(&format!("{document:#}")));
        }
        self.talk(&failure::text(error));
        failure::exit_code(error)
    }

    fn talk(&self, line: &str) {
        let mut error = AutoStream::new(io::stderr(), self.color);
        // There is nobody left to tell.
        let _ = writeln!(error, "{line}");
    }
}

/// Shows what is about to happen and asks whether it may, at the terminal itself, whatever standard
/// input and output are; anything but `y` or `yes` says no.
///
/// # Errors
/// There is no terminal: then the flag `--yes` has to answer.
pub(crate) fn confirm(preview: &str, question: &str) -> Result<bool> {
    let asked = || -> io::Result<String> {
        let terminal = File::options().read(true).write(true).open("/dev/tty")?;
        let mut shown = AutoStream::auto(terminal.try_clone()?);
        write!(shown, "{preview}{question} [y/N]: ")?;
        shown.flush()?;
        let mut answer = String::new();
        BufReader::new(terminal).read_line(&mut answer)?;
        Ok(answer)
    };
    let answer = asked().map_err(|_| Advised {
        message: "it has to be confirmed and there is no terminal to ask at".to_owned(),
        hint: "give --yes to go ahead without being asked".to_owned(),
    })?;
    Ok(matches!(
        answer.trim().to_ascii_lowercase().as_str(),
        "y" | "yes"
    ))
}

/// JSON in which every character that could drive a terminal is escaped: RFC 8259 §7 asks it only
/// of those below U+0020, and U+009B begins a control sequence too. They stand in strings only, so
/// the document means the same.
fn harmless(json: &str) -> String {
    let mut shown = String::with_capacity(json.len());
    for character in json.chars() {
        if character != '\n' && is_unsafe(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a String cannot fail.
                let _ = write!(shown, "\\u{unit:04x}");
            }
        } else {
            shown.push(character);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_means_the_same_and_drives_nothing() {
        let value = serde_json::json!({ "a": "\u{9b}2J \u{202e} \u{e0041} é\n" });
        let shown = harmless(&serde_json::to_string_pretty(&value).unwrap());
        assert!(
            shown.contains(r"\u009b2J \u202e \udb40\udc41 é\n"),
            "{shown}"
        );
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&shown).unwrap(),
            value
        );
    }
}
