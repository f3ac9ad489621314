//! The file with a list of certificates to issue, read as often as it is needed.

use std::{
    collections::{HashSet, hash_map::RandomState},
    hash::BuildHasher as _,
    io::Read,
    path::{Path, PathBuf},
};

use anyhow::Result;
use zeroize::Zeroizing;

use super::failure::Advised;
use crate::{
    formats::issue_list::{ListError, ListFormat, ListLine, ListLines},
    store::files,
};

/// A list that comes through a pipe is kept in memory: a million lines with long names.
const LARGEST: u64 = 512 * 1024 * 1024;

/// More errors than these hide the first ones.
const SHOWN: usize = 20;

/// As much as is looked at to find out how a list is written, in octets.
const BEGINNING: u64 = 4096;

/// A list of certificates to issue.
pub(crate) struct IssueListFile {
    path: PathBuf,
    /// What came through a pipe, which cannot be read twice.
    piped: Option<Zeroizing<Vec<u8>>>,
    format: ListFormat,
}

type Reader<'list> = Box<dyn Read + Send + 'list>;

impl IssueListFile {
    /// Opens a list; its first character tells how it is written where `format` does not.
    pub(crate) fn open(path: &Path, format: Option<ListFormat>) -> Result<Self> {
        let is_file = path.metadata().is_ok_and(|found| found.is_file());
        let piped = if path == Path::new("-") {
            Some(files::read_standard_input(LARGEST)?)
        } else if is_file {
            None
        } else {
            Some(files::read(path, LARGEST)?)
        };
        let mut file = Self {
            path: path.to_owned(),
            piped,
            format: ListFormat::Csv,
        };
        file.format = match format {
            Some(format) => format,
            None => {
                let mut beginning = Vec::new();
                file.reader()?.take(BEGINNING).read_to_end(&mut beginning)?;
                ListFormat::guess(&beginning)
            }
        };
        Ok(file)
    }

    fn reader(&self) -> Result<Reader<'_>> {
        Ok(match &self.piped {
            Some(octets) => Box::new(octets.as_slice()),
            None => Box::new(files::open_to_read(&self.path)?),
        })
    }

    /// Its lines from the first on; inside, what is wrong with the heading.
    pub(crate) fn lines(&self) -> Result<Result<ListLines<Reader<'_>>, Vec<ListError>>> {
        Ok(self.format.lines(self.reader()?, self.reader()?))
    }

    /// Looks at every line before anything is issued, and says how many there are; inside, all that
    /// is wrong. `acceptable` judges what a line says.
    ///
    /// Of each name only a hash is kept, 8 octets, so that a long list takes little memory.
    pub(crate) fn check(
        &self,
        acceptable: impl Fn(&ListLine) -> Result<()>,
    ) -> Result<Result<usize, Vec<anyhow::Error>>> {
        let lines = match self.lines()? {
            Ok(lines) => lines,
            Err(errors) => return Ok(Err(self.told(errors))),
        };
        let hasher = RandomState::new();
        let mut seen: HashSet<u64> = HashSet::new();
        let mut errors = Vec::new();
        let mut count = 0_usize;
        for line in lines {
            let line = match line {
                Ok(line) => line,
                Err(error) => {
                    errors.push(error);
                    continue;
                }
            };
            let refused = |reason| ListError {
                line: line.line,
                reason: format!("{}{reason}", line.name),
            };
            if let Err(error) = acceptable(&line) {
                errors.push(refused(format!(": {error:#}")));
                continue;
            }
            count += 1;
            let name = line.name.to_ascii_lowercase();
            // Two names may have one hash. When enough is told the list is not read again.
            if !seen.insert(hasher.hash_one(&name))
                && errors.len() < SHOWN
                && let Some(first) = self.first_line_of(&name)?
                && first < line.line
            {
                errors.push(refused(format!(" is in line {first} already")));
            }
        }
        if errors.is_empty() {
            return Ok(Ok(count));
        }
        Ok(Err(self.told(errors)))
    }

    /// The line that gives a certificate a name first, whatever the case of its letters.
    fn first_line_of(&self, lower_case: &str) -> Result<Option<u64>> {
        let Ok(lines) = self.lines()? else {
            return Ok(None);
        };
        let mut lines = lines.filter_map(Result::ok);
        let first = lines.find(|line| line.name.to_ascii_lowercase() == lower_case);
        Ok(first.map(|line| line.line))
    }

    fn told(&self, errors: Vec<ListError>) -> Vec<anyhow::Error> {
        let count = errors.len();
        let more = match count.saturating_sub(SHOWN) {
            0 => String::new(),
            more => format!(", {more} more than shown"),
        };
        let file = self.path.display();
        let last = Advised {
            message: format!("{file}: {count} wrong lines{more}; nothing was issued"),
            hint: "put the list right and run the same command again".to_owned(),
        };
        errors
            .iter()
            .take(SHOWN)
            .map(|error| anyhow::anyhow!("{file}:{error}"))
            .chain([last.into()])
            .collect()
    }
}
