//! Certificate policies: the valid policy graph of RFC 9618 (which replaces the tree of RFC 5280
//! §6.1, whose size a hostile path can make exponential).

use std::collections::{BTreeMap, BTreeSet};

use super::certificate::PolicyExtensions;
use super::request::PolicyInputs;

/// anyPolicy (RFC 5280 §4.2.1.4).
pub(super) const ANY_POLICY: &str = "2.5.29.32.0";

/// A policy at one depth of the path.
#[derive(Debug, Clone, Default)]
struct Node {
    /// expected_policy_set.
    expected: BTreeSet<String>,
    /// valid_policy of its parents, one depth above.
    parents: BTreeSet<String>,
}

/// The nodes of one depth by their valid_policy.
type Level = BTreeMap<String, Node>;

/// The state variables of RFC 5280 §6.1.2 (a), (d), (e), (f), and the rules that change them.
#[derive(Debug)]
pub(super) struct PolicyState {
    /// The graph by depth; depth 0 is the trust anchor. `None`: the graph is NULL.
    levels: Option<Vec<Level>>,
    explicit_policy: usize,
    policy_mapping: usize,
    inhibit_any_policy: usize,
}

/// Where a certificate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) is_final: bool,
    pub(super) is_self_issued: bool,
}

impl PolicyState {
    /// The state before the first of `certificates` certificates (RFC 5280 §6.1.2).
    pub(super) fn initial(inputs: &PolicyInputs, certificates: usize) -> Self {
        let unless = |is_set: bool| if is_set { 0 } else { certificates + 1 };
        let root = Node {
            expected: BTreeSet::from([ANY_POLICY.to_owned()]),
            parents: BTreeSet::new(),
        };
        Self {
            levels: Some(vec![Level::from([(ANY_POLICY.to_owned(), root)])]),
            explicit_policy: unless(inputs.require_explicit_policy),
            policy_mapping: unless(inputs.inhibit_policy_mapping),
            inhibit_any_policy: unless(inputs.inhibit_any_policy),
        }
    }

    /// §6.1.3 (d), (e), (f): takes in a certificate's policies. `Err` when an explicit policy is
    /// required here and none is left.
    pub(super) fn take_policies(
        &mut self,
        extensions: &PolicyExtensions,
        position: Position,
    ) -> Result<(), ()> {
        match (&extensions.policies, &mut self.levels) {
            (Some(policies), Some(levels)) => {
                let any_counts =
                    self.inhibit_any_policy > 0 || (!position.is_final && position.is_self_issued);
                let above = levels.last().cloned().unwrap_or_default();
                let level = next_level(&above, policies, any_counts);
                if level.is_empty() {
                    self.levels = None;
                } else {
                    levels.push(level);
                }
            }
            _ => self.levels = None,
        }
        if self.explicit_policy > 0 || self.levels.is_some() {
            Ok(())
        } else {
            Err(())
        }
    }

    /// §6.1.4 (a), (b), (h), (i), (j): prepares for the certificate below a CA. `Err` when the CA
    /// maps to or from anyPolicy.
    pub(super) fn prepare_for_next(
        &mut self,
        extensions: &PolicyExtensions,
        position: Position,
    ) -> Result<(), ()> {
        let maps_any = extensions
            .mappings
            .iter()
            .any(|(issuer, subject)| issuer == ANY_POLICY || subject == ANY_POLICY);
        self.apply_mappings(&extensions.mappings);
        if !position.is_self_issued {
            self.explicit_policy = self.explicit_policy.saturating_sub(1);
            self.policy_mapping = self.policy_mapping.saturating_sub(1);
            self.inhibit_any_policy = self.inhibit_any_policy.saturating_sub(1);
        }
        lower(&mut self.explicit_policy, extensions.require_explicit);
        lower(&mut self.policy_mapping, extensions.inhibit_mapping);
        lower(&mut self.inhibit_any_policy, extensions.inhibit_any);
        if maps_any { Err(()) } else { Ok(()) }
    }

    fn apply_mappings(&mut self, mappings: &[(String, String)]) {
        let Some(levels) = &mut self.levels else {
            return;
        };
        let mut targets: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for (issuer, subject) in mappings {
            if issuer != ANY_POLICY && subject != ANY_POLICY {
                targets.entry(issuer).or_default().insert(subject.clone());
            }
        }
        let Some(level) = levels.last_mut() else {
            return;
        };
        if self.policy_mapping == 0 {
            for issuer in targets.keys() {
                level.remove(*issuer);
            }
            if level.is_empty() {
                self.levels = None;
            }
            return;
        }
        let parents_of_any = level.get(ANY_POLICY).map(|any| any.parents.clone());
        for (issuer, expected) in targets {
            if let Some(node) = level.get_mut(issuer) {
                node.expected = expected;
            } else if let Some(parents) = &parents_of_any {
                level.insert(
                    issuer.to_owned(),
                    Node {
                        expected,
                        parents: parents.clone(),
                    },
                );
            }
        }
    }

