//! Filling a target's templates.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value,
    syntax::SyntaxConfig, value::ValueKind,
};
use zeroize::Zeroizing;

use super::{
    context::{Facts, Keys},
    definition::{RESERVED, Target, TargetFile},
    error::TargetError,
    filter,
    language::Language,
    pki_file::PkiFile,
    setting::Settings,
    stock::Stock,
};

/// Folders as the destination knows them.
#[derive(Clone, Debug)]
pub struct Whereabouts {
    /// The PKI directory.
    pub pki: String,
    /// The folder of all certificates, keys and lists, where they were copied to one.
    pub files: Option<String>,
    /// The folder of the rendered files.
    pub here: Option<String>,
    /// Whether the files of the PKI that the configuration names come along with it.
    pub with_files: bool,
    /// Whether files that hold a private key are made.
    pub with_secrets: bool,
}

/// A file that was rendered.
#[derive(Debug)]
pub struct Rendered {
    /// Its name.
    pub path: String,
    /// What is in it, in one line.
    pub about: String,
    /// Its content, wiped because it may hold a private key.
    pub content: Zeroizing<String>,
    /// What it is to the operating system.
    pub access: Access,
}

/// Who may do what with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody may read it.
    Public,
    /// Everybody may read and run it.
    Executable,
    /// Its owner alone may read it.
    Secret,
}

impl Target {
    /// Every file that the target is given, for the certificate `name`.
    ///
    /// # Errors
    /// [`TargetError::NotInStock`] for what the PKI does not have, [`TargetError::NoRoot`] for a CA
    /// below a root where the target takes roots alone, [`TargetError::ClientOnly`] and
    /// [`TargetError::Refused`] for what the target is no place for, and [`TargetError::Template`]
    /// for a template that asks for what is not there, or a value that its language cannot write.
    pub fn render(
        &self,
        settings: &Settings,
        name: &str,
        stock: &dyn Stock,
        places: &Whereabouts,
    ) -> Result<Vec<Rendered>, TargetError> {
        let facts = Facts::gather(self, name, settings, stock)?;
        self.refuse_cases(&facts.values(self, settings, places, Keys::Hidden))?;
        let wanted = self
            .wanted(settings)
            .filter(|file| places.with_secrets || !file.secret);
        let mut rendered: Vec<Rendered> = Vec::new();
        for file in wanted {
            let keys = if file.secret {
                Keys::Shown
            } else {
                Keys::Hidden
            };
            let values = facts.values(self, settings, places, keys);
            let one = self.render_file(file, &values).map_err(|fault| {
                let of = facts.asked.key_not_here().filter(|_| file.secret);
                of.map_or(fault, |name| no_key(&name))
            })?;
            if rendered.iter().any(|other| other.path == one.path) {
                return Err(self.wrong(&file.template, format!("{} is made twice", one.path)));
            }
            rendered.push(one);
        }
        if places.with_files {
            for file in facts.asked.files() {
                let copy = copied(&file)?;
                if rendered.iter().any(|other| other.path == copy.path) {
                    let reason = format!("two files would be called {}", copy.path);
                    return Err(self.wrong("target.toml", reason));
                }
                rendered.push(copy);
            }
        }
        Ok(rendered)
    }

    /// The files that hold a private key, as they are called for the certificate `name`.
    pub fn secret_files(&self, settings: &Settings, name: &str) -> Vec<String> {
        self.wanted(settings)
            .filter(|file| file.secret)
            .map(|file| file.path.replace("{{ name }}", name))
            .collect()
    }

    fn wanted<'t>(&'t self, settings: &'t Settings) -> impl Iterator<Item = &'t TargetFile> {
        self.files
            .iter()
            .filter(|file| file.when.as_ref().is_none_or(|when| settings.holds(when)))
    }

    fn render_file(
        &self,
        file: &TargetFile,
        values: &BTreeMap<String, Value>,
    ) -> Result<Rendered, TargetError> {
        let path = self
            .environment(Language::Text)
            .and_then(|environment| environment.render_str(&file.path, values))
            .map_err(|fault| self.wrong("target.toml", told(&fault, &file.path)))?;
        if !is_plain_path(&path) {
            let reason = format!("{path:?} is no name for a file");
            return Err(self.wrong("target.toml", reason));
        }
        let mut environment = self
            .environment(file.language)
            .map_err(|fault| self.fault(&fault, &file.template))?;
        for (name, text) in &self.templates {
            environment
                .add_template(name, text)
                .map_err(|fault| self.fault(&fault, &file.template))?;
        }
        let template = environment
            .get_template(&file.template)
            .map_err(|fault| self.fault(&fault, &file.template))?;
        let undeclared: BTreeSet<String> = template
            .undeclared_variables(false)
            .into_iter()
            .filter(|name| !values.contains_key(name) && !is_known(&environment, name))
            .collect();
        if let Some(name) = undeclared.first() {
            let reason = format!("it uses {name}, which target.toml does not declare");
            return Err(self.wrong(&file.template, reason));
        }
        let content = template
            .render(values)
            .map(Zeroizing::new)
            .map_err(|fault| {
                self.missing(&fault, values)
                    .unwrap_or_else(|| self.fault(&fault, &file.template))
            })?;
        Ok(Rendered {
            path,
            about: file.about.clone(),
            content,
            access: match (file.secret, file.executable) {
                (true, _) => Access::Secret,
                (false, true) => Access::Executable,
                (false, false) => Access::Public,
            },
        })
    }

