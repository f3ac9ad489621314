//! Deciding every extension of a certificate.

use super::{
    AlternativeNames, Application, Decision, OperatorExtension, Outcome, Profile, Refusal,
};
use crate::x509::{
    BasicConstraints, ExtendedKeyUsage, Extension, GeneralName, KeyIdentifier, KeyUsage, San,
    X509Error, oid, subject_key_identifier,
};

/// The extensions in the order in which they are written, and what became of those asked for.
pub(super) struct Decided {
    pub(super) extensions: Vec<Extension>,
    pub(super) decisions: Vec<Decision>,
}

/// Decides them all; what makes the whole application impossible goes to `refusals`.
pub(super) fn decide(
    application: &Application,
    identifier: &KeyIdentifier,
    refusals: &mut Vec<Refusal>,
) -> Decided {
    let mut decided = Decided {
        extensions: Vec::new(),
        decisions: Vec::new(),
    };
    refuse_ca_making(application, refusals);
    match own(application, identifier) {
        Ok(extensions) => decided.extensions = extensions,
        Err(error) => refusals.push(Refusal::BadExtension {
            reason: error.to_string(),
        }),
    }
    for wanted in &application.operator {
        if wanted.extension.oid != oid::SUBJECT_ALT_NAME
            || application.alternative_names == AlternativeNames::AsRequested
        {
            put(&mut decided.extensions, wanted.extension.clone());
        }
    }
    decide_names(application, &mut decided.extensions, refusals);
    for requested in &application.requested {
        let outcome = decide_requested(application, requested, &mut decided.extensions, refusals);
        decided.decisions.push(Decision::new(requested, outcome));
    }
    decided
}

/// What the profile itself writes; the names come later.
fn own(application: &Application, identifier: &KeyIdentifier) -> Result<Vec<Extension>, X509Error> {
    let profile = &application.profile;
    let algorithm = application.key.public_key().algorithm();
    let mut extensions = vec![
        Extension::basic_constraints(profile.basic_constraints())?,
        Extension::key_usage(profile.key_usage(algorithm))?,
    ];
    match profile {
        Profile::Leaf(leaf) => {
            extensions.push(Extension::extended_key_usage(&leaf.extended_key_usage())?)
        }
        Profile::Ca(ca) => {
            if let Some(constraints) = &ca.name_constraints {
                extensions.push(Extension::name_constraints(constraints)?);
            }
        }
    }
    extensions.push(Extension::subject_key_identifier(identifier)?);
    Ok(extensions)
}

/// In the place of one with the same identifier, else at the end.
fn put(extensions: &mut Vec<Extension>, extension: Extension) {
    match extensions
        .iter_mut()
        .find(|known| known.oid == extension.oid)
    {
        Some(known) => *known = extension,
        None => extensions.push(extension),
    }
}

/// A leaf that says `CA:TRUE` or keyCertSign is a CA, whoever asks for it.
fn refuse_ca_making(application: &Application, refusals: &mut Vec<Refusal>) {
    let Profile::Leaf(_) = application.profile else {
        return;
    };
    let requested = application
        .requested
        .iter()
        .map(|extension| (extension, "the request's".to_owned()));
    let operator = application.operator.iter().map(
        |OperatorExtension {
             extension,
             location,
         }| (extension, format!("{location}:")),
    );
    for (extension, place) in requested.chain(operator) {
        let makes_ca = match extension.oid {
            oid::BASIC_CONSTRAINTS => extension
                .read_basic_constraints()
                .map(|constraints| constraints != BasicConstraints::EndEntity),
            oid::KEY_USAGE => KeyUsage::from_extension(extension)
                .map(|usage| usage.contains(KeyUsage::KEY_CERT_SIGN)),
            _ => Ok(false),
        };
        match makes_ca {
            Ok(false) => {}
            Ok(true) => refusals.push(Refusal::MakesCa {
                because: format!("{place} {}", described(extension)),
            }),
            Err(error) => refusals.push(Refusal::BadExtension {
                reason: format!("{place} {}: {error}", extension.name()),
            }),
        }
    }
}

