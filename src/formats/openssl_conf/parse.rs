//! The configuration language, line by line (`config(5)`).

use std::io;
use std::sync::Arc;

use super::config::{Config, DEFAULT_SECTION, Entry, Value};
use super::error::{ConfigError, SyntaxFault};
use super::expand::{Dollar, Scope, expand, is_word};
use super::include::{Included, MAX_DEPTH, Pragmas, configurations, joined};
use super::location::{Location, shortened};

/// The most text that is read, all included files together: openssl's own configuration has 12 KiB.
const MAX_TEXT: usize = 1024 * 1024;
/// The most text that all values may expand to.
const MAX_EXPANDED: usize = 8 * 1024 * 1024;
/// The most files, so that a small directory of files that include it cannot multiply.
const MAX_FILES: usize = 256;

type Includes<'a> = dyn FnMut(&str) -> Result<Included, io::Error> + 'a;

pub(super) fn parse(
    file: &str,
    bytes: &[u8],
    includes: &mut Includes<'_>,
) -> Result<Config, ConfigError> {
    let file: Arc<str> = Arc::from(file);
    let mut parser = Parser {
        config: Config::empty(Arc::clone(&file)),
        section: DEFAULT_SECTION.to_owned(),
        pragmas: Pragmas::default(),
        includes,
        open: Vec::new(),
        files: 0,
        text: 0,
        expanded: 0,
        in_directory: false,
    };
    // Only the outermost file may begin with a byte order mark, as in openssl.
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    parser.file(&file, bytes)?;
    Ok(parser.config)
}

struct Parser<'a, 'b> {
    config: Config,
    section: String,
    pragmas: Pragmas,
    includes: &'a mut Includes<'b>,
    open: Vec<String>,
    files: usize,
    text: usize,
    expanded: usize,
    in_directory: bool,
}

/// A line after continuation lines are joined, and the number of its first part.
struct Line {
    number: u32,
    text: Vec<u8>,
}

impl Parser<'_, '_> {
    fn file(&mut self, file: &Arc<str>, bytes: &[u8]) -> Result<(), ConfigError> {
        self.files += 1;
        self.text += bytes.len();
        let too_large = |what| ConfigError::Syntax {
            location: Location::new(Arc::clone(file), 1),
            fault: SyntaxFault::TooLarge(what),
        };
        if self.text > MAX_TEXT {
            return Err(too_large("over 1 MiB of text"));
        }
        if self.files > MAX_FILES {
            return Err(too_large("over 256 files"));
        }
        for line in lines(bytes) {
            let location = Location::new(Arc::clone(file), line.number);
            self.line(&line.text, &location)?;
        }
        Ok(())
    }

    fn line(&mut self, text: &[u8], location: &Location) -> Result<(), ConfigError> {
        let fault = |fault| ConfigError::Syntax {
            location: location.clone(),
            fault,
        };
        if text.contains(&0) {
            return Err(fault(SyntaxFault::NulByte));
        }
        let text = unspaced(without_comment(text));
        match text.first() {
            None => return Ok(()),
            Some(b'[') => {
                let name = section_name(text, self.dollar()).map_err(fault)?;
                self.section = self.name_of_section(name).map_err(fault)?;
                self.config.open(&self.section, location);
                return Ok(());
            }
            Some(_) => {}
        }
        let (first, rest) = name(text, self.dollar());
        let (section, name, rest) = match rest.strip_prefix(b"::") {
            Some(after) => {
                let (own, rest) = name(after, self.dollar());
                (Some(first), own, rest)
            }
            None => (None, first, rest),
        };
        let section = match section {
            Some(section) => utf8(section).map_err(fault)?,
            None => self.section.clone(),
        };
        let spaced = rest.first().is_some_and(|byte| is_space(*byte));
        let value = unspaced(rest);
        let assigned = value.strip_prefix(b"=");
        if let Some(keyword) = directive(name) {
            let exact = name.len() == keyword.len();
            if !exact || spaced || assigned.is_some() {
                let argument = if exact {
                    assigned.unwrap_or(value)
                } else {
                    b""
                };
                let argument = trimmed(argument);
                return if keyword == PRAGMA {
                    self.pragmas.set(argument).map_err(fault)
                } else {
                    self.include(&section, argument, location)
                };
            }
        }
        let Some(value) = assigned else {
            let found = shortened(&String::from_utf8_lossy(value));
            return Err(fault(SyntaxFault::MissingEqualSign(found)));
        };
        let name = utf8(name).map_err(fault)?;
        let dollar = self.dollar();
        let value = expand(
            &mut self.config,
            Scope::Section(&section),
            dollar,
            trimmed(value),
        )
        .map_err(fault)?;
        if let Value::Known(bytes) = &value {
            self.expanded += bytes.len();
        }
        if self.expanded > MAX_EXPANDED {
            return Err(fault(SyntaxFault::TooLarge("over 8 MiB after expansion")));
        }
        self.config
            .insert(&section, Entry::new(name, value, location.clone()));
        Ok(())
    }

