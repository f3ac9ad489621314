//! `export.p12`, `export.jks`, `export.truststore`, `export.k8s`, `export.p7b`, `export.der`,
//! `export.pem`

use std::path::PathBuf;

use crate::{
    formats::{Alias, pkcs12::Protection},
    manifest::{
        export::{Export, ExportFormat, KubernetesObjects, PemPart, TrustStoreForm},
        keys,
        source::Problems,
    },
};

use super::fields::{Fields, Value};

const P12_EXAMPLE: &str = "{ password_file = \"client01.pass\" }";
const K8S_EXAMPLE: &str = "{ namespace = \"web\" }";

/// Reads every export of a certificate, in the order of [`keys::EXPORT`].
pub(super) fn read(called: &str, fields: &Fields<'_>, problems: &mut Problems<'_>) -> Vec<Export> {
    let example = format!("{{ p12 = {P12_EXAMPLE} }}");
    let Some(exports) = fields
        .value("export")
        .and_then(|value| value.table(keys::EXPORT.keys, &example, problems))
    else {
        return Vec::new();
    };
    keys::EXPORT
        .keys
        .iter()
        .filter_map(|format| exports.value(format))
        .filter_map(|value| one(called, &value, problems))
        .collect()
}

fn one(called: &str, value: &Value<'_>, problems: &mut Problems<'_>) -> Option<Export> {
    let (known, example) = match value.key() {
        "p12" => (&keys::P12, P12_EXAMPLE),
        "jks" => (&keys::JKS, P12_EXAMPLE),
        "truststore" => (&keys::TRUST_STORE, P12_EXAMPLE),
        "k8s" => (&keys::K8S, K8S_EXAMPLE),
        "pem" => (&keys::PEM, "{ part = \"fullchain\" }"),
        _ => (&keys::PLAIN, "{}"),
    };
    let fields = value.table(known.keys, example, problems)?;
    let format = match value.key() {
        "p12" => pkcs12(called, value, &fields, problems)?,
        "jks" => jks(called, value, &fields, problems)?,
        "truststore" => trust_store(called, value, &fields, problems)?,
        "k8s" => kubernetes(called, value, &fields, problems)?,
        "p7b" => ExportFormat::Pkcs7,
        "der" => ExportFormat::Der,
        _ => ExportFormat::Pem(
            fields
                .value("part")
                .and_then(|value| value.word(&PemPart::WORDS, problems))
                .unwrap_or_default(),
        ),
    };
    let file = match fields.value("file") {
        Some(value) => PathBuf::from(value.filled(problems)?),
        None => format.usual_file(called),
    };
    Some(Export { file, format })
}

fn pkcs12(
    called: &str,
    value: &Value<'_>,
    fields: &Fields<'_>,
    problems: &mut Problems<'_>,
) -> Option<ExportFormat> {
    let protections = [
        ("modern", Protection::Modern),
        ("legacy", Protection::Legacy),
    ];
    let protection = fields
        .value("for")
        .and_then(|value| value.word(&protections, problems))
        .unwrap_or_default();
    let friendly_name = fields
        .value("friendly_name")
        .and_then(|value| value.filled(problems))
        .unwrap_or(called)
        .to_owned();
    Some(ExportFormat::Pkcs12 {
        password_file: password_file(
            "a PKCS#12 file holds a private key",
            value,
            fields,
            problems,
        )?,
        protection,
        friendly_name,
    })
}

fn jks(
    called: &str,
    value: &Value<'_>,
    fields: &Fields<'_>,
    problems: &mut Problems<'_>,
) -> Option<ExportFormat> {
    let alias = alias(called, value, fields, problems);
    let password_file = password_file(
        "a Java key store holds a private key",
        value,
        fields,
        problems,
    );
    Some(ExportFormat::Jks {
        password_file: password_file?,
        alias: alias?,
    })
}

fn trust_store(
    called: &str,
    value: &Value<'_>,
    fields: &Fields<'_>,
    problems: &mut Problems<'_>,
) -> Option<ExportFormat> {
    let form = fields
        .value("format")
        .and_then(|value| value.word(&TrustStoreForm::WORDS, problems))
        .unwrap_or_default();
    let alias = alias(called, value, fields, problems);
    let password_file = password_file("Java opens none without", value, fields, problems);
    Some(ExportFormat::TrustStore {
        password_file: password_file?,
        form,
        alias: alias?,
    })
}

fn kubernetes(
    called: &str,
    value: &Value<'_>,
    fields: &Fields<'_>,
    problems: &mut Problems<'_>,
) -> Option<ExportFormat> {
    let objects = fields
        .value("kind")
        .and_then(|value| value.word(&KubernetesObjects::WORDS, problems))
        .unwrap_or_default();
    const REMEDY: &str = "write lower case letters, digits and '-'";
    let namespace = fields
        .value("namespace")
        .map(|value| value.parsed(REMEDY, problems));
    let name = match fields.value("name") {
        Some(value) => value.parsed(REMEDY, problems),
        None => match called.parse() {
            Ok(name) => Some(name),
            Err(error) => {
                value.refuse(
                    format!("{error}"),
                    "write name = \"…\" with lower case letters, digits and '-'".to_owned(),
                    problems,
                );
                None
            }
        },
    };
    let namespace = match namespace {
        None => None,
        Some(read) => Some(read?),
    };
    Some(ExportFormat::Kubernetes {
        objects,
        name: name?,
        namespace,
    })
}

fn alias(
    called: &str,
    value: &Value<'_>,
    fields: &Fields<'_>,
    problems: &mut Problems<'_>,
) -> Option<Alias> {
    match fields.value("alias") {
        Some(value) => value.parsed("write a name without control characters", problems),
        None => match called.parse() {
            Ok(alias) => Some(alias),
            Err(error) => {
                value.refuse(
                    format!("{error}"),
                    "write alias = \"…\"".to_owned(),
                    problems,
                );
                None
            }
        },
    }
}

/// The file of the password, which has to be there; `why` it is needed.
fn password_file(
    why: &str,
    value: &Value<'_>,
    fields: &Fields<'_>,
    problems: &mut Problems<'_>,
) -> Option<PathBuf> {
    let Some(file) = fields.value("password_file") else {
        let format = value.key();
        value.refuse(
            format!("`{format}` has no password_file, and {why}"),
            format!("write {format} = {P12_EXAMPLE}"),
            problems,
        );
        return None;
    };
    Some(PathBuf::from(file.filled(problems)?))
}
