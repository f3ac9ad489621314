//! What a target does not do, told before a file is written.

use std::collections::BTreeMap;

use minijinja::{Environment, Error, Value};
use serde::Deserialize;

use super::{
    definition::Target, error::TargetError, language::Language, render::told, stock::Purpose,
};

/// A case that a target refuses, as `[[refuse]]` of its `target.toml` has it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Refusal {
    /// An expression over the variables of templates: where it is true, nothing is rendered.
    when: String,
    /// What is wrong, itself a template of plain text.
    what: String,
    /// What to do instead.
    remedy: String,
}

/// For whom a certificate has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Takes {
    /// Whoever is connected to: a certificate for clients alone is refused.
    Server,
}

impl Target {
    /// Refuses a certificate that this target is no place for.
    pub(super) fn refuse_purpose(&self, name: &str, purpose: Purpose) -> Result<(), TargetError> {
        match (self.takes, purpose) {
            (Some(Takes::Server), Purpose::Client) => Err(TargetError::ClientOnly {
                target: self.name.clone(),
                name: name.to_owned(),
            }),
            _ => Ok(()),
        }
    }

    /// Refuses what the target says that it does not do.
    pub(super) fn refuse_cases(&self, values: &BTreeMap<String, Value>) -> Result<(), TargetError> {
        let environment = self
            .environment(Language::Text)
            .map_err(|fault| self.fault(&fault, "target.toml"))?;
        for refusal in &self.refusals {
            let faulty = |key: &str, text: &str, fault: &Error| {
                let reason = format!("{key} = {text:?}: {}", told(fault, text));
                self.wrong("target.toml", reason)
            };
            let applies = refusal
                .applies(&environment, values)
                .map_err(|fault| faulty("when", &refusal.when, &fault))?;
            if applies {
                let what = environment
                    .render_str(&refusal.what, values)
                    .map_err(|fault| faulty("what", &refusal.what, &fault))?;
                return Err(TargetError::Refused {
                    target: self.name.clone(),
                    what,
                    remedy: refusal.remedy.clone(),
                });
            }
        }
        Ok(())
    }
}

impl Refusal {
    fn applies(
        &self,
        environment: &Environment<'_>,
        values: &BTreeMap<String, Value>,
    ) -> Result<bool, Error> {
        Ok(environment
            .compile_expression(&self.when)?
            .eval(values)?
            .is_true())
    }
}
