//! A target as its `target.toml` declares it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{
    error::TargetError,
    kind::VariableKind,
    language::Language,
    refusal::{Refusal, Takes},
};

/// The file of a target's folder that declares it.
pub(super) const DEFINITION: &str = "target.toml";

/// Names that the PKI fills; no variable can be called so.
pub(super) const RESERVED: &[&str] = &[
    "name",
    "certificate",
    "root",
    "issuer",
    "pki",
    "files",
    "here",
];

/// A place that a certificate goes to: its variables and the files that it is given.
#[derive(Clone, Debug)]
pub struct Target {
    /// What it is called on the command line and in a manifest.
    pub name: String,
    /// The software or service, as its makers write it.
    pub title: String,
    /// What the rendered configuration does, in one line.
    pub about: String,
    /// Whose acceptance rules hold for what goes there.
    pub accepts: Option<String>,
    /// How it takes a renewed certificate, in one line.
    pub reload: Option<String>,
    /// What can be set.
    pub variables: Vec<Variable>,
    /// What is written.
    pub files: Vec<TargetFile>,
    /// For whom a certificate that goes there has to be; for anybody where nothing is said.
    pub(super) takes: Option<Takes>,
    /// What it does not do.
    pub(super) refusals: Vec<Refusal>,
    /// The folder's templates by their file names.
    pub(super) templates: BTreeMap<String, String>,
}

/// Something that can be set.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name in templates and on the command line.
    pub name: String,
    /// What it is for, in one line.
    pub about: String,
    /// What its value can be.
    pub kind: VariableKind,
    /// Whether it has any number of values.
    pub list: bool,
    /// The values of a choice.
    pub choices: Vec<String>,
    /// What holds when nothing is set.
    pub need: Need,
    /// Why a CA here has to be a root, where it has to be one.
    pub root_only: Option<String>,
}

/// Whether a variable has to be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Need {
    /// It has to be.
    Required,
    /// It may be left out; what it is for is left out too.
    Optional,
    /// These hold when it is left out.
    Default(Vec<String>),
}

/// A file that a target is given.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetFile {
    /// Its name, itself a template of plain text.
    pub path: String,
    /// The template beside `target.toml`.
    pub template: String,
    /// The language that its values are written in.
    pub language: Language,
    /// What is in it, in one line.
    pub about: String,
    /// Whether it holds a private key or another secret.
    #[serde(default)]
    pub secret: bool,
    /// Whether it is a program.
    #[serde(default)]
    pub executable: bool,
    /// The variable that has to be set, and not to false, for the file to be written.
    pub when: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    title: String,
    about: String,
    accepts: Option<String>,
    reload: Option<String>,
    takes: Option<Takes>,
    #[serde(default)]
    refuse: Vec<Refusal>,
    #[serde(default)]
    variable: Vec<DocumentVariable>,
    file: Vec<TargetFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DocumentVariable {
    name: String,
    about: String,
    kind: VariableKind,
    #[serde(default)]
    list: bool,
    #[serde(default)]
    choices: Vec<String>,
    #[serde(default)]
    optional: bool,
    default: Option<toml::Value>,
    root_only: Option<String>,
}

impl Target {
    /// Reads a target from its folder's files. `place` names the folder in errors.
    ///
    /// # Errors
    /// [`TargetError::Definition`] for a `target.toml` that is not there, not TOML or not sound, and
    /// [`TargetError::Template`] for a template that is not there.
    pub(super) fn read(
        name: &str,
        place: &str,
        mut templates: BTreeMap<String, String>,
    ) -> Result<Self, TargetError> {
        let file = format!("{place}/{DEFINITION}");
        let wrong = |reason: String| TargetError::Definition {
            file: file.clone(),
            reason,
        };
        let text = templates
            .remove(DEFINITION)
            .ok_or_else(|| wrong("is not there".to_owned()))?;
        let document: Document = toml::from_str(&text).map_err(|fault| {
            let line = fault
                .span()
                .and_then(|span| text.get(..span.start))
                .map_or(1, |before| before.matches('\n').count() + 1);
            TargetError::Definition {
                file: format!("{file}:{line}"),
                reason: fault.message().to_owned(),
            }
        })?;
        let variables = document
            .variable
            .into_iter()
            .map(|variable| read_variable(variable).map_err(&wrong))
            .collect::<Result<Vec<_>, _>>()?;
        for (index, variable) in variables.iter().enumerate() {
            let earlier = variables.iter().take(index);
            if earlier.into_iter().any(|other| other.name == variable.name) {
                return Err(wrong(format!(
                    "the variable {} is there twice",
                    variable.name
                )));
            }
        }
        for wanted in &document.file {
            if !templates.contains_key(&wanted.template) {
                return Err(TargetError::Template {
                    file: format!("{place}/{}", wanted.template),
                    reason: format!("is not there; {DEFINITION} names it"),
                });
            }
            if let Some(when) = &wanted.when
                && !variables.iter().any(|variable| variable.name == *when)
            {
                return Err(wrong(format!("when = {when:?} is no variable")));
            }
        }
        Ok(Self {
            name: name.to_owned(),
            title: document.title,
            about: document.about,
            accepts: document.accepts,
            reload: document.reload,
            takes: document.takes,
            refusals: document.refuse,
            variables,
            files: document.file,
            templates,
        })
    }
}

fn read_variable(variable: DocumentVariable) -> Result<Variable, String> {
    let DocumentVariable {
        name,
        about,
        kind,
        list,
        choices,
        optional,
        default,
        root_only,
    } = variable;
    let plain =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    if name.is_empty() || !name.chars().all(plain) {
        return Err(format!(
            "{name:?} is no name of a variable: write small letters, digits and _"
        ));
    }
    if RESERVED.contains(&name.as_str()) {
        return Err(format!(
            "{name} is filled by certmint; call the variable otherwise"
        ));
    }
    if (kind == VariableKind::Choice) == choices.is_empty() {
        return Err(format!("{name}: a choice, and only a choice, has choices"));
    }
    if root_only.is_some() && kind != VariableKind::Authority {
        return Err(format!("{name}: root_only is for the kind authority"));
    }
    let need = match (default, optional) {
        (Some(_), true) => {
            return Err(format!(
                "{name} has a default and is optional: leave one out"
            ));
        }
        (Some(default), false) => Need::Default(texts(&name, &default)?),
        (None, true) => Need::Optional,
        (None, false) => Need::Required,
    };
    if let Need::Default(values) = &need {
        if !list && values.len() != 1 {
            return Err(format!("{name} is no list: its default is one value"));
        }
        for value in values {
            kind.read(value, &choices)
                .map_err(|reason| format!("the default of {name}, {value:?}: {reason}"))?;
        }
    }
    Ok(Variable {
        name,
        about,
        kind,
        list,
        choices,
        need,
        root_only,
    })
}

/// Values as they would be typed.
fn texts(name: &str, value: &toml::Value) -> Result<Vec<String>, String> {
    match value {
        toml::Value::String(text) => Ok(vec![text.clone()]),
        toml::Value::Integer(number) => Ok(vec![number.to_string()]),
        toml::Value::Boolean(truth) => Ok(vec![truth.to_string()]),
        toml::Value::Array(values) => {
            let values: Result<Vec<_>, _> = values.iter().map(|value| texts(name, value)).collect();
            Ok(values?.concat())
        }
        _ => Err(format!(
            "the default of {name} is a text, a number, true, false or an array"
        )),
    }
}