    fn dollar(&self) -> Dollar {
        if self.pragmas.dollar_in_names() {
            Dollar::Ordinary
        } else {
            Dollar::Variable
        }
    }

    fn name_of_section(&mut self, text: &[u8]) -> Result<String, SyntaxFault> {
        let dollar = self.dollar();
        match expand(&mut self.config, Scope::Default, dollar, text)? {
            Value::Known(name) => utf8(&name),
            Value::NeedsEnvironment(name) => Err(SyntaxFault::Environment(shortened(&name))),
        }
    }

    fn include(
        &mut self,
        section: &str,
        argument: &[u8],
        location: &Location,
    ) -> Result<(), ConfigError> {
        let fault = |fault| ConfigError::Syntax {
            location: location.clone(),
            fault,
        };
        let dollar = self.dollar();
        let path = match expand(&mut self.config, Scope::Section(section), dollar, argument)
            .map_err(fault)?
        {
            Value::Known(path) => path,
            Value::NeedsEnvironment(name) => {
                return Err(fault(SyntaxFault::Environment(shortened(&name))));
            }
        };
        let path = self.pragmas.resolve(&path).map_err(fault)?;
        match self.fetch(&path, location)? {
            Included::File(bytes) => self.included(path, &bytes, location),
            Included::Directory(_) if self.in_directory => {
                Err(fault(SyntaxFault::NestedDirectory(shortened(&path))))
            }
            Included::Directory(names) => {
                self.in_directory = true;
                for name in configurations(names) {
                    let path = joined(&path, &name);
                    // A directory of such a name is no file; openssl passes over it.
                    if let Included::File(bytes) = self.fetch(&path, location)? {
                        self.included(path, &bytes, location)?;
                    }
                }
                self.in_directory = false;
                Ok(())
            }
        }
    }

    fn fetch(&mut self, path: &str, location: &Location) -> Result<Included, ConfigError> {
        (self.includes)(path).map_err(|source| ConfigError::Include {
            location: location.clone(),
            path: shortened(path),
            source,
        })
    }

    fn included(
        &mut self,
        path: String,
        bytes: &[u8],
        location: &Location,
    ) -> Result<(), ConfigError> {
        let fault = |fault| ConfigError::Syntax {
            location: location.clone(),
            fault,
        };
        if self.open.contains(&path) {
            return Err(fault(SyntaxFault::IncludeLoop(shortened(&path))));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(fault(SyntaxFault::IncludeDepth(MAX_DEPTH)));
        }
        let file: Arc<str> = Arc::from(path.as_str());
        self.open.push(path);
        self.file(&file, bytes)?;
        self.open.pop();
        Ok(())
    }
}

const PRAGMA: &[u8] = b".pragma";
const INCLUDE: &[u8] = b".include";

