//! What `--only` prints: the lines of `openssl x509 -noout -subject -ext subjectAltName …`
//! (OpenSSL 3.0), so that scripts written for those go on.

use std::fmt::Write as _;

use time::OffsetDateTime;

use super::{
    Part, extension,
    openssl_names::{general_name, oneline},
};
use crate::{
    inspect::{
        AlternativeNames, AuthorityKeyIdentifierDescription, Description, ExtensionDescription,
        ExtensionValue, GeneralNameDescription, Glance, NameConstraintsDescription,
        NameDescription, PolicyDescription, PublicKeyDescription, SignatureDescription,
    },
    key::PublicKey,
    x509::{escape_control, pem_block},
};

/// The lines for one part of an object; `None` where an object of this kind has no such part or
/// this one does not.
pub(crate) fn openssl_lines(description: &Description, part: Part) -> Option<String> {
    let facts = Facts::of(description)?;
    match part {
        Part::Subject => facts
            .subject
            .map(|name| format!("subject={}\n", oneline(&name.name))),
        Part::Issuer => facts
            .issuer
            .map(|name| format!("issuer={}\n", oneline(&name.name))),
        Part::San => {
            let found = facts.extensions.iter().find(|one| one.oid == "2.5.29.17");
            found.map(extension_lines)
        }
        Part::Dates => facts.dates,
        Part::Serial => facts.serial,
        Part::Fingerprint => facts
            .fingerprint
            .map(|hash| format!("sha256 Fingerprint={hash}\n")),
        Part::Key => facts
            .key
            .map(|key| format!("key={}\n", escape_control(&key.algorithm))),
        Part::Pubkey => facts.key.map(|key| public_key_pem(&key.key)),
        Part::Extensions => {
            let lines: String = facts.extensions.iter().map(extension_lines).collect();
            (!lines.is_empty()).then_some(lines)
        }
        Part::Signature => facts
            .signature
            .map(|one| format!("Signature Algorithm: {}\n", escape_control(&one.name))),
    }
}

/// As [`openssl_lines`], of a certificate that was only glanced at; `None` also for a part that a
/// glance does not see.
pub(crate) fn glance_lines(glance: &Glance, part: Part) -> Option<String> {
    match part {
        Part::Subject => Some(format!("subject={}\n", oneline(&glance.subject))),
        Part::Issuer => Some(format!("issuer={}\n", oneline(&glance.issuer))),
        Part::Dates => Some(format!(
            "notBefore={}\nnotAfter={}\n",
            date(glance.not_before),
            date(glance.not_after)
        )),
        Part::San => {
            let AlternativeNames { critical, names } = glance.alternative_names.as_ref()?;
            let names: Vec<String> = names
                .iter()
                .map(|name| general_name(&GeneralNameDescription::of(name.clone())))
                .collect();
            let critical = if *critical { "critical" } else { "" };
            let title = title("2.5.29.17")?;
            let names = names.join(", ");
            Some(format!(
                "{title}: {critical}\n    {}\n",
                escape_control(&names)
            ))
        }
        _ => None,
    }
}

/// What the kinds of object have in common.
#[derive(Default)]
struct Facts<'description> {
    subject: Option<&'description NameDescription>,
    issuer: Option<&'description NameDescription>,
    dates: Option<String>,
    serial: Option<String>,
    fingerprint: Option<&'description str>,
    key: Option<&'description PublicKeyDescription>,
    extensions: &'description [ExtensionDescription],
    signature: Option<&'description SignatureDescription>,
}

impl<'description> Facts<'description> {
    fn of(description: &'description Description) -> Option<Self> {
        Some(match description {
            Description::Certificate(one) => Self {
                subject: Some(&one.subject),
                issuer: Some(&one.issuer),
                dates: Some(format!(
                    "notBefore={}\nnotAfter={}\n",
                    date(one.validity.not_before),
                    date(one.validity.not_after)
                )),
                serial: Some(format!("serial={}\n", one.serial.hex)),
                fingerprint: Some(&one.fingerprints.sha256),
                key: Some(&one.public_key),
                extensions: &one.extensions,
                signature: Some(&one.signature_algorithm),
            },
            Description::CertificateRequest(one) => Self {
                subject: Some(&one.subject),
                key: Some(&one.public_key),
                extensions: &one.extensions,
                signature: Some(&one.signature_algorithm),
                ..Self::default()
            },
            Description::RevocationList(one) => Self {
                issuer: Some(&one.issuer),
                dates: Some(format!(
                    "lastUpdate={}\nnextUpdate={}\n",
                    date(one.this_update),
                    one.next_update.map_or_else(|| "NONE".to_owned(), date)
                )),
                serial: one
                    .number
                    .as_ref()
                    .map(|number| format!("crlNumber={}\n", number_hex(number))),
                extensions: &one.extensions,
                signature: Some(&one.signature_algorithm),
                ..Self::default()
            },
            Description::PrivateKey(one) => Self {
                key: one.public_key.as_ref(),
                ..Self::default()
            },
            Description::PublicKey(one) => Self {
                key: Some(one),
                ..Self::default()
            },
            _ => return None,
        })
    }
}