    /// What has to be given besides: a folder, or a value that only some settings need.
    fn missing(&self, fault: &Error, values: &BTreeMap<String, Value>) -> Option<TargetError> {
        let source = self.templates.get(fault.name()?)?;
        let asked = source.get(fault.range()?)?;
        let missing = |name: &str, about: &str| TargetError::Missing {
            target: self.name.clone(),
            missing: vec![(name.to_owned(), about.to_owned())],
        };
        if fault.kind() == ErrorKind::UndefinedError {
            if asked.contains("here") && !values.contains_key("here") {
                return Some(missing(
                    "here",
                    "the folder of these files on the destination; --out DIR sets it too",
                ));
            }
            return None;
        }
        if fault.detail() != Some(NO_VALUE) {
            return None;
        }
        // Of `a or b`, b is what could be had in any case.
        let variable = asked
            .split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
            .rev()
            .find_map(|word| self.variables.iter().find(|known| known.name == word))?;
        Some(missing(&variable.name, &variable.about))
    }

    /// What runs templates whose values land in `language`.
    pub(super) fn environment(&self, language: Language) -> Result<Environment<'_>, Error> {
        let mut environment = Environment::new();
        let syntax = SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .keep_trailing_newline(true)
            .build()?;
        environment.set_syntax(syntax);
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(move |_| AutoEscape::Custom(language.as_str().into()));
        environment.set_formatter(write_value);
        filter::add(&mut environment);
        Ok(environment)
    }

    pub(super) fn wrong(&self, file: &str, reason: String) -> TargetError {
        TargetError::Template {
            file: format!("{}/{file}", self.name),
            reason,
        }
    }

    pub(super) fn fault(&self, fault: &Error, template: &str) -> TargetError {
        let name = fault.name().unwrap_or(template);
        let source = self.templates.get(name).map_or("", String::as_str);
        let file = match fault.line() {
            Some(line) => format!("{name}:{line}"),
            None => name.to_owned(),
        };
        self.wrong(&file, told(fault, source))
    }
}

/// What is told of a value that is none.
const NO_VALUE: &str = "it has no value";

fn no_key(name: &str) -> TargetError {
    TargetError::NotInStock {
        variable: name.to_owned(),
        reason: "the private key is not here, and the configuration needs it".to_owned(),
    }
}

/// A file of the PKI beside the configuration that names it.
fn copied(file: &PkiFile) -> Result<Rendered, TargetError> {
    let path = file.path.rsplit('/').next().unwrap_or(&file.path);
    let content = file
        .content
        .clone()
        .ok_or_else(|| no_key(path.trim_end_matches(".key")))?;
    Ok(Rendered {
        path: path.to_owned(),
        about: file.about.clone(),
        content,
        access: if file.secret {
            Access::Secret
        } else {
            Access::Public
        },
    })
}

/// Names that templates need not declare.
fn is_known(environment: &Environment<'_>, name: &str) -> bool {
    RESERVED.contains(&name) || environment.globals().any(|(known, _)| known == name)
}

/// Parts of plain letters, none of them hidden or leading up.
fn is_plain_path(path: &str) -> bool {
    let plain = |letter: char| letter.is_alphanumeric() || "-_.@".contains(letter);
    !path.is_empty()
        && path
            .split('/')
            .all(|part| !part.is_empty() && !part.starts_with('.') && part.chars().all(plain))
}

/// What a template was doing when it failed, and why.
pub(super) fn told(fault: &Error, source: &str) -> String {
    let what = fault
        .range()
        .and_then(|range| source.get(range))
        .map(|piece| piece.split_whitespace().collect::<Vec<_>>().join(" "));
    let why = match (fault.kind(), fault.detail()) {
        (ErrorKind::UndefinedError, _) => "there is no such value".to_owned(),
        (_, Some(detail)) => detail.to_owned(),
        (kind, None) => kind.to_string(),
    };
    match what {
        Some(what) if !what.is_empty() => format!("{what}: {why}"),
        _ => why,
    }
}

/// Writes a value as its language has it.
fn write_value(
    output: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), Error> {
    let refused = |reason: String| Error::new(ErrorKind::InvalidOperation, reason);
    let language = match state.auto_escape() {
        AutoEscape::Custom(name) => Language::named(name),
        _ => None,
    };
    let language = language.ok_or_else(|| refused("no language is known here".to_owned()))?;
    let text = literal(language, value).map_err(refused)?;
    output
        .write_str(&text)
        .map_err(|fault| refused("it could not be written".to_owned()).with_source(fault))
}

fn literal(language: Language, value: &Value) -> Result<String, String> {
    if value.is_safe() {
        return Ok(value.to_string());
    }
    match value.kind() {
        ValueKind::String => language.literal(value.as_str().unwrap_or_default()),
        ValueKind::Number | ValueKind::Bool => Ok(value.to_string()),
        ValueKind::Seq if language.has_lists() => {
            let items = value.try_iter().map_err(|fault| fault.to_string())?;
            let items: Result<Vec<String>, String> =
                items.map(|item| literal(language, &item)).collect();
            Ok(format!("[{}]", items?.join(", ")))
        }
        ValueKind::Undefined | ValueKind::None => Err(NO_VALUE.to_owned()),
        kind => Err(format!(
            "a {kind} cannot be written into {}",
            language.as_str()
        )),
    }
}
