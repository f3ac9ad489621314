//! Replacing what a running HAProxy serves, in its memory and in the file that it reads when it
//! starts.
//!
//! The file is replaced between `set`, which shows that HAProxy understands the certificate, and
//! `commit`, after which it is served. Whoever is killed in between leaves a certificate that is not
//! known to be served; the next renewal does the same again.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use zeroize::Zeroizing;

use super::{ReloadError, Turn, pair::Pair};
use crate::{
    haproxy::{Address, HaProxyError, LoadedFile, RuntimeSocket},
    store::{
        Store, StoreName,
        files::{self, Secrecy},
    },
    x509::{Certificate, hexadecimal},
};

/// Where a HAProxy has a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HaProxyReload {
    /// Its runtime socket, of level `admin`.
    pub socket: Address,
    /// What it calls the certificate.
    pub certificate: LoadedFile,
    /// The file that it reads when it starts, where that is not what it calls the certificate.
    pub file: Option<PathBuf>,
    /// The file with the key, where the key is in a file of its own.
    pub key_file: Option<PathBuf>,
}

/// A file as it was before.
struct Before {
    path: PathBuf,
    secrecy: Secrecy,
    content: Option<Zeroizing<Vec<u8>>>,
}

/// A file as it is to be.
struct Wanted<'pair> {
    path: &'pair Path,
    content: &'pair str,
    secrecy: Secrecy,
    expected: &'static str,
}

impl HaProxyReload {
    /// The same, its paths seen from a folder. What HAProxy calls the certificate stays.
    pub(super) fn within(&self, folder: &Path) -> Self {
        Self {
            socket: self.socket.within(folder),
            certificate: self.certificate.clone(),
            file: self.file.as_ref().map(|file| folder.join(file)),
            key_file: self.key_file.as_ref().map(|file| folder.join(file)),
        }
    }

    /// The file that HAProxy reads when it starts.
    pub fn file(&self) -> &Path {
        self.file
            .as_deref()
            .unwrap_or(Path::new(self.certificate.as_str()))
    }

    /// Has HAProxy serve the current generation of a certificate.
    pub(super) fn tell(
        &self,
        store: &Store,
        name: &StoreName,
        timeout: Duration,
        turn: Turn,
    ) -> Result<(), ReloadError> {
        let pair = Pair::of(store, name)?;
        let combined = pair.combined();
        let wanted = self.wanted(store, &pair, &combined)?;
        let socket = RuntimeSocket::new(self.socket.clone(), timeout);
        let before = wanted
            .iter()
            .map(Wanted::before)
            .collect::<Result<Vec<_>, _>>()?;
        // Going back, even where HAProxy cannot be reached, so that it starts with what is in use;
        // and where they cannot be written, what it serves is still put right. A file that HAProxy
        // never took is not made on the way back: a key would lie where nobody looks for one.
        let written_back = match turn {
            Turn::Forward => Ok(()),
            Turn::Back => wanted
                .iter()
                .zip(&before)
                .filter(|(_, before)| before.content.is_some())
                .try_for_each(|(one, _)| one.write()),
        };
        let taken = socket
            .set(&self.certificate, &combined)
            .map_err(ReloadError::from)
            .and_then(|()| match turn {
                Turn::Forward => wanted.iter().try_for_each(Wanted::write),
                Turn::Back => Ok(()),
            })
            .and_then(|()| Ok(socket.commit(&self.certificate)?))
            .and_then(|()| Ok(self.check(&socket, &pair.certificate)?));
        let Err(cause) = taken else {
            return written_back;
        };
        // Nobody else's transaction is taken back, and where nobody answers nobody does now.
        let is_open = !matches!(
            cause,
            ReloadError::HaProxy(HaProxyError::Busy { .. } | HaProxyError::NotReached { .. })
        );
        if is_open {
            let _ = socket.abort(&self.certificate);
        }
        Err(match turn {
            Turn::Forward => put_back(before, cause),
            Turn::Back => cause,
        })
    }

