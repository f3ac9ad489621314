//! `certmint completions`

use anyhow::Result;
use clap::{Args, CommandFactory as _};
use clap_complete::{Shell, generate};

use crate::cli::{Cli, report::Report};

/// A completion script.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  certmint completions bash > /etc/bash_completion.d/certmint
  certmint completions zsh > ~/.zfunc/_certmint")]
pub(crate) struct Completions {
    /// Which shell
    pub(crate) shell: Shell,
}

pub(crate) fn run(arguments: &Completions) -> Result<Report> {
    let mut script = Vec::new();
    generate(
        arguments.shell,
        &mut Cli::command(),
        "certmint",
        &mut script,
    );
    let script = String::from_utf8(script)?;
    let json = serde_json::json!({ "shell": arguments.shell.to_string(), "script": script });
    Ok(Report::new("completions", json, script))
}
