//! The trust store of a Linux system: a folder of anchors, and a program that takes them up.

use std::{
    ffi::OsString,
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use super::{
    Anchor, Machine, StoreKind, TrustError,
    layout::Layout,
    place, program,
    program::Line,
    trust_store::{Holding, TrustStore},
};
use crate::store::files::{self, Secrecy};

/// The system's store of a machine.
pub(super) struct SystemStore<'machine> {
    machine: &'machine Machine,
    layout: Layout,
    place: PathBuf,
}

/// What a file of the anchors' folder holds for a certificate.
enum There {
    Nothing,
    Ours,
    Other,
}

impl<'machine> SystemStore<'machine> {
    /// The store, if the machine has one of a known kind.
    pub(super) fn of(machine: &'machine Machine) -> Option<Self> {
        let layout = Layout::of(machine)?;
        Some(Self {
            machine,
            layout,
            place: machine.reach(Path::new(layout.anchors)),
        })
    }

    /// The anchors' folder where it really is.
    fn folder(&self) -> Result<Option<PathBuf>, TrustError> {
        place::follow(self.machine, Path::new(self.layout.anchors))
    }

    fn there(&self, anchor: &Anchor) -> Result<There, TrustError> {
        let Some(folder) = self.folder()? else {
            return Ok(There::Nothing);
        };
        let file = folder.join(file_name(anchor));
        match fs::symlink_metadata(&file) {
            Err(fault) if fault.kind() == ErrorKind::NotFound => return Ok(There::Nothing),
            Err(fault) => return Err(TrustError::file(&file, fault)),
            // Certmint writes no links.
            Ok(found) if !found.is_file() => return Ok(There::Other),
            Ok(_) => {}
        }
        let content = files::read(&file, files::USUAL_LIMIT)?;
        Ok(match certificates(&content).as_slice() {
            [only] if anchor.is(only) => There::Ours,
            _ => There::Other,
        })
    }

    /// Lets the system take up what is in the folder now.
    fn update(&self) -> Result<(), TrustError> {
        let (path, words) = self.layout.program(self.machine)?;
        self.line(&path)?
            .words(words.iter().copied())
            .run()
            .map(drop)
    }

    /// Takes away the links to a file that is gone: Debian's `update-ca-certificates` does that only
    /// when it adds something at the same time. `openssl rehash` is its own way to bring the links
    /// by hash into line.
    fn tidy(&self, gone: &[OsString]) -> Result<(), TrustError> {
        let Some(links) = self.layout.links else {
            return Ok(());
        };
        let Some(folder) = place::follow(self.machine, Path::new(links))? else {
            return Ok(());
        };
        let refused = |fault| TrustError::file(&folder, fault);
        let mut has_changed = false;
        for entry in fs::read_dir(&folder).map_err(refused)?.flatten() {
            let is_left = fs::read_link(entry.path()).is_ok_and(|target| {
                target.parent() == Some(Path::new(self.layout.anchors))
                    && target
                        .file_name()
                        .is_some_and(|name| gone.iter().any(|file| file == name))
            });
            if is_left {
                fs::remove_file(entry.path()).map_err(refused)?;
                has_changed = true;
            }
        }
        if has_changed && let Some(openssl) = program::of_the_system(self.machine, "openssl") {
            self.line(&openssl)?.words(["rehash", links]).run()?;
        }
        Ok(())
    }

    /// A command line of a program of the machine.
    fn line(&self, program: &Path) -> Result<Line, TrustError> {
        Ok(if self.machine.is_image {
            let chroot =
                program::anywhere(self.machine, "chroot").ok_or(TrustError::ProgramMissing {
                    program: "chroot",
                    packages: "coreutils",
                })?;
            let root: OsString = self.machine.root.clone().into();
            Line::new(&chroot).words([root, program.into()])
        } else {
            Line::new(program)
        })
    }

    /// Where somebody else's file has the certificate, if one has.
    fn foreign(&self, anchor: &Anchor) -> Option<String> {
        let folder = self.folder().ok()??;
        let entries = fs::read_dir(folder).ok()?;
        entries
            .flatten()
            .map(|entry| entry.path())
            .find_map(|path| {
                let is_other = path.is_file() && path.file_name()? != file_name(anchor).as_str();
                let content = is_other
                    .then(|| files::read(&path, files::USUAL_LIMIT).ok())
                    .flatten()?;
                certificates(&content)
                    .iter()
                    .any(|der| anchor.is(der))
                    .then(|| path.display().to_string())
            })
    }

    /// Root's refusals are told as they are; anybody else's mean that it takes root.
    fn needing_root(&self, error: TrustError) -> TrustError {
        if self.machine.user != 0 && error.is_denied() {
            TrustError::NeedsRoot
        } else {
            error
        }
    }