    /// Writes the files that HAProxy reads when it starts, and tells it nothing; gives their paths.
    pub(in crate::authority) fn write_files(
        &self,
        store: &Store,
        name: &StoreName,
    ) -> Result<Vec<PathBuf>, ReloadError> {
        let pair = Pair::of(store, name)?;
        let combined = pair.combined();
        let wanted = self.wanted(store, &pair, &combined)?;
        for one in &wanted {
            one.before()?;
        }
        wanted.iter().try_for_each(Wanted::write)?;
        Ok(wanted.iter().map(|one| one.path.to_path_buf()).collect())
    }

    fn wanted<'pair>(
        &'pair self,
        store: &Store,
        pair: &'pair Pair,
        combined: &'pair str,
    ) -> Result<Vec<Wanted<'pair>>, ReloadError> {
        let certificate = |content, secrecy| Wanted {
            path: self.file(),
            content,
            secrecy,
            expected: "certificate",
        };
        let wanted = match &self.key_file {
            None => vec![certificate(combined, Secrecy::Secret)],
            Some(key_file) => vec![
                Wanted {
                    path: key_file,
                    content: &pair.key,
                    secrecy: Secrecy::Secret,
                    expected: "private key",
                },
                certificate(&pair.full_chain, Secrecy::Public),
            ],
        };
        for one in &wanted {
            if files::is_inside(one.path, store.layout().root())? {
                return Err(ReloadError::InsidePki(one.path.to_path_buf()));
            }
        }
        Ok(wanted)
    }

    /// HAProxy has what it says that it took.
    fn check(&self, socket: &RuntimeSocket, certificate: &Certificate) -> Result<(), HaProxyError> {
        let serial = socket.serial(&self.certificate)?;
        let number = |text: &str| text.trim_start_matches('0').to_ascii_uppercase();
        if number(&serial) == number(&hexadecimal(certificate.serial_octets())) {
            return Ok(());
        }
        Err(HaProxyError::Another {
            file: self.certificate.clone(),
            serial,
        })
    }
}

impl Wanted<'_> {
    /// What is there now, which has to be of the same kind: a wrong path in a manifest destroys
    /// nothing.
    fn before(&self) -> Result<Before, ReloadError> {
        let content = if self.path.exists() {
            let content = files::read(self.path, files::USUAL_LIMIT)?;
            let mark: &[u8] = match self.secrecy {
                Secrecy::Secret if self.expected == "private key" => b"PRIVATE KEY-----",
                _ => b"-----BEGIN CERTIFICATE-----",
            };
            let is_ours = content.windows(mark.len()).any(|part| part == mark);
            if !content.is_empty() && !is_ours {
                return Err(ReloadError::OtherFile {
                    path: self.path.to_path_buf(),
                    expected: self.expected,
                });
            }
            Some(content)
        } else {
            None
        };
        Ok(Before {
            path: self.path.to_path_buf(),
            secrecy: self.secrecy,
            content,
        })
    }

    fn write(&self) -> Result<(), ReloadError> {
        Ok(files::replace_own(
            self.path,
            self.content.as_bytes(),
            self.secrecy,
        )?)
    }
}

/// Puts the files back as they were, which a reload that failed has or has not yet changed.
fn put_back(before: Vec<Before>, cause: ReloadError) -> ReloadError {
    let mut told = cause;
    for Before {
        path,
        secrecy,
        content,
    } in before
    {
        let is_as_before = match (&content, files::read(&path, files::USUAL_LIMIT)) {
            (Some(content), Ok(now)) => *content == now,
            (None, Err(_)) => !path.exists(),
            _ => false,
        };
        if is_as_before {
            continue;
        }
        let restored = match content {
            Some(content) => files::replace_own(&path, &content, secrecy),
            None => files::remove(&path),
        };
        if let Err(fault) = restored {
            told = ReloadError::FileNotBack {
                cause: Box::new(told),
                path,
                fault,
            };
        }
    }
    told
}
