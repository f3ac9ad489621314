//! Files of the PKI, and which of them a configuration names.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use minijinja::{
    Value,
    value::{Enumerator, Object},
};
use zeroize::Zeroizing;

/// A file of the PKI.
pub(super) struct PkiFile {
    /// Where it is on the destination.
    pub(super) path: String,
    /// What is in it, in one line.
    pub(super) about: String,
    /// Its content, wiped because it may be a private key; nothing where that is not here.
    pub(super) content: Option<Zeroizing<String>>,
    /// Whether it is a private key.
    pub(super) secret: bool,
}

/// What templates have asked for.
#[derive(Clone, Default)]
pub(super) struct Asked(Arc<Mutex<Requests>>);

#[derive(Default)]
struct Requests {
    files: Vec<Arc<PkiFile>>,
    keys_not_here: Vec<String>,
}

impl Asked {
    /// Each file once, in the order in which they were asked for first.
    pub(super) fn files(&self) -> Vec<Arc<PkiFile>> {
        let mut files: Vec<Arc<PkiFile>> = Vec::new();
        for file in &self.requests().files {
            let is_there = files
                .iter()
                .any(|other| other.path == file.path && other.content == file.content);
            if !is_there {
                files.push(Arc::clone(file));
            }
        }
        files
    }

    /// A certificate whose private key was wanted and is not here.
    pub(super) fn key_not_here(&self) -> Option<String> {
        self.requests().keys_not_here.first().cloned()
    }

    fn requests(&self) -> MutexGuard<'_, Requests> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The fact that is a private key.
pub(super) const KEY: &str = "key_pem";

/// A certificate or a CA as templates see it: facts, and files whose paths are noted when they are
/// asked for.
pub(super) struct WithFiles {
    facts: BTreeMap<&'static str, Value>,
    files: BTreeMap<&'static str, Arc<PkiFile>>,
    asked: Asked,
}

impl WithFiles {
    pub(super) fn new(asked: &Asked) -> Self {
        Self {
            facts: BTreeMap::new(),
            files: BTreeMap::new(),
            asked: asked.clone(),
        }
    }

    pub(super) fn fact(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.facts.insert(name, value.into());
        self
    }

    pub(super) fn file(mut self, name: &'static str, file: PkiFile) -> Self {
        self.files.insert(name, Arc::new(file));
        self
    }

    pub(super) fn into_value(self) -> Value {
        Value::from_object(self)
    }
}

impl Object for WithFiles {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        if let Some(file) = self.files.get(name) {
            self.asked.requests().files.push(Arc::clone(file));
            return Some(Value::from(file.path.clone()));
        }
        let fact = self.facts.get(name).cloned();
        if fact.is_none() && name == KEY {
            let of = self.facts.get("name").map(ToString::to_string);
            self.asked.requests().keys_not_here.extend(of);
        }
        fact
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let names = self.facts.keys().chain(self.files.keys());
        Enumerator::Values(names.map(|name| Value::from(*name)).collect())
    }
}

impl fmt::Debug for WithFiles {
    /// The names alone: a private key can be among the values.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_set()
            .entries(self.facts.keys())
            .entries(self.files.keys())
            .finish()
    }
}
