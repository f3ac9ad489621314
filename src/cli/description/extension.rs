//! Extensions as text.

use super::sheet::{Sheet, Tone};
use crate::inspect::{
    AuthorityKeyIdentifierDescription, DistributionPointDescription, ExtensionDescription,
    ExtensionValue, GeneralNameDescription, IssuingDistributionPointDescription,
    NameConstraintsDescription, PolicyDescription,
};

pub(super) fn extension(sheet: &mut Sheet<'_>, one: &ExtensionDescription) {
    let mark = if one.critical { "critical" } else { "" };
    let tone = match one.value {
        ExtensionValue::Malformed { .. } => Tone::Bad,
        _ => Tone::Plain,
    };
    sheet.extension(one.title(), mark, &lines(&one.value), tone);
}

/// What an extension says, a line for each thing.
pub(super) fn lines(value: &ExtensionValue) -> Vec<String> {
    match value {
        ExtensionValue::Names(names) => titles(names),
        ExtensionValue::Usages(usages) => vec![usages.join(", ")],
        ExtensionValue::BasicConstraints {
            ca: false,
            path_length: None,
        } => {
            vec!["CA:FALSE".to_owned()]
        }
        ExtensionValue::BasicConstraints { ca, path_length } => {
            let ca = if *ca { "CA:TRUE" } else { "CA:FALSE" };
            let length = path_length.as_deref().unwrap_or("unlimited");
            vec![format!("{ca}, path length {length}")]
        }
        ExtensionValue::NameConstraints(constraints) => name_constraints(constraints),
        ExtensionValue::Identifier(identifier) => vec![identifier.clone()],
        ExtensionValue::AuthorityKeyIdentifier(identifier) => authority(identifier),
        ExtensionValue::DistributionPoints(points) => {
            points.iter().flat_map(distribution_point).collect()
        }
        ExtensionValue::IssuingDistributionPoint(point) => issuing_distribution_point(point),
        ExtensionValue::Access(descriptions) => descriptions
            .iter()
            .map(|description| format!("{}: {}", description.method, description.location.title()))
            .collect(),
        ExtensionValue::Policies(policies) => policies.iter().flat_map(policy).collect(),
        ExtensionValue::PolicyMappings(mappings) => mappings
            .iter()
            .map(|pair| {
                format!(
                    "{} is {}",
                    pair.issuer_domain_policy, pair.subject_domain_policy
                )
            })
            .collect(),
        ExtensionValue::PolicyConstraints {
            require_explicit_policy,
            inhibit_policy_mapping,
        } => {
            let after = |what: &str, skip: &Option<String>| {
                skip.as_ref()
                    .map(|skip| format!("{what} after {skip} certificates"))
            };
            let required = after("a policy is required", require_explicit_policy);
            let inhibited = after("no policy mapping", inhibit_policy_mapping);
            required.into_iter().chain(inhibited).collect()
        }
        ExtensionValue::Number(text) | ExtensionValue::Text(text) => vec![text.clone()],
        ExtensionValue::Timestamps { count } => vec![format!("{count} timestamps of logs")],
        ExtensionValue::Template {
            template,
            major,
            minor,
        } => {
            let version = [major, minor]
                .into_iter()
                .flatten()
                .cloned()
                .collect::<Vec<_>>();
            vec![format!("{template}, version {}", version.join("."))]
        }
        ExtensionValue::Period {
            not_before,
            not_after,
        } => {
            let open = "open";
            vec![format!(
                "{} to {}",
                not_before.as_deref().unwrap_or(open),
                not_after.as_deref().unwrap_or(open)
            )]
        }
        ExtensionValue::Present => vec!["present".to_owned()],
        ExtensionValue::Unknown { hex, text } => {
            let hex = cut(hex);
            text.iter()
                .map(|text| format!("{text:?}"))
                .chain([hex])
                .collect()
        }
        ExtensionValue::Malformed { malformed, hex } => vec![malformed.clone(), cut(hex)],
    }
}

/// Octets are shown as far as they fit on a line; `--json` has all of them.
fn cut(hex: &str) -> String {
    const SHOWN: usize = 64;
    match hex.get(..SHOWN) {
        Some(head) if hex.len() > SHOWN => format!("{head}… ({} octets)", hex.len() / 2),
        _ => hex.to_owned(),
    }
}

fn titles(names: &[GeneralNameDescription]) -> Vec<String> {
    names.iter().map(GeneralNameDescription::title).collect()
}

fn name_constraints(constraints: &NameConstraintsDescription) -> Vec<String> {
    let permitted = constraints
        .permitted
        .iter()
        .map(|name| format!("permitted {}", name.title()));
    let excluded = constraints
        .excluded
        .iter()
        .map(|name| format!("excluded {}", name.title()));
    permitted.chain(excluded).collect()
}

fn authority(identifier: &AuthorityKeyIdentifierDescription) -> Vec<String> {
    let key = identifier.key_identifier.iter().cloned();
    let issuer = identifier
        .issuer
        .iter()
        .map(|name| format!("issuer {}", name.title()));
    let serial = identifier
        .serial
        .iter()
        .map(|serial| format!("serial {serial}"));
    key.chain(issuer).chain(serial).collect()
}

fn distribution_point(point: &DistributionPointDescription) -> Vec<String> {
    let mut lines = titles(&point.names);
    lines.extend(
        point
            .relative_name
            .iter()
            .map(|name| format!("relative to the issuer: {name}")),
    );
    if !point.reasons.is_empty() {
        lines.push(format!("only for {}", point.reasons.join(", ")));
    }
    lines.extend(
        point
            .crl_issuer
            .iter()
            .map(|name| format!("signed by {}", name.title())),
    );
    lines
}

fn issuing_distribution_point(point: &IssuingDistributionPointDescription) -> Vec<String> {
    let mut lines = titles(&point.names);
    lines.extend(
        point
            .relative_name
            .iter()
            .map(|name| format!("relative to the issuer: {name}")),
    );
    let flags = [
        (point.only_user_certificates, "only end entities"),
        (point.only_ca_certificates, "only CAs"),
        (
            point.only_attribute_certificates,
            "only attribute certificates",
        ),
        (
            point.indirect,
            "certificates of other issuers too (indirect)",
        ),
    ];
    lines.extend(
        flags
            .iter()
            .filter(|(is_set, _)| *is_set)
            .map(|(_, text)| (*text).to_owned()),
    );
    if !point.only_reasons.is_empty() {
        lines.push(format!("only for {}", point.only_reasons.join(", ")));
    }
    lines
}

fn policy(policy: &PolicyDescription) -> Vec<String> {
    let name = policy
        .name
        .map(|name| format!(" ({name})"))
        .unwrap_or_default();
    let head = format!("{}{name}", policy.oid);
    let qualifiers = policy
        .qualifiers
        .iter()
        .map(|qualifier| format!("{}: {}", qualifier.kind, qualifier.text));
    std::iter::once(head).chain(qualifiers).collect()
}
