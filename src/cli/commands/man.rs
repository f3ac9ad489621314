//! `certmint man`

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::{Args, CommandFactory as _};

use crate::{
    cli::{Cli, report::Report},
    store::files,
};

/// The manual pages.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  certmint man /usr/local/share/man/man1")]
pub(crate) struct Man {
    /// The directory; made when it is not there
    #[arg(value_name = "DIR")]
    pub(crate) directory: PathBuf,
}

pub(crate) fn run(arguments: &Man) -> Result<Report> {
    let directory = &arguments.directory;
    files::make_folder(directory)?;
    let mut command = Cli::command();
    command.build();
    let mut written = Vec::new();
    write_pages(&command, directory, &mut written)?;
    let text = written
        .iter()
        .map(|page| format!("{}\n", page.display()))
        .collect();
    Ok(Report::new(
        "man",
        serde_json::json!({ "files": written }),
        text,
    ))
}

/// A page for a command and for each below it.
fn write_pages(
    command: &clap::Command,
    directory: &Path,
    written: &mut Vec<PathBuf>,
) -> Result<()> {
    let page = clap_mangen::Man::new(command.clone());
    let file = directory.join(page.get_filename());
    let mut content = Vec::new();
    page.render(&mut content)
        .with_context(|| format!("could not render {}", file.display()))?;
    files::replace(&file, &content, files::Secrecy::Public)?;
    written.push(file);
    for below in command
        .get_subcommands()
        .filter(|below| !below.is_hide_set() && below.get_name() != "help")
    {
        write_pages(below, directory, written)?;
    }
    Ok(())
}
