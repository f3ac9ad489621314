//! Which key, request and certificate belong together.

use std::collections::HashMap;

use super::Description;

/// Another object with the same key.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Partner {
    /// What it is: `certificate`, `private key` …
    pub kind: String,
    /// Where it is, as the caller named it.
    pub place: String,
}

/// For each of the objects, the others of another kind that have the same public key.
///
/// Objects come with a name for the place where they are, such as a file name.
pub fn partners(objects: &[(String, &Description)]) -> Vec<Vec<Partner>> {
    let mut by_key: HashMap<(String, &[u8]), Vec<usize>> = HashMap::new();
    let key = |description: &'_ Description| {
        description
            .public_key()
            .map(|key| key.algorithm().to_string())
    };
    for (position, (_, description)) in objects.iter().enumerate() {
        if let (Some(algorithm), Some(public_key)) = (key(description), description.public_key()) {
            by_key
                .entry((algorithm, public_key.key_bits()))
                .or_default()
                .push(position);
        }
    }
    objects
        .iter()
        .map(|(_, description)| {
            let (Some(algorithm), Some(public_key)) = (key(description), description.public_key())
            else {
                return Vec::new();
            };
            let same = by_key.get(&(algorithm, public_key.key_bits()));
            let others = same
                .into_iter()
                .flatten()
                .filter_map(|other| objects.get(*other));
            others
                .filter(|(_, other)| other.kind() != description.kind())
                .take(MAX_PARTNERS)
                .map(|(place, other)| Partner {
                    kind: other.kind().to_owned(),
                    place: place.clone(),
                })
                .collect()
        })
        .collect()
}

/// Nobody reads more, and a file of ten thousand copies must not make a million lines.
const MAX_PARTNERS: usize = 16;
