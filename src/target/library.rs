//! The targets that can be had.

use std::{
    collections::BTreeMap,
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use super::{
    definition::{DEFINITION, Target},
    embedded::EMBEDDED,
    error::TargetError,
};
use crate::formats::nearest;

/// The most octets of a template that are read.
const LONGEST: u64 = 1 << 20;

/// Our targets, and those in a folder of the user's own, which come first: `OWN/NAME/target.toml`.
#[derive(Clone, Debug)]
pub struct Library {
    own: Option<PathBuf>,
}

/// Whose a target is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It comes with certmint.
    Ours,
    /// It is in this folder of the user's.
    Own(PathBuf),
}

impl Library {
    /// Our targets, and those in the folder `own`, which need not exist.
    pub fn new(own: Option<PathBuf>) -> Self {
        Self { own }
    }

    /// The names of all targets, in alphabetical order.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub fn names(&self) -> Result<Vec<String>, TargetError> {
        let mut names: Vec<String> = EMBEDDED
            .iter()
            .map(|(name, _)| (*name).to_owned())
            .collect();
        if let Some(own) = &self.own {
            for entry in entries(own)? {
                if entry.join(DEFINITION).is_file()
                    && let Some(name) = entry.file_name().and_then(|name| name.to_str())
                {
                    names.push(name.to_owned());
                }
            }
        }
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// A target by its name.
    ///
    /// # Errors
    /// [`TargetError::Unknown`], and what is wrong with a target of the user's own.
    pub fn target(&self, name: &str) -> Result<Target, TargetError> {
        let (origin, files) = self.files(name)?;
        let place = match origin {
            Origin::Ours => name.to_owned(),
            Origin::Own(folder) => folder.display().to_string(),
        };
        Target::read(name, &place, files)
    }

    /// Whose a target is, and the files of its folder by their names.
    ///
    /// # Errors
    /// [`TargetError::Unknown`], and a folder or file that cannot be read.
    pub fn files(&self, name: &str) -> Result<(Origin, BTreeMap<String, String>), TargetError> {
        let is_name = !name.is_empty()
            && name
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter));
        if is_name && let Some(own) = &self.own {
            let folder = own.join(name);
            if folder.join(DEFINITION).is_file() {
                return Ok((Origin::Own(folder.clone()), texts(&folder)?));
            }
        }
        match EMBEDDED.iter().find(|(known, _)| *known == name) {
            Some((_, files)) => {
                let texts = files
                    .iter()
                    .map(|(file, text)| ((*file).to_owned(), (*text).to_owned()))
                    .collect();
                Ok((Origin::Ours, texts))
            }
            None => {
                let names = self.names()?;
                Err(TargetError::Unknown {
                    name: name.to_owned(),
                    nearest: nearest(name, names.iter().map(String::as_str)).map(str::to_owned),
                })
            }
        }
    }
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, TargetError> {
    let failed = |source| TargetError::File {
        path: folder.to_owned(),
        source,
    };
    match fs::read_dir(folder) {
        Err(fault) if fault.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(fault) => Err(failed(fault)),
        Ok(entries) => entries
            .map(|entry| entry.map(|entry| entry.path()).map_err(failed))
            .collect(),
    }
}

/// The files of a folder that are text; folders in it and hidden files are left alone.
fn texts(folder: &Path) -> Result<BTreeMap<String, String>, TargetError> {
    let mut texts = BTreeMap::new();
    for path in entries(folder)? {
        let failed = |source| TargetError::File {
            path: path.clone(),
            source,
        };
        let found = fs::metadata(&path).map_err(failed)?;
        let name = path.file_name().and_then(|name| name.to_str());
        let Some(name) = name.filter(|name| found.is_file() && !name.starts_with('.')) else {
            continue;
        };
        if found.len() > LONGEST {
            let long =
                std::io::Error::new(ErrorKind::FileTooLarge, "it is too large for a template");
            return Err(failed(long));
        }
        texts.insert(name.to_owned(), fs::read_to_string(&path).map_err(failed)?);
    }
    Ok(texts)
}
