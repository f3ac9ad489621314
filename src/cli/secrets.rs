//! Where passphrases come from: a file, standard input, or a person at the terminal; never the
//! command line or the environment.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use zeroize::Zeroizing;

use super::failure::{Advised, UsageError};
use crate::{key::Passphrase, store::files};

/// A passphrase file holds one line; whoever needs more than this mistook another file for it.
const LIMIT: u64 = 64 * 1024;

/// Where a secret is asked for and by which flag it can be given.
pub(crate) struct Source<'source> {
    /// The file that a flag named; `-` is standard input.
    pub(crate) file: Option<&'source PathBuf>,
    /// The flag, for the error.
    pub(crate) flag: &'static str,
    /// What the prompt asks for.
    pub(crate) prompt: String,
}

impl Source<'_> {
    /// An existing secret: asked for once.
    pub(crate) fn existing(&self) -> Result<Passphrase> {
        match self.file {
            Some(file) => from_file(file, self.flag),
            None => self.ask(&self.prompt),
        }
    }

    /// A new secret: asked for twice, and not empty.
    pub(crate) fn new_secret(&self) -> Result<Passphrase> {
        let secret = match self.file {
            Some(file) => from_file(file, self.flag)?,
            None => {
                let first = self.ask(&format!("New {}", self.prompt))?;
                let again = self.ask("The same again")?;
                if first.as_bytes() != again.as_bytes() {
                    bail!("the two entries differ; nothing was written");
                }
                first
            }
        };
        if secret.as_bytes().is_empty() {
            let place = match self.file {
                Some(file) => format!(
                    "{} {}: the first line is empty: ",
                    self.flag,
                    file.display()
                ),
                None => String::new(),
            };
            bail!("{place}the {} is empty; nothing was written", self.prompt);
        }
        Ok(secret)
    }

    fn ask(&self, prompt: &str) -> Result<Passphrase> {
        // Where the prompt is shown and the answer read, whatever standard input is.
        let answered = File::open("/dev/tty")
            .and_then(|_| rpassword::prompt_password(format!("{prompt}: ")))
            .map(Zeroizing::new);
        match answered {
            Ok(secret) => Ok(Passphrase::new(secret)),
            Err(_) => Err(Advised {
                message: format!(
                    "the {} is needed and there is no terminal to ask at",
                    self.prompt
                ),
                hint: format!("give it with {} FILE", self.flag),
            }
            .into()),
        }
    }
}

/// Standard input can hold one secret.
pub(crate) fn refuse_double_standard_input<'file>(
    flags: impl IntoIterator<Item = (&'static str, Option<&'file PathBuf>)>,
) -> Result<()> {
    let from_input: Vec<&str> = flags
        .into_iter()
        .filter(|(_, file)| file.is_some_and(|file| file == Path::new("-")))
        .map(|(flag, _)| flag)
        .collect();
    match from_input.as_slice() {
        [first, second, ..] => Err(UsageError(format!(
            "{first} and {second} cannot both be standard input"
        ))
        .into()),
        _ => Ok(()),
    }
}

/// The first line of a file, without its line end, as openssl's `file:` reads it.
fn from_file(file: &Path, flag: &'static str) -> Result<Passphrase> {
    let octets = if file == Path::new("-") {
        files::read_standard_input(LIMIT)
    } else {
        files::read(file, LIMIT)
    }
    .context(flag)?;
    let text = std::str::from_utf8(&octets)
        .map_err(|_| anyhow::anyhow!("{flag} {}: the file is not text", file.display()))?;
    let line = text.lines().next().unwrap_or_default();
    Ok(Passphrase::new(Zeroizing::new(line.to_owned())))
}