fn directive(name: &[u8]) -> Option<&'static [u8]> {
    [PRAGMA, INCLUDE]
        .into_iter()
        .find(|keyword| name.starts_with(keyword))
}

/// Joins lines that end in one backslash. Two are an escaped backslash.
fn lines(bytes: &[u8]) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut open: Option<Line> = None;
    for (number, part) in (1_u32..).zip(bytes.split(|byte| *byte == b'\n')) {
        let part = strip_line_end(part);
        let mut line = open.take().unwrap_or(Line {
            number,
            text: Vec::new(),
        });
        line.text.extend_from_slice(part);
        if continues(&line.text) {
            line.text.pop();
            open = Some(line);
        } else {
            lines.push(line);
        }
    }
    lines.extend(open);
    lines
}

fn strip_line_end(mut part: &[u8]) -> &[u8] {
    while let Some(shorter) = part.strip_suffix(b"\r") {
        part = shorter;
    }
    part
}

fn continues(text: &[u8]) -> bool {
    text.ends_with(b"\\") && !text.ends_with(b"\\\\")
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// The text after its leading white space.
fn unspaced(text: &[u8]) -> &[u8] {
    let mut rest = text;
    while let Some((_, after)) = rest.split_first().filter(|(byte, _)| is_space(**byte)) {
        rest = after;
    }
    rest
}

fn trimmed(text: &[u8]) -> &[u8] {
    let mut rest = unspaced(text);
    while let Some((_, before)) = rest.split_last().filter(|(byte, _)| is_space(**byte)) {
        rest = before;
    }
    rest
}

fn utf8(bytes: &[u8]) -> Result<String, SyntaxFault> {
    String::from_utf8(bytes.to_vec()).map_err(|_| SyntaxFault::NameNotText)
}

/// The line up to a `#` that is neither quoted nor escaped.
fn without_comment(text: &[u8]) -> &[u8] {
    let mut quote = None;
    let mut escaped = false;
    for (index, &byte) in text.iter().enumerate() {
        if escaped {
            escaped = false;
            continue;
        }
        match (byte, quote) {
            (b'\\', _) => escaped = true,
            (_, Some(open)) if open == byte => quote = None,
            (_, Some(_)) => {}
            (b'\'' | b'"' | b'`', None) => quote = Some(byte),
            (b'#', None) => return text.get(..index).unwrap_or(text),
            _ => {}
        }
    }
    text
}

/// Splits off a name: letters, digits, `_`, the punctuation `!.%&*+,/;?@^~|-` and whatever
/// follows a backslash.
fn name(text: &[u8], dollar: Dollar) -> (&[u8], &[u8]) {
    let mut length = 0;
    while let Some(&byte) = text.get(length) {
        let accepted = is_word(byte)
            || b"!.%&*+,/;?@^~|-".contains(&byte)
            || (dollar == Dollar::Ordinary && byte == b'$');
        if byte == b'\\' {
            length += 2;
        } else if accepted {
            length += 1;
        } else {
            break;
        }
    }
    text.split_at_checked(length.min(text.len()))
        .unwrap_or((text, &[]))
}

/// The text between `[` and `]`; words with spaces between them are one name.
fn section_name(text: &[u8], dollar: Dollar) -> Result<&[u8], SyntaxFault> {
    let inner = text.strip_prefix(b"[").unwrap_or(text);
    let inner = unspaced(inner);
    let mut rest = inner;
    loop {
        let (word, after) = name(rest, dollar);
        let end = inner.len() - after.len();
        let next = unspaced(after);
        match next.first() {
            Some(b']') if unspaced(next.get(1..).unwrap_or_default()).is_empty() => {
                return Ok(inner.get(..end).unwrap_or(inner));
            }
            Some(b']') => return Err(SyntaxFault::TextAfterSection),
            Some(_) if !(word.is_empty() && next.len() == rest.len()) => rest = next,
            _ => return Err(SyntaxFault::MissingBracket),
        }
    }
}
