//! What an `.include` brings in.

use super::error::SyntaxFault;

/// How many levels of included files are followed. openssl stops when it runs out of file
/// descriptors.
pub(super) const MAX_DEPTH: usize = 16;

/// What a path of an `.include` leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Included {
    /// A file, with its content.
    File(Vec<u8>),
    /// A directory, with the names (not paths) of the files in it. Those that end in `.cnf` or
    /// `.conf` are included in the order of their names; openssl takes them in whatever order
    /// the file system has them.
    Directory(Vec<String>),
}

/// What `.pragma` lines have set so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Pragmas {
    absolute_paths_only: bool,
    dollar_in_names: bool,
    include_directory: Option<String>,
}

impl Pragmas {
    /// Takes the text after `.pragma`. Unknown ones, which openssl ignores, are refused.
    pub(super) fn set(&mut self, text: &[u8]) -> Result<(), SyntaxFault> {
        let shown = || {
            SyntaxFault::InvalidPragma(super::location::shortened(&String::from_utf8_lossy(text)))
        };
        let text = std::str::from_utf8(text).map_err(|_| shown())?;
        let (name, value) = text.split_once(':').ok_or_else(shown)?;
        let value = value.trim_start_matches([' ', '\t', '\r', '\n']);
        match name.trim_end_matches([' ', '\t', '\r', '\n']) {
            "abspath" => self.absolute_paths_only = switch(value).ok_or_else(shown)?,
            "dollarid" => self.dollar_in_names = switch(value).ok_or_else(shown)?,
            "includedir" if !value.is_empty() => self.include_directory = Some(value.to_owned()),
            _ => return Err(shown()),
        }
        Ok(())
    }

    /// Whether `$` is an ordinary character of a name.
    pub(super) fn dollar_in_names(&self) -> bool {
        self.dollar_in_names
    }

    /// The path to open for what an `.include` says.
    pub(super) fn resolve(&self, path: &[u8]) -> Result<String, SyntaxFault> {
        let path = std::str::from_utf8(path).map_err(|_| SyntaxFault::NameNotText)?;
        if path.is_empty() {
            return Err(SyntaxFault::EmptyInclude);
        }
        let resolved = match &self.include_directory {
            Some(directory) if !path.starts_with('/') => joined(directory, path),
            _ => path.to_owned(),
        };
        if self.absolute_paths_only && !resolved.starts_with('/') {
            return Err(SyntaxFault::RelativePath(super::location::shortened(
                &resolved,
            )));
        }
        Ok(resolved)
    }
}

fn switch(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("on") || text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("off") || text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

/// A path below a directory.
pub(super) fn joined(directory: &str, name: &str) -> String {
    if directory.ends_with('/') {
        format!("{directory}{name}")
    } else {
        format!("{directory}/{name}")
    }
}

/// The files of a directory that an `.include` of the directory takes, in order.
pub(super) fn configurations(mut names: Vec<String>) -> Vec<String> {
    names.retain(|name| {
        let lower = name.to_ascii_lowercase();
        (lower.ends_with(".cnf") && name.len() > 4) || (lower.ends_with(".conf") && name.len() > 5)
    });
    names.sort();
    names
}
