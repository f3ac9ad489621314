//! `export.p12`, `export.p7b`, `export.der`, `export.pem`

use std::path::PathBuf;

use crate::{
    formats::pkcs12::Protection,
    manifest::{
        export::{Export, ExportFormat, PemPart},
        keys,
        source::Problems,
    },
};

use super::fields::{Fields, Value};

const P12_EXAMPLE: &str = "{ password_file = \"client01.pass\" }";

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
        "pem" => (&keys::PEM, "{ part = \"fullchain\" }"),
        _ => (&keys::PLAIN, "{}"),
    };
    let fields = value.table(known.keys, example, problems)?;
    let format = match value.key() {
        "p12" => pkcs12(called, value, &fields, problems)?,
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
    let Some(password_file) = fields.value("password_file") else {
        let what = "`p12` has no password_file, and a PKCS#12 file holds a private key";
        value.refuse(what, format!("write p12 = {P12_EXAMPLE}"), problems);
        return None;
    };
    Some(ExportFormat::Pkcs12 {
        password_file: PathBuf::from(password_file.filled(problems)?),
        protection,
        friendly_name,
    })
}
