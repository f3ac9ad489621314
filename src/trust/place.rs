//! Ways to a store that nobody else can have changed.
//!
//! Root follows a path below a home folder, a user one below `/tmp`: whoever owns a folder on the
//! way decides where it ends. So every folder, link and file on the way has to belong to root or to
//! whoever asks, and no folder may be open for everybody to rename things in.

use std::{
    collections::VecDeque,
    ffi::OsString,
    fs,
    io::ErrorKind,
    os::unix::fs::MetadataExt as _,
    path::{Component, Path, PathBuf},
};

use super::{Machine, TrustError};

/// More links than this on one way are a loop.
const MOST_LINKS: usize = 40;
const OPEN_FOR_ALL: u32 = 0o002;
const STICKY: u32 = 0o1000;

/// Follows a path of the machine to where it really is, or nowhere if something of it is missing.
///
/// # Errors
/// [`TrustError::Unsafe`], [`TrustError::OtherUser`], and what the operating system refuses.
pub(super) fn follow(machine: &Machine, path: &Path) -> Result<Option<PathBuf>, TrustError> {
    let root = if machine.is_image {
        fs::canonicalize(&machine.root).map_err(|fault| TrustError::file(&machine.root, fault))?
    } else {
        PathBuf::from("/")
    };
    // In a container without rights the owner of / is the one that stands for root.
    let owner_of_root = fs::metadata(&root)
        .map_err(|fault| TrustError::file(&root, fault))?
        .uid();
    let mut way: VecDeque<OsString> = VecDeque::new();
    prepend(&mut way, path);
    let mut at = root.clone();
    let mut links = 0;
    while let Some(step) = way.pop_front() {
        if step == ".." {
            if at != root {
                at.pop();
            }
            continue;
        }
        let next = at.join(&step);
        let found = match fs::symlink_metadata(&next) {
            Ok(found) => found,
            Err(fault) if fault.kind() == ErrorKind::NotFound => return Ok(None),
            Err(fault) => return Err(TrustError::file(&next, fault)),
        };
        let refused = |why: String| {
            Err(TrustError::Unsafe {
                path: next.clone(),
                why,
            })
        };
        if ![0, machine.user, owner_of_root].contains(&found.uid()) {
            if !found.is_symlink() {
                return Err(TrustError::OtherUser {
                    path: next,
                    owner: found.uid(),
                });
            }
            return refused(format!(
                "it belongs to another user (number {})",
                found.uid()
            ));
        }
        if found.is_symlink() {
            links += 1;
            if links > MOST_LINKS {
                return refused("it is a link that comes back to itself".to_owned());
            }
            let target = fs::read_link(&next).map_err(|fault| TrustError::file(&next, fault))?;
            if target.is_absolute() {
                at.clone_from(&root);
            }
            prepend(&mut way, &target);
            continue;
        }
        if found.mode() & OPEN_FOR_ALL != 0 && (found.mode() & STICKY == 0 || !found.is_dir()) {
            return refused("everybody may write to it".to_owned());
        }
        at = next;
    }
    Ok(Some(at))
}

/// As [`follow`], for what has to be there.
pub(super) fn existing(machine: &Machine, path: &Path) -> Result<PathBuf, TrustError> {
    follow(machine, path)?
        .ok_or_else(|| TrustError::file(&machine.reach(path), ErrorKind::NotFound.into()))
}

fn prepend(way: &mut VecDeque<OsString>, path: &Path) {
    let steps: Vec<OsString> = path
        .components()
        .filter_map(|step| match step {
            Component::Normal(name) => Some(name.to_owned()),
            Component::ParentDir => Some("..".into()),
            Component::Prefix(_) | Component::RootDir | Component::CurDir => None,
        })
        .collect();
    for step in steps.into_iter().rev() {
        way.push_front(step);
    }
}
