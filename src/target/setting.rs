//! What was set, checked against what a target declares.

use std::collections::BTreeMap;

use minijinja::Value;

use super::{
    definition::{Need, Target, Variable},
    error::TargetError,
    kind::VariableKind,
};
use crate::formats::nearest;

/// What was set as it was written: values by variables.
pub type Written = BTreeMap<String, Vec<String>>;

/// A value for each variable of a target.
#[derive(Clone, Debug)]
pub struct Settings {
    pub(super) values: BTreeMap<String, Value>,
    /// The CAs that are wanted: variable, name, whether it is one of a list.
    pub(super) authorities: Vec<(String, String)>,
    /// The certificates that are wanted.
    pub(super) certificates: Vec<(String, String)>,
}

impl Target {
    /// Checks what was set, and adds the defaults.
    ///
    /// # Errors
    /// [`TargetError::NoVariable`], [`TargetError::Value`], and [`TargetError::Missing`] with every
    /// variable that has no value.
    pub fn settings(&self, written: &Written) -> Result<Settings, TargetError> {
        for name in written.keys() {
            self.declared(name)?;
        }
        let mut settings = Settings {
            values: BTreeMap::new(),
            authorities: Vec::new(),
            certificates: Vec::new(),
        };
        let mut missing = Vec::new();
        for variable in &self.variables {
            let values = match (written.get(&variable.name), &variable.need) {
                (Some(written), _) => variable.split(written)?,
                (None, Need::Default(values)) => values.clone(),
                (None, Need::Optional) => Vec::new(),
                (None, Need::Required) => {
                    missing.push((variable.name.clone(), variable.about.clone()));
                    continue;
                }
            };
            settings.take(variable, &values)?;
        }
        if missing.is_empty() {
            Ok(settings)
        } else {
            Err(TargetError::Missing {
                target: self.name.clone(),
                missing,
            })
        }
    }

    /// The variable of that name.
    ///
    /// # Errors
    /// [`TargetError::NoVariable`].
    pub fn declared(&self, name: &str) -> Result<&Variable, TargetError> {
        let known = || self.variables.iter().map(|variable| variable.name.as_str());
        self.variables
            .iter()
            .find(|variable| variable.name == name)
            .ok_or_else(|| TargetError::NoVariable {
                target: self.name.clone(),
                name: name.to_owned(),
                nearest: nearest(name, known()).map(str::to_owned),
            })
    }
}

impl Variable {
    /// The single values of what was written.
    ///
    /// # Errors
    /// [`TargetError::Value`] for several values of what is no list, and for a value of the wrong
    /// kind.
    pub fn split(&self, written: &[String]) -> Result<Vec<String>, TargetError> {
        let values: Vec<String> = if self.list && self.kind.has_no_commas() {
            let parts = written.iter().flat_map(|text| text.split(','));
            parts.map(|part| part.trim().to_owned()).collect()
        } else {
            written.to_vec()
        };
        if !self.list && values.len() > 1 {
            return Err(self.refused(&values.join(", "), "it has one value".to_owned()));
        }
        for value in &values {
            self.kind
                .read(value, &self.choices)
                .map_err(|reason| self.refused(value, reason))?;
        }
        Ok(values)
    }

    fn refused(&self, value: &str, reason: String) -> TargetError {
        TargetError::Value {
            variable: self.name.clone(),
            value: value.to_owned(),
            reason,
        }
    }
}

impl Settings {
    fn take(&mut self, variable: &Variable, values: &[String]) -> Result<(), TargetError> {
        let wanted = match variable.kind {
            VariableKind::Authority => Some(&mut self.authorities),
            VariableKind::Certificate => Some(&mut self.certificates),
            _ => None,
        };
        if let Some(wanted) = wanted {
            wanted.extend(
                values
                    .iter()
                    .map(|value| (variable.name.clone(), value.clone())),
            );
        }
        let mut read = values
            .iter()
            .map(|value| {
                variable
                    .kind
                    .read(value, &variable.choices)
                    .map_err(|reason| variable.refused(value, reason))
            })
            .collect::<Result<Vec<Value>, _>>()?;
        let value = if variable.list {
            Value::from(read)
        } else {
            read.pop().unwrap_or(Value::from(()))
        };
        self.values.insert(variable.name.clone(), value);
        Ok(())
    }

    /// The CAs that are named, each with the variable that names it; `@root` and `@issuer` are those
    /// above the certificate.
    pub fn authorities(&self) -> &[(String, String)] {
        &self.authorities
    }

    /// Whether a variable has a value other than false.
    pub(super) fn holds(&self, name: &str) -> bool {
        self.values.get(name).is_some_and(Value::is_true)
    }
}
