//! The keys that a plan needs for what is new, made or read on all cores before the first step: a CA
//! does not wait with its own until its servers have theirs.

use std::{collections::HashMap, path::PathBuf};

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
use zeroize::Zeroizing;

use super::{ApplyError, Secrets};
use crate::{
    authority::AuthorityError,
    key::{KeyFile, KeySpec, PrivateKey},
    manifest::{DesiredAuthority, Plan, StepDeed},
    store::{Shelf, StoreName},
};

/// How many keys are held in memory before their turn; the others are made when it is theirs.
const MOST: usize = 500;

/// Keys by what they are for.
pub(super) struct ReadyKeys(HashMap<(Shelf, StoreName), Result<PrivateKey, ApplyError>>);

/// Where a key comes from.
enum Source {
    New(KeySpec),
    File {
        path: PathBuf,
        octets: Zeroizing<Vec<u8>>,
        spec: KeySpec,
    },
}

impl ReadyKeys {
    /// The keys of the first new CAs and certificates of a plan.
    pub(super) fn of(plan: &Plan, secrets: &mut dyn Secrets) -> Self {
        let wanted = plan.steps().iter().filter_map(|step| match &step.deed {
            StepDeed::MakeAuthority(wanted) => Some((
                Shelf::Authorities,
                &wanted.name,
                wanted.key,
                wanted.key_file.as_ref(),
            )),
            StepDeed::Issue(wanted) => Some((
                Shelf::Certificates,
                &wanted.name,
                wanted.key,
                wanted.key_file.as_ref(),
            )),
            _ => None,
        });
        let sources: Vec<_> = wanted
            .enumerate()
            .filter(|(position, (.., file))| *position < MOST || file.is_some())
            .map(|(_, (shelf, name, spec, file))| {
                let source = match file {
                    None => Ok(Source::New(spec)),
                    Some(file) => secrets
                        .key_file(file)
                        .map(|octets| Source::File {
                            path: file.clone(),
                            octets,
                            spec,
                        })
                        .map_err(ApplyError::Secret),
                };
                ((shelf, name.clone()), source)
            })
            .collect();
        Self(
            sources
                .into_par_iter()
                .map(|((shelf, name), source)| {
                    let key = source.and_then(Source::into_key);
                    ((shelf, name), key)
                })
                .collect(),
        )
    }

    /// The key of a new CA.
    ///
    /// # Errors
    /// A key that could not be made or read.
    pub(super) fn of_authority(
        &mut self,
        wanted: &DesiredAuthority,
    ) -> Result<PrivateKey, ApplyError> {
        match self.0.remove(&(Shelf::Authorities, wanted.name.clone())) {
            Some(key) => key,
            None => Source::New(wanted.key).into_key(),
        }
    }

    /// The key of a new certificate, if it is ready, or why it could not be made or read.
    pub(super) fn of_certificate(
        &mut self,
        name: &StoreName,
    ) -> Option<Result<PrivateKey, ApplyError>> {
        self.0.remove(&(Shelf::Certificates, name.clone()))
    }
}

impl Source {
    fn into_key(self) -> Result<PrivateKey, ApplyError> {
        match self {
            Self::New(spec) => Ok(PrivateKey::generate(spec).map_err(AuthorityError::Key)?),
            Self::File { path, octets, spec } => {
                let key = KeyFile::read(&octets)
                    .and_then(|file| file.unlock(None))
                    .map_err(|cause| ApplyError::KeyFile {
                        path: path.clone(),
                        cause,
                    })?;
                if KeySpec::of(key.algorithm()) != Some(spec) {
                    return Err(ApplyError::OtherKey {
                        path,
                        found: key.algorithm().to_string(),
                        wanted: spec,
                    });
                }
                Ok(key)
            }
        }
    }
}
