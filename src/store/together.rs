//! Files that are all written or none.

use std::{
    fs,
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use super::{
    error::{FileDeed, StoreError},
    files::{
        self, Secrecy, behind_links, folder_of, open_stream, sync_folder, write_to_stream,
        write_unfinished,
    },
};

/// A file that is written together with others.
#[derive(Debug)]
pub struct Together<'file> {
    /// Where it is written.
    pub path: PathBuf,
    /// What is in it.
    pub content: &'file [u8],
    /// Who may read it.
    pub secrecy: Secrecy,
}

/// Writes files as [`files::replace`] does, and none of them before all are on the disk under other names:
/// no room, or one that cannot be written, leaves everything as it was. Folders that are not there
/// are made.
///
/// # Errors
/// As [`files::replace`]. [`StoreError::Partly`] if a rename was refused after others were done.
pub fn replace_together(files: &[Together<'_>]) -> Result<(), StoreError> {
    let made = make_folders(files)?;
    let result = prepare(files).and_then(|waiting| {
        let mut done: Vec<PathBuf> = Vec::new();
        for one in waiting {
            let path = one.path.clone();
            match one.put() {
                Ok(()) => done.push(path),
                Err(fault) if done.is_empty() => return Err(fault),
                Err(fault) => {
                    return Err(StoreError::Partly {
                        fault: Box::new(fault),
                        written: done,
                    });
                }
            }
        }
        Ok(())
    });
    if result.is_err() {
        // Only what is empty can be removed so: what was written before the fault stays.
        for folder in made.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
    result
}

/// Makes the folders of files; gives those that were not there, each after the one that it is in.
fn make_folders(files: &[Together<'_>]) -> Result<Vec<PathBuf>, StoreError> {
    let mut made: Vec<PathBuf> = Vec::new();
    for file in files {
        let folder = folder_of(&file.path)?;
        let mut missing: Vec<PathBuf> = folder
            .ancestors()
            .take_while(|above| !above.as_os_str().is_empty() && !above.exists())
            .map(Path::to_path_buf)
            .collect();
        missing.reverse();
        let result = files::make_folder(&folder);
        made.extend(missing);
        if let Err(fault) = result {
            for folder in made.iter().rev() {
                let _ = fs::remove_dir(folder);
            }
            return Err(fault);
        }
    }
    Ok(made)
}

/// A file that has only to be put in its place.
struct Waiting<'file> {
    path: PathBuf,
    how: Placing<'file>,
}

/// How a file gets to its place.
enum Placing<'file> {
    /// It is whole under another name.
    Rename {
        unfinished: NamedTempFile,
        to: PathBuf,
    },
    /// Its place is a pipe or a device.
    Stream(&'file [u8]),
}

fn prepare<'file>(files: &[Together<'file>]) -> Result<Vec<Waiting<'file>>, StoreError> {
    files
        .iter()
        .map(|file| {
            let how = if open_stream(&file.path)?.is_some() {
                Placing::Stream(file.content)
            } else {
                let to = behind_links(&file.path)?;
                let folder = folder_of(&to)?;
                Placing::Rename {
                    unfinished: write_unfinished(&to, &folder, file.content, file.secrecy)?,
                    to,
                }
            };
            Ok(Waiting {
                path: file.path.clone(),
                how,
            })
        })
        .collect()
}

impl Waiting<'_> {
    fn put(self) -> Result<(), StoreError> {
        match self.how {
            Placing::Rename { unfinished, to } => {
                unfinished
                    .persist(&to)
                    .map_err(|refused| StoreError::file(FileDeed::Write, &to, refused.error))?;
                sync_folder(&folder_of(&to)?)
            }
            Placing::Stream(content) => write_to_stream(&self.path, content).map(drop),
        }
    }
}
