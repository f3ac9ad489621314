//! Keys and parameters as text.

use super::sheet::{Sheet, Tone};
use crate::inspect::{
    ParametersDescription, PrivateKeyDescription, ProtectionDescription, PublicKeyDescription,
};

pub(super) fn private_key(sheet: &mut Sheet<'_>, one: &PrivateKeyDescription) {
    let title = match (&one.public_key, one.locked) {
        (Some(key), _) => key.algorithm.clone(),
        (None, true) => "encrypted, not opened".to_owned(),
        (None, false) => "cannot be used here".to_owned(),
    };
    sheet.headline("private key", &title);
    if let Some(form) = &one.form {
        sheet.fact("form", form);
    }
    match &one.encryption {
        Some(encryption) => sheet.fact("encrypted", &protection(encryption)),
        None if one.form.is_some() => sheet.fact("encrypted", "no"),
        None => {}
    }
    if let Some(key) = &one.public_key {
        key_facts(sheet, key);
        pins(sheet, key);
    }
    if let Some(problem) = &one.problem {
        sheet.bad("problem", problem);
    }
    if let Some(hint) = &one.hint {
        sheet.fact("hint", hint);
    }
}

pub(super) fn public_key(sheet: &mut Sheet<'_>, one: &PublicKeyDescription) {
    sheet.headline("public key", &one.algorithm);
    key_facts(sheet, one);
    pins(sheet, one);
}

/// What is said of a key wherever it is.
pub(super) fn key_facts(sheet: &mut Sheet<'_>, key: &PublicKeyDescription) {
    let exponent = key
        .exponent
        .as_ref()
        .map(|exponent| format!(", exponent {exponent}"));
    sheet.fact(
        "key",
        &format!("{}{}", key.algorithm, exponent.unwrap_or_default()),
    );
    sheet.fact("key id", &key.key_identifier);
}

fn pins(sheet: &mut Sheet<'_>, key: &PublicKeyDescription) {
    let values = [
        key.spki_sha256.clone(),
        format!("pin sha256//{}", key.pin_sha256),
    ];
    sheet.lines("SPKI", &values, Tone::Plain);
}

pub(super) fn parameters(sheet: &mut Sheet<'_>, one: &ParametersDescription) {
    sheet.headline("parameters", &one.algorithm);
    if let Some(bits) = one.bits {
        sheet.fact("prime", &format!("{bits} bits"));
    }
    if let Some(generator) = &one.generator {
        sheet.fact("generator", generator);
    }
}

pub(super) fn protection(one: &ProtectionDescription) -> String {
    match &one.iterations {
        Some(iterations) => format!("{}, {iterations} iterations", one.algorithm),
        None => one.algorithm.clone(),
    }
}
