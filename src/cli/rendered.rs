//! Rendered files: written to a folder, or shown.

use std::path::{Path, PathBuf};

use anyhow::Result;
use serde_json::{Value, json};

use super::{failure::Advised, render};
use crate::{
    store::{
        StoreName, Together,
        files::{self, Secrecy},
        replace_together,
    },
    target::{Access, Rendered, Target},
};

/// The files to look at: document and text.
pub(crate) fn show(target: &Target, name: &StoreName, rendered: &[Rendered]) -> (Value, String) {
    let text = match rendered {
        [only] => only.content.to_string(),
        several => several
            .iter()
            .map(|file| {
                let (bold, end) = (render::BOLD, render::BOLD);
                format!("{bold}==> {} <=={end:#}\n{}\n", file.path, *file.content)
            })
            .collect(),
    };
    (document(target, name, rendered, None), text)
}

/// Writes the files, each of them whole, and none where one of them is in the way or cannot be
/// written: document and text.
///
/// # Errors
/// A file that is there and differs, without `replace`; a folder that cannot be written.
pub(crate) fn write(
    out: &Path,
    target: &Target,
    name: &StoreName,
    rendered: &[Rendered],
    replace: bool,
) -> Result<(Value, String)> {
    let paths: Vec<PathBuf> = rendered.iter().map(|file| out.join(&file.path)).collect();
    let mut states = Vec::new();
    for (file, path) in rendered.iter().zip(&paths) {
        states.push(state(file, path, replace)?);
    }
    let together: Vec<Together<'_>> = rendered
        .iter()
        .zip(&paths)
        .map(|(file, path)| Together {
            path: path.clone(),
            content: file.content.as_bytes(),
            secrecy: secrecy(file.access),
        })
        .collect();
    replace_together(&together)?;
    let mut text = format!(
        "{}{}{:#} for {}\n",
        render::BOLD,
        target.title,
        render::BOLD,
        name
    );
    let told: Vec<String> = rendered
        .iter()
        .zip(&states)
        .map(|(file, state)| match state {
            State::Unchanged => format!("{} (unchanged)", file.about),
            State::New | State::Replaced => file.about.clone(),
        })
        .collect();
    text.push_str(&render::files_text(
        paths
            .iter()
            .map(PathBuf::as_path)
            .zip(told.iter().map(String::as_str)),
    ));
    let document = document(target, name, rendered, Some((&paths, &states)));
    Ok((document, text))
}

/// What becomes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Replaced,
    Unchanged,
}

/// Looks at every place before the first file is written.
fn state(file: &Rendered, path: &Path, replace: bool) -> Result<State> {
    if std::fs::symlink_metadata(path).is_err() {
        return Ok(State::New);
    }
    let same = files::read(path, files::USUAL_LIMIT)
        .is_ok_and(|there| there.as_slice() == file.content.as_bytes());
    match (same, replace) {
        (true, _) => Ok(State::Unchanged),
        (false, true) => Ok(State::Replaced),
        (false, false) => Err(Advised {
            message: format!(
                "{} is there and differs; nothing was written",
                path.display()
            ),
            hint: "--replace writes it anew".to_owned(),
        }
        .into()),
    }
}

fn secrecy(access: Access) -> Secrecy {
    match access {
        Access::Secret => Secrecy::Secret,
        Access::Public => Secrecy::Public,
        Access::Executable => Secrecy::Program,
    }
}

fn document(
    target: &Target,
    name: &StoreName,
    rendered: &[Rendered],
    written: Option<(&[PathBuf], &[State])>,
) -> Value {
    let files: Vec<_> = rendered
        .iter()
        .enumerate()
        .map(|(index, file)| {
            let path = written.and_then(|(paths, _)| paths.get(index));
            let state = written.and_then(|(_, states)| states.get(index));
            json!({
                "name": file.path,
                "about": file.about,
                "secret": file.access == Access::Secret,
                "file": path,
                "state": state.map(|state| match state {
                    State::New => "new",
                    State::Replaced => "replaced",
                    State::Unchanged => "unchanged",
                }),
                "content": written.is_none().then(|| file.content.to_string()),
            })
        })
        .collect();
    json!({ "target": target.name, "name": name.to_string(), "files": files })
}