/// The subject alternative names: given ones, else the operator's section, else the request's own
/// bytes.
fn decide_names(
    application: &Application,
    extensions: &mut Vec<Extension>,
    refusals: &mut Vec<Refusal>,
) {
    let subject = &application.subject;
    let requested = application
        .requested
        .iter()
        .find(|extension| extension.oid == oid::SUBJECT_ALT_NAME);
    match &application.alternative_names {
        AlternativeNames::Given(names) => match Extension::subject_alt_name(names, subject) {
            Ok(extension) => put(extensions, extension),
            Err(error) => refusals.push(Refusal::BadName {
                reason: error.to_string(),
            }),
        },
        AlternativeNames::AsRequested => {
            if !extensions
                .iter()
                .any(|extension| extension.oid == oid::SUBJECT_ALT_NAME)
                && let Some(requested) = requested
            {
                put(extensions, requested.clone());
            }
        }
    }
    let names = match extensions
        .iter_mut()
        .find(|extension| extension.oid == oid::SUBJECT_ALT_NAME)
    {
        None => Vec::new(),
        Some(extension) => {
            // RFC 5280 §4.2.1.6: critical when there is no subject to fall back on.
            extension.critical |= subject.is_empty();
            GeneralName::read_all(&extension.value).unwrap_or_else(|error| {
                refusals.push(Refusal::BadName {
                    reason: error.to_string(),
                });
                Vec::new()
            })
        }
    };
    for name in &names {
        let checked = matches!(
            name,
            GeneralName::Dns(_)
                | GeneralName::Email(_)
                | GeneralName::Uri(_)
                | GeneralName::Unknown { .. }
        );
        if checked && let Err(error) = name.to_san() {
            refusals.push(Refusal::BadName {
                reason: format!("subject alternative name: {error}"),
            });
        } else if let GeneralName::Dns(value) | GeneralName::Email(value) = name
            && !value.is_ascii()
        {
            refusals.push(Refusal::BadName {
                reason: format!(
                    "subject alternative name {name} is not written in A-labels (RFC 5280 §7.2)"
                ),
            });
        }
    }
    let is_host = |name: &GeneralName| matches!(name.to_san(), Ok(San::Dns(_) | San::Ip(_)));
    if let Profile::Leaf(leaf) = application.profile {
        if leaf.is_connected_to() && !names.iter().any(is_host) {
            refusals.push(Refusal::NoHostName {
                profile: leaf.to_string(),
            });
        } else if subject.is_empty() && names.is_empty() {
            refusals.push(Refusal::NoName);
        }
    }
}

