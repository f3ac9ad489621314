//! The terminal: where data, talk and errors go.

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use anstream::{AutoStream, ColorChoice};

use super::{
    args::{Color, Global},
    failure,
    report::{Report, Verdict},
};

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
                self.talk(&format!("{}note:{:#} {note}", failure::CYAN, failure::CYAN));
            }
        }
        let mut output = AutoStream::new(io::stdout(), self.color);
        let written = if self.json && !report.json.is_null() {
            serde_json::to_string_pretty(&report.json)
                .map_err(io::Error::other)
                .and_then(|json| writeln!(output, "{json}"))
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
        match written.and_then(|()| output.flush()) {
            Ok(()) => match report.verdict {
                Verdict::Clean => ExitCode::SUCCESS,
                Verdict::Found => ExitCode::from(failure::CHECK_FOUND),
                Verdict::Failed => ExitCode::from(failure::REFUSED),
            },
            // Whoever reads has read enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
            Err(error) => {
                self.talk(&format!(
                    "certmint: could not write to standard output: {error}"
                ));
                ExitCode::from(failure::REFUSED)
            }
        }
    }

    /// Prints an error, its causes and what to do, and gives its exit code.
    pub(crate) fn fail(&self, error: &anyhow::Error) -> ExitCode {
        if self.json {
            let document = failure::json(error);
            let mut output = io::stdout();
            // Standard output is gone: the exit code still tells.
            let _ = writeln!(output, "{document:#}");
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