    fn write(&self, anchors: &[&Anchor], written: &mut Vec<PathBuf>) -> Result<(), TrustError> {
        // Before anything is written: without its program it would be of no use.
        self.layout.program(self.machine)?;
        let folder = match self.folder()? {
            Some(folder) => folder,
            None => {
                let wanted = Path::new(self.layout.anchors);
                let parent = wanted.parent().unwrap_or(wanted);
                let name = wanted.file_name().unwrap_or_default();
                let folder = place::existing(self.machine, parent)?.join(name);
                files::make_folder(&folder)?;
                folder
            }
        };
        for anchor in anchors {
            let file = folder.join(file_name(anchor));
            match self.there(anchor)? {
                There::Ours => {}
                There::Other => return Err(TrustError::InTheWay { path: file }),
                There::Nothing => {
                    let pem = anchor.certificate().to_pem();
                    files::create_new(&file, pem.as_bytes(), Secrecy::Public)?;
                    written.push(file);
                }
            }
        }
        self.update()
    }

    /// What is gone so far, with its content, is in `gone` even after a failure.
    fn take_out(
        &self,
        folder: &Path,
        anchors: &[&Anchor],
        gone: &mut Vec<(PathBuf, Zeroizing<Vec<u8>>)>,
    ) -> Result<(), TrustError> {
        for anchor in anchors {
            if matches!(self.there(anchor)?, There::Ours) {
                let file = folder.join(file_name(anchor));
                let content = files::read(&file, files::USUAL_LIMIT)?;
                fs::remove_file(&file).map_err(|fault| TrustError::file(&file, fault))?;
                gone.push((file, content));
            }
        }
        let names: Vec<OsString> = gone
            .iter()
            .filter_map(|(file, _)| file.file_name().map(OsString::from))
            .collect();
        self.tidy(&names)?;
        self.update()
    }
}

impl TrustStore for SystemStore<'_> {
    fn kind(&self) -> StoreKind {
        StoreKind::System
    }

    fn owner(&self) -> &str {
        self.layout.owner
    }

    fn place(&self) -> &Path {
        &self.place
    }

    fn holdings(&self, anchors: &[Anchor]) -> Result<Vec<Holding>, TrustError> {
        let trusted = match self.layout.bundle(self.machine) {
            Some(bundle) => certificates(&files::read(&bundle, files::USUAL_LIMIT)?),
            None => Vec::new(),
        };
        anchors
            .iter()
            .map(|anchor| {
                let is_ours = matches!(self.there(anchor)?, There::Ours);
                let is_trusted = trusted.iter().any(|der| anchor.is(der));
                let foreign = (is_trusted && !is_ours).then(|| {
                    self.foreign(anchor)
                        .unwrap_or_else(|| "one of the system's own".to_owned())
                });
                Ok(Holding {
                    is_trusted,
                    is_ours,
                    foreign,
                })
            })
            .collect()
    }

    fn add(&self, anchors: &[&Anchor]) -> Result<(), TrustError> {
        let mut written = Vec::new();
        self.write(anchors, &mut written).map_err(|error| {
            // What the system did not take up would surprise somebody at the next update, and what
            // it took up before it failed would vanish then. The first refusal is the one to tell.
            let gone: Vec<OsString> = written
                .iter()
                .filter(|file| fs::remove_file(file).is_ok())
                .filter_map(|file| file.file_name().map(OsString::from))
                .collect();
            if !gone.is_empty() {
                let _ = self.tidy(&gone);
                let _ = self.update();
            }
            self.needing_root(error)
        })
    }

    fn remove(&self, anchors: &[&Anchor]) -> Result<(), TrustError> {
        let Some(folder) = self.folder()? else {
            return Ok(());
        };
        self.layout.program(self.machine)?;
        let mut gone = Vec::new();
        self.take_out(&folder, anchors, &mut gone).map_err(|error| {
            // As long as the system may have it, the file tells whose it is: the next run takes
            // it out then. The first refusal is the one to tell.
            for (file, content) in &gone {
                let _ = files::create_new(file, content, Secrecy::Public);
            }
            self.needing_root(error)
        })
    }
}

/// Debian takes up files that end in `.crt` only; the others take any.
fn file_name(anchor: &Anchor) -> String {
    format!("{}.crt", anchor.label())
}

/// DER of every certificate of a PEM file; `TRUSTED CERTIFICATE` of openssl is none.
fn certificates(pem: &[u8]) -> Vec<Vec<u8>> {
    pem::parse_many(pem)
        .unwrap_or_default()
        .into_iter()
        .filter(|block| block.tag() == "CERTIFICATE")
        .map(pem::Pem::into_contents)
        .collect()
}