    /// §6.1.5 (a), (b), (g): the user-constrained policy set of the whole path. `Err` when an
    /// explicit policy is required and the set is empty.
    pub(super) fn finish(
        &mut self,
        extensions: &PolicyExtensions,
        inputs: &PolicyInputs,
    ) -> Result<Vec<String>, ()> {
        self.explicit_policy = self.explicit_policy.saturating_sub(1);
        if extensions.require_explicit == Some(0) {
            self.explicit_policy = 0;
        }
        let granted = self.authority_constrained();
        let wanted = &inputs.initial_policies;
        let user_constrained: Vec<String> =
            if wanted.is_empty() || wanted.iter().any(|policy| policy == ANY_POLICY) {
                granted.into_iter().collect()
            } else if granted.contains(ANY_POLICY) {
                wanted.clone()
            } else {
                wanted
                    .iter()
                    .filter(|policy| granted.contains(*policy))
                    .cloned()
                    .collect()
            };
        if self.explicit_policy > 0 || !user_constrained.is_empty() {
            Ok(user_constrained)
        } else {
            Err(())
        }
    }

    /// The policies in the terms of the trust anchor: those of nodes directly below anyPolicy from
    /// which the last depth is reached, and anyPolicy if it reaches the last depth itself.
    fn authority_constrained(&self) -> BTreeSet<String> {
        let mut granted = BTreeSet::new();
        let Some(levels) = &self.levels else {
            return granted;
        };
        let mut reaching: BTreeSet<&str> = BTreeSet::new();
        for (depth, level) in levels.iter().enumerate().skip(1).rev() {
            let is_last = depth + 1 == levels.len();
            let mut above = BTreeSet::new();
            for (policy, node) in level {
                if !is_last && !reaching.contains(policy.as_str()) {
                    continue;
                }
                if node.parents.contains(ANY_POLICY) && (policy != ANY_POLICY || is_last) {
                    granted.insert(policy.clone());
                }
                above.extend(node.parents.iter().map(String::as_str));
            }
            reaching = above;
        }
        granted
    }
}

/// §6.1.3 (d) in its RFC 9618 form.
fn next_level(above: &Level, policies: &[String], any_counts: bool) -> Level {
    // Which nodes above expect which policy, so that a level costs no more than its size.
    let mut expecting: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (policy, node) in above {
        for expected in &node.expected {
            expecting
                .entry(expected)
                .or_default()
                .insert(policy.clone());
        }
    }
    let mut level = Level::new();
    for policy in policies.iter().filter(|policy| *policy != ANY_POLICY) {
        let parents = match expecting.get(policy.as_str()) {
            Some(parents) => parents.clone(),
            None if above.contains_key(ANY_POLICY) => BTreeSet::from([ANY_POLICY.to_owned()]),
            None => continue,
        };
        let expected = BTreeSet::from([policy.clone()]);
        level.insert(policy.clone(), Node { expected, parents });
    }
    if any_counts && policies.iter().any(|policy| policy == ANY_POLICY) {
        for (policy, parents) in expecting {
            let expected = BTreeSet::from([policy.to_owned()]);
            level
                .entry(policy.to_owned())
                .or_insert(Node { expected, parents });
        }
    }
    level
}

fn lower(counter: &mut usize, constraint: Option<u32>) {
    if let Some(constraint) = constraint {
        *counter = (*counter).min(usize::try_from(constraint).unwrap_or(usize::MAX));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIDDLE: Position = Position {
        is_final: false,
        is_self_issued: false,
    };

    fn with(policies: &[&str], mappings: &[(&str, &str)]) -> PolicyExtensions {
        PolicyExtensions {
            policies: Some(policies.iter().map(|p| (*p).to_owned()).collect()),
            mappings: mappings
                .iter()
                .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
                .collect(),
            ..PolicyExtensions::default()
        }
    }

    /// RFC 9618 §3: n policies, each mapped to all, at each of d depths make n^d nodes in a tree.
    #[test]
    fn mappings_of_all_to_all_stay_small() {
        let names: Vec<String> = (0..50).map(|n| format!("1.2.{n}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let pairs: Vec<(&str, &str)> = names
            .iter()
            .flat_map(|a| names.iter().map(move |b| (*a, *b)))
            .collect();
        let inputs = PolicyInputs {
            require_explicit_policy: true,
            ..PolicyInputs::default()
        };
        let extensions = with(&names, &pairs);
        let mut state = PolicyState::initial(&inputs, 12);
        for _ in 0..12 {
            state.take_policies(&extensions, MIDDLE).unwrap();
            state.prepare_for_next(&extensions, MIDDLE).unwrap();
        }
        assert!(
            state
                .levels
                .as_ref()
                .unwrap()
                .iter()
                .all(|level| level.len() <= 50)
        );
        assert_eq!(state.finish(&extensions, &inputs).unwrap().len(), 50);
    }
}