/// One extension of the request against what the certificate will have.
fn decide_requested(
    application: &Application,
    requested: &Extension,
    extensions: &mut Vec<Extension>,
    refusals: &mut Vec<Refusal>,
) -> Outcome {
    let profile = &application.profile;
    let present = extensions
        .iter()
        .find(|extension| extension.oid == requested.oid);
    if present == Some(requested) {
        return Outcome::Granted;
    }
    // What the operator wrote is not always what is present: --san goes before it.
    let by_operator = application.operator.iter().find(|wanted| {
        present.is_some_and(|present| {
            present.oid == wanted.extension.oid && present.value == wanted.extension.value
        })
    });
    if let (Some(present), Some(OperatorExtension { location, .. })) = (present, by_operator) {
        return Outcome::Changed(format!("{location} says {}", described(present)));
    }
    match (requested.oid, present) {
        (oid::SUBJECT_ALT_NAME, Some(present)) if present.value == requested.value => {
            Outcome::Changed(
                "made critical, because the subject is empty (RFC 5280 §4.2.1.6)".to_owned(),
            )
        }
        (oid::SUBJECT_ALT_NAME, Some(present)) => {
            Outcome::Changed(format!("--san says {}", described(present)))
        }
        (oid::BASIC_CONSTRAINTS, Some(_)) => match requested.read_basic_constraints() {
            Ok(constraints) if constraints == profile.basic_constraints() => Outcome::Changed(
                "same constraints, in certmint's form: critical (RFC 5280 §4.2.1.9)".to_owned(),
            ),
            _ => Outcome::Refused(format!("a {profile} certificate is no CA")),
        },
        (oid::KEY_USAGE, Some(present)) if present.value == requested.value => {
            Outcome::Changed("made critical (RFC 5280 §4.2.1.3)".to_owned())
        }
        (oid::KEY_USAGE | oid::EXTENDED_KEY_USAGE, Some(present)) => {
            if present.value == requested.value {
                return Outcome::Changed(
                    "made not critical: some TLS clients refuse it critical".to_owned(),
                );
            }
            let asked = described(requested);
            Outcome::Changed(format!(
                "profile {profile} gives {} (asked for: {asked})",
                described(present)
            ))
        }
        (oid::SUBJECT_KEY_IDENTIFIER, Some(present)) => match subject_key_identifier(requested) {
            Ok(asked) => Outcome::Changed(format!(
                "computed from the key: {} (asked for: {asked})",
                described(present)
            )),
            Err(error) => {
                refusals.push(Refusal::BadExtension {
                    reason: format!("the request's subjectKeyIdentifier: {error}"),
                });
                Outcome::Refused("it cannot be read".to_owned())
            }
        },
        (oid::AUTHORITY_KEY_IDENTIFIER, _) => Outcome::Refused(
            "it names the issuer's key, which the issuer fills in (RFC 5280 §4.2.1.1)".to_owned(),
        ),
        (oid::TLS_FEATURE, None) => {
            extensions.push(requested.clone());
            Outcome::Granted
        }
        (
            oid::NAME_CONSTRAINTS
            | oid::POLICY_CONSTRAINTS
            | oid::POLICY_MAPPINGS
            | oid::INHIBIT_ANY_POLICY,
            _,
        ) => Outcome::Refused("it may stand in CA certificates only (RFC 5280 §4.2.1)".to_owned()),
        (
            oid::CRL_DISTRIBUTION_POINTS
            | oid::AUTHORITY_INFO_ACCESS
            | oid::FRESHEST_CRL
            | oid::CERTIFICATE_POLICIES,
            _,
        ) => Outcome::Refused("the CA says this of itself; a requester does not".to_owned()),
        (oid::NETSCAPE_CERT_TYPE | oid::NETSCAPE_COMMENT, _) => {
            Outcome::Refused("it is obsolete and read by no TLS client".to_owned())
        }
        _ => Outcome::Refused(format!(
            "profile {profile} does not know it; to grant it, write it into a section and sign with --config and --extensions"
        )),
    }
}

/// An extension in the words that people use for its content.
fn described(extension: &Extension) -> String {
    let read = match extension.oid {
        oid::BASIC_CONSTRAINTS => {
            extension
                .read_basic_constraints()
                .ok()
                .map(|constraints| match constraints {
                    BasicConstraints::EndEntity => "basicConstraints CA:FALSE".to_owned(),
                    BasicConstraints::Ca(_) => "basicConstraints CA:TRUE".to_owned(),
                })
        }
        oid::KEY_USAGE => KeyUsage::from_extension(extension)
            .ok()
            .map(|usage| format!("keyUsage {usage}")),
        oid::EXTENDED_KEY_USAGE => ExtendedKeyUsage::from_extension(extension)
            .ok()
            .map(|usage| format!("extendedKeyUsage {usage}")),
        oid::SUBJECT_KEY_IDENTIFIER => subject_key_identifier(extension)
            .ok()
            .map(|identifier| identifier.to_string()),
        oid::SUBJECT_ALT_NAME => GeneralName::read_all(&extension.value).ok().map(|names| {
            names
                .iter()
                .map(GeneralName::to_string)
                .collect::<Vec<_>>()
                .join(", ")
        }),
        _ => None,
    };
    read.unwrap_or_else(|| extension.name())
}
