//! Why a target cannot be had or rendered.

use std::path::PathBuf;

/// What the targets refuse.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// No target has that name.
    #[error("there is no target {name:?}")]
    Unknown {
        /// The name that was asked for.
        name: String,
        /// The name that was probably meant.
        nearest: Option<String>,
    },
    /// A definition that cannot be used.
    #[error("{file}: {reason}")]
    Definition {
        /// The file, with the line where one is known.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// A template that does not work.
    #[error("{file}: {reason}")]
    Template {
        /// The file, with the line where one is known.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// A variable that the target does not have.
    #[error("{target} has no variable {name:?}")]
    NoVariable {
        /// The target.
        target: String,
        /// The variable.
        name: String,
        /// The variable that was probably meant.
        nearest: Option<String>,
    },
    /// A value that a variable cannot have.
    #[error("{variable} = {value:?}: {reason}")]
    Value {
        /// The variable.
        variable: String,
        /// Its value.
        value: String,
        /// What it has to be.
        reason: String,
    },
    /// Variables without a value.
    #[error("{target} needs {}", names(missing))]
    Missing {
        /// The target.
        target: String,
        /// Each variable without a value, and what it is.
        missing: Vec<(String, String)>,
    },
    /// Something that the PKI does not have.
    #[error("{variable}: {reason}")]
    NotInStock {
        /// The variable that names it.
        variable: String,
        /// What is missing.
        reason: String,
    },
    /// A CA below another where the server tells apart roots alone.
    #[error("{variable} = {name:?}: it is below a root, and {reason}")]
    NoRoot {
        /// The variable that names it.
        variable: String,
        /// The CA.
        name: String,
        /// Why it has to be a root.
        reason: String,
    },
    /// A certificate for clients where a server needs one.
    #[error("{target} is a server, and {name} is for clients only: who connects would refuse it")]
    ClientOnly {
        /// The target.
        target: String,
        /// The certificate.
        name: String,
    },
    /// What the target says that it does not do.
    #[error("{target}: {what}")]
    Refused {
        /// The target.
        target: String,
        /// What is wrong.
        what: String,
        /// What to do instead.
        remedy: String,
    },
    /// A file that cannot be read.
    #[error("cannot read {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
}

impl TargetError {
    /// What to do instead.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Unknown {
                nearest: Some(near),
                ..
            } => Some(format!("did you mean {near}?")),
            Self::Unknown { .. } => Some("'certmint target list' shows them".to_owned()),
            Self::NoVariable {
                nearest: Some(near),
                ..
            } => Some(format!("did you mean {near}?")),
            Self::NoVariable { target, .. } => {
                Some(format!("'certmint target show {target}' lists them"))
            }
            Self::NoRoot { .. } => Some(
                "give clients a root CA of their own ('certmint ca init NAME'), or put a server in \
                 front that tells its clients from others, such as haproxy"
                    .to_owned(),
            ),
            Self::ClientOnly { .. } => Some(
                "issue one for servers: 'certmint issue server NAME', or 'certmint issue peer NAME' \
                 for both"
                    .to_owned(),
            ),
            Self::Refused { remedy, .. } => Some(remedy.clone()),
            Self::Missing { missing, .. } => {
                let settings: Vec<String> = missing
                    .iter()
                    .map(|(name, about)| match name.as_str() {
                        "here" => format!("--here=… ({about})"),
                        name => format!("--set {name}=… ({about})"),
                    })
                    .collect();
                Some(format!("add {}", settings.join(", ")))
            }
            _ => None,
        }
    }
}

fn names(missing: &[(String, String)]) -> String {
    let names: Vec<&str> = missing.iter().map(|(name, _)| name.as_str()).collect();
    names.join(", ")
}