/// openssl prints the number of a revocation list as `0x1000`.
fn number_hex(number: &str) -> String {
    match number.parse::<u64>() {
        Ok(number) => {
            let digits = format!("{number:X}");
            format!("0x{}{digits}", if digits.len() % 2 == 1 { "0" } else { "" })
        }
        Err(_) => number.to_owned(),
    }
}

/// `Nov 22 01:09:58 2026 GMT`
fn date(time: OffsetDateTime) -> String {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let month = usize::from(u8::from(time.month())).checked_sub(1);
    let month = month
        .and_then(|month| MONTHS.get(month))
        .copied()
        .unwrap_or_default();
    format!(
        "{month} {:2} {:02}:{:02}:{:02} {} GMT",
        time.day(),
        time.hour(),
        time.minute(),
        time.second(),
        time.year()
    )
}

fn public_key_pem(key: &PublicKey) -> String {
    pem_block("PUBLIC KEY", key.spki_der())
}

/// A title and an indented value.
fn extension_lines(one: &ExtensionDescription) -> String {
    let critical = if one.critical { "critical" } else { "" };
    let title = title(&one.oid).unwrap_or_else(|| one.title());
    let mut lines = format!("{title}: {critical}\n");
    for value in values(one) {
        // Writing to a String cannot fail.
        let _ = writeln!(lines, "    {}", escape_control(&value));
    }
    lines
}

fn title(oid: &str) -> Option<&'static str> {
    Some(match oid {
        "2.5.29.14" => "X509v3 Subject Key Identifier",
        "2.5.29.15" => "X509v3 Key Usage",
        "2.5.29.16" => "X509v3 Private Key Usage Period",
        "2.5.29.17" => "X509v3 Subject Alternative Name",
        "2.5.29.18" => "X509v3 Issuer Alternative Name",
        "2.5.29.19" => "X509v3 Basic Constraints",
        "2.5.29.20" => "X509v3 CRL Number",
        "2.5.29.28" => "X509v3 Issuing Distribution Point",
        "2.5.29.30" => "X509v3 Name Constraints",
        "2.5.29.31" => "X509v3 CRL Distribution Points",
        "2.5.29.32" => "X509v3 Certificate Policies",
        "2.5.29.33" => "X509v3 Policy Mappings",
        "2.5.29.35" => "X509v3 Authority Key Identifier",
        "2.5.29.36" => "X509v3 Policy Constraints",
        "2.5.29.37" => "X509v3 Extended Key Usage",
        "2.5.29.54" => "X509v3 Inhibit Any Policy",
        "1.3.6.1.5.5.7.1.1" => "Authority Information Access",
        "1.3.6.1.5.5.7.1.24" => "TLS Feature",
        "1.3.6.1.4.1.11129.2.4.2" => "CT Precertificate SCTs",
        "2.16.840.1.113730.1.1" => "Netscape Cert Type",
        "2.16.840.1.113730.1.13" => "Netscape Comment",
        _ => return None,
    })
}

fn values(one: &ExtensionDescription) -> Vec<String> {
    match &one.value {
        ExtensionValue::Names(names) => {
            vec![
                names
                    .iter()
                    .map(general_name)
                    .collect::<Vec<_>>()
                    .join(", "),
            ]
        }
        ExtensionValue::Usages(usages) => {
            let usages: Vec<&str> = usages.iter().map(|usage| long_name(usage)).collect();
            vec![usages.join(", ")]
        }
        ExtensionValue::BasicConstraints { ca, path_length } => {
            let ca = if *ca { "CA:TRUE" } else { "CA:FALSE" };
            let length = path_length
                .as_ref()
                .map(|length| format!(", pathlen:{length}"));
            vec![format!("{ca}{}", length.unwrap_or_default())]
        }
        ExtensionValue::AuthorityKeyIdentifier(identifier) => authority(identifier),
        ExtensionValue::NameConstraints(constraints) => name_constraints(constraints),
        ExtensionValue::DistributionPoints(points)
            if points.iter().all(|point| !point.names.is_empty()) =>
        {
            let names = |names: &[GeneralNameDescription]| {
                names
                    .iter()
                    .map(|name| format!("  {}", general_name(name)))
                    .collect::<Vec<_>>()
            };
            let points = points.iter().map(|point| names(&point.names));
            points
                .flat_map(|names| std::iter::once("Full Name:".to_owned()).chain(names))
                .collect()
        }
        ExtensionValue::Access(descriptions) => descriptions
            .iter()
            .map(|one| {
                let method = match one.method.as_str() {
                    "caIssuers" => "CA Issuers",
                    other => other,
                };
                format!("{method} - {}", general_name(&one.location))
            })
            .collect(),
        ExtensionValue::Policies(policies) => policies.iter().flat_map(policy).collect(),
        ExtensionValue::PolicyConstraints {
            require_explicit_policy,
            inhibit_policy_mapping,
        } => {
            let one = |what: &str, skip: &Option<String>| {
                skip.as_ref().map(|skip| format!("{what}:{skip}"))
            };
            let required = one("Require Explicit Policy", require_explicit_policy);
            let inhibited = one("Inhibit Policy Mapping", inhibit_policy_mapping);
            vec![
                required
                    .into_iter()
                    .chain(inhibited)
                    .collect::<Vec<_>>()
                    .join(", "),
            ]
        }
        other => extension::lines(other),
    }
}

