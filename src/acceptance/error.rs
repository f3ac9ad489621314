//! A word that names no destination.

/// No destination is called so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no rules are known for {word:?}{}", near.map(|near| format!("; did you mean {near:?}?")).unwrap_or_default())]
pub struct UnknownDestination {
    /// The word.
    pub word: String,
    /// The name that is most like it.
    pub near: Option<&'static str>,
}
