//! Everything that a CA issued, as far as it can be found: what its index lists, each with its
//! certificate's file if that is there, then the certificates that no index lists.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::ForeignCa;
use crate::{
    authority::{FoundCertificate, LeftOut, Listing},
    formats::openssl_index::{Entries, Entry, Standing},
    inspect::{Object, open},
    store::files,
    x509::{Certificate, hexadecimal},
};

/// What files with a certificate are called; others in the same folders hold keys and requests.
const EXTENSIONS: [&str; 4] = ["pem", "crt", "cer", "der"];

/// Something that was found where a CA keeps what it issued.
pub(crate) enum Found {
    /// A certificate, or what the index says of one.
    Certificate(Box<FoundCertificate>),
    /// Something that should have been one.
    Refused(LeftOut),
}

/// What a CA issued, one by one.
pub(crate) struct Issued<'ca> {
    index: Option<(&'ca Path, Entries<BufReader<File>>)>,
    by_serial: &'ca [PathBuf],
    /// Serial numbers whose files were read because the index lists them.
    read: HashSet<Vec<u8>>,
    /// The folders that are to be walked through, and whether their files are named by serial.
    folders: Vec<(&'ca Path, Naming)>,
    files: Option<(fs::ReadDir, Naming)>,
    /// Found together with what was handed out last.
    waiting: Vec<Found>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Naming {
    BySerial,
    ByName,
}

impl<'ca> Issued<'ca> {
    /// Begins to go through what a CA issued.
    pub(crate) fn of(ca: &'ca ForeignCa) -> Result<Self> {
        let index = match &ca.index {
            Some(path) => {
                let file = File::open(path).with_context(|| path.display().to_string())?;
                Some((path.as_path(), Entries::new(BufReader::new(file))))
            }
            None => None,
        };
        let named = |naming| move |folder: &'ca PathBuf| (folder.as_path(), naming);
        let mut folders: Vec<_> = (ca.by_serial.iter().map(named(Naming::BySerial)))
            .chain(ca.by_name.iter().map(named(Naming::ByName)))
            .collect();
        folders.reverse();
        Ok(Self {
            index,
            by_serial: &ca.by_serial,
            read: HashSet::new(),
            folders,
            files: None,
            waiting: Vec::new(),
        })
    }

    /// About how many there are: the lines of the index.
    pub(crate) fn expected(&self) -> usize {
        let Some((path, _)) = &self.index else {
            return 0;
        };
        File::open(path).map_or(0, |file| {
            let lines = BufReader::new(file).split(b'\n');
            lines.map_while(Result::ok).count()
        })
    }

    fn next_listed(&mut self) -> Option<Found> {
        let (path, entries) = self.index.as_mut()?;
        let index = path.display().to_string();
        match entries.next() {
            Some(Ok(entry)) => Some(self.listed(&index, entry)),
            Some(Err(error)) => Some(Found::Refused(LeftOut {
                place: format!("{index}, line {}", error.line),
                reason: error.fault.to_string(),
            })),
            None => {
                self.index = None;
                None
            }
        }
    }

    /// An entry with the certificate whose file its serial number names.
    fn listed(&mut self, index: &str, entry: Entry) -> Found {
        let line = format!("{index}, line {}", entry.line);
        let mut found = FoundCertificate {
            place: line,
            certificate: None,
            listing: Some(Listing {
                serial: entry.serial.clone(),
                subject: entry.subject,
                not_after: entry.not_after,
                revocation: match entry.standing {
                    Standing::Valid | Standing::Expired => None,
                    Standing::Revoked { at, reason, .. } => Some((reason, at)),
                },
            }),
        };
        let Some(file) = file_of_serial(self.by_serial, &entry.serial) else {
            return Found::Certificate(Box::new(found));
        };
        let shown = file.display().to_string();
        let mut certificates = match certificates_of(&file) {
            Ok(certificates) => certificates,
            Err(error) => {
                self.refuse(&shown, format!("{error:#}"));
                return Found::Certificate(Box::new(found));
            }
        };
        match (certificates.pop(), certificates.is_empty()) {
            (Some(certificate), true) if same_number(&certificate, &entry.serial) => {
                found.certificate = Some(certificate);
                found.place = shown;
                self.read.insert(entry.serial);
            }
            (Some(certificate), true) => {
                let has = hexadecimal(certificate.serial_octets());
                self.refuse(
                    &shown,
                    format!("its serial number is {has}, not its name's"),
                );
            }
            (Some(_), false) => self.refuse(&shown, "it holds several certificates".to_owned()),
            (None, _) => self.refuse(&shown, "it holds no certificate".to_owned()),
        }
        Found::Certificate(Box::new(found))
    }

    fn refuse(&mut self, place: &str, reason: String) {
        self.waiting.push(Found::Refused(LeftOut {
            place: place.to_owned(),
            reason,
        }));
    }

    /// The next file of the folders; none at their end.
    fn next_file(&mut self) -> Option<Result<(PathBuf, Naming)>> {
        loop {
            if let Some((files, naming)) = &mut self.files {
                match files.next() {
                    Some(Ok(entry)) => return Some(Ok((entry.path(), *naming))),
                    Some(Err(error)) => return Some(Err(error.into())),
                    None => self.files = None,
                }
            }
            let (folder, naming) = self.folders.pop()?;
            match fs::read_dir(folder) {
                Ok(files) => self.files = Some((files, naming)),
                Err(error) => {
                    let error = anyhow::Error::new(error).context(folder.display().to_string());
                    return Some(Err(error));
                }
            }
        }
    }

    fn take_file(&mut self, file: &Path, naming: Naming) {
        let has_extension = file
            .extension()
            .and_then(|extension| extension.to_str())
            .is_some_and(|extension| EXTENSIONS.contains(&extension.to_ascii_lowercase().as_str()));
        let was_read = naming == Naming::BySerial
            && serial_of_file(file).is_some_and(|serial| self.read.contains(&serial));
        if !has_extension || was_read || !file.is_file() {
            return;
        }
        let place = file.display().to_string();
        match certificates_of(file) {
            Ok(certificates) => self.waiting.extend(certificates.into_iter().map(|one| {
                Found::Certificate(Box::new(FoundCertificate {
                    place: place.clone(),
                    listing: None,
                    certificate: Some(one),
                }))
            })),
            Err(error) => self.refuse(&place, format!("{error:#}")),
        }
    }
}

impl Iterator for Issued<'_> {
    type Item = Result<Found>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(found) = self.waiting.pop() {
                return Some(Ok(found));
            }
            if let Some(found) = self.next_listed() {
                return Some(Ok(found));
            }
            match self.next_file()? {
                Ok((file, naming)) => self.take_file(&file, naming),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

/// The file of a serial number; openssl writes it in upper case, with an even number of digits.
fn file_of_serial(folders: &[PathBuf], serial: &[u8]) -> Option<PathBuf> {
    let digits = hexadecimal(serial);
    folders
        .iter()
        .flat_map(|folder| {
            ["pem", "crt"].map(|extension| folder.join(format!("{digits}.{extension}")))
        })
        .find(|file| file.is_file())
}

fn serial_of_file(file: &Path) -> Option<Vec<u8>> {
    let stem = file.file_stem()?.to_str()?;
    crate::formats::openssl_index::next_number(stem.as_bytes()).ok()
}

fn same_number(certificate: &Certificate, serial: &[u8]) -> bool {
    let significant = |octets: &[u8]| -> Vec<u8> {
        let zeros = octets.iter().take_while(|octet| **octet == 0).count();
        octets.get(zeros..).unwrap_or_default().to_vec()
    };
    significant(certificate.serial_octets()) == significant(serial)
}

/// The certificates of a file; other things in it do not matter, damaged certificates do.
pub(super) fn certificates_of(file: &Path) -> Result<Vec<Certificate>> {
    let octets = files::read(file, files::USUAL_LIMIT)?;
    let mut certificates = Vec::new();
    for item in open(&octets)? {
        match item.object {
            Object::Certificate { certificate, .. } => certificates.push(*certificate),
            Object::Unreadable(error) => return Err(error.into()),
            _ => {}
        }
    }
    Ok(certificates)
}