fn authority(identifier: &AuthorityKeyIdentifierDescription) -> Vec<String> {
    let is_alone = identifier.issuer.is_empty() && identifier.serial.is_none();
    let label = if is_alone { "" } else { "keyid:" };
    let key = identifier
        .key_identifier
        .iter()
        .map(|key| format!("{label}{key}"));
    let issuer = identifier.issuer.iter().map(general_name);
    let serial = identifier
        .serial
        .iter()
        .map(|serial| format!("serial:{}", pairs(serial)));
    key.chain(issuer).chain(serial).collect()
}

fn policy(policy: &PolicyDescription) -> Vec<String> {
    let head = match policy.name {
        Some("anyPolicy") => "Policy: X509v3 Any Policy".to_owned(),
        _ => format!("Policy: {}", policy.oid),
    };
    let qualifiers = policy
        .qualifiers
        .iter()
        .map(|qualifier| match qualifier.kind.as_str() {
            "cps" => format!("  CPS: {}", qualifier.text),
            kind => format!("  {kind}: {}", qualifier.text),
        });
    std::iter::once(head).chain(qualifiers).collect()
}

/// Hexadecimal digits with a colon after every second.
fn pairs(hex: &str) -> String {
    let digits: Vec<char> = hex.chars().collect();
    let pairs: Vec<String> = digits.chunks(2).map(|pair| pair.iter().collect()).collect();
    pairs.join(":")
}

fn name_constraints(constraints: &NameConstraintsDescription) -> Vec<String> {
    let mut lines = Vec::new();
    for (title, names) in [
        ("Permitted:", &constraints.permitted),
        ("Excluded:", &constraints.excluded),
    ] {
        if !names.is_empty() {
            lines.push(title.to_owned());
            lines.extend(names.iter().map(|name| format!("  {}", subtree(name))));
        }
    }
    lines
}

/// openssl prints the addresses of a subtree with their mask.
fn subtree(name: &GeneralNameDescription) -> String {
    let crate::x509::GeneralName::Unknown { tag: 7, value } = &name.name else {
        return general_name(name);
    };
    match value.as_slice() {
        [a, b, c, d, e, f, g, h] => format!("IP:{a}.{b}.{c}.{d}/{e}.{f}.{g}.{h}"),
        _ => name.title(),
    }
}

/// openssl's long names of key usages and purposes.
fn long_name(usage: &str) -> &str {
    match usage {
        "digitalSignature" => "Digital Signature",
        "nonRepudiation" => "Non Repudiation",
        "keyEncipherment" => "Key Encipherment",
        "dataEncipherment" => "Data Encipherment",
        "keyAgreement" => "Key Agreement",
        "keyCertSign" => "Certificate Sign",
        "cRLSign" => "CRL Sign",
        "encipherOnly" => "Encipher Only",
        "decipherOnly" => "Decipher Only",
        "serverAuth" => "TLS Web Server Authentication",
        "clientAuth" => "TLS Web Client Authentication",
        "codeSigning" => "Code Signing",
        "emailProtection" => "E-mail Protection",
        "timeStamping" => "Time Stamping",
        "OCSPSigning" => "OCSP Signing",
        "anyExtendedKeyUsage" => "Any Extended Key Usage",
        "client" => "SSL Client",
        "server" => "SSL Server",
        "email" => "S/MIME",
        "objsign" => "Object Signing",
        "sslCA" => "SSL CA",
        "emailCA" => "S/MIME CA",
        "objCA" => "Object Signing CA",
        other => other,
    }
}
