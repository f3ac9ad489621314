//! A manifest as text.

use std::{fmt::Write as _, path::Path};

use crate::{
    authority::{HaProxyReload, KeyChoice, Reload, RenewalWindow},
    ca::Services,
    formats::{Alias, pkcs12::Protection},
    hook::HookCommand,
    inspect::verify::Host,
    profile::LongLife,
    store::AuthoritySettings,
    x509::{
        Name, PathLength, San, SanSet, SubjectParts, Subtree, usual_alternative_name,
        usual_common_name,
    },
};

use super::{
    authority::{Custody, DesiredAuthority},
    certificate::{DesiredCertificate, Probe},
    contradiction::Table,
    desired::{Manifest, Removed},
    export::{Export, ExportFormat, KubernetesObjects, PemPart, TrustStoreForm},
    keys::quoted,
    subject::attributes,
};

/// TOML that [`super::parse`] reads to an equal manifest. What is as usual is left out.
pub fn write(manifest: &Manifest) -> String {
    let mut text = String::new();
    if manifest.removed() == Removed::Revoke {
        text.push_str("[defaults]\nremoved = \"revoke\"\n");
    }
    for authority in manifest.authorities() {
        head(&mut text, Table::Ca, &authority.name.to_string());
        write_authority(&mut text, authority);
    }
    let several = manifest.authorities().len() > 1;
    for certificate in manifest.certificates() {
        head(
            &mut text,
            certificate.kind.into(),
            &certificate.name.to_string(),
        );
        write_names(&mut text, certificate);
        if several {
            string(&mut text, "ca", &certificate.authority.to_string());
        }
        write_certificate(&mut text, certificate);
        write_settings(&mut text, certificate);
    }
    text
}

fn head(text: &mut String, table: Table, name: &str) {
    if !text.is_empty() {
        text.push('\n');
    }
    line(text, format_args!("[{}.{}]", table.word(), quoted(name)));
}

// Every field is named, so that a new one must be written.
fn write_authority(text: &mut String, authority: &DesiredAuthority) {
    let DesiredAuthority {
        name: _,
        issuer,
        subject,
        key,
        key_file,
        days,
        path_length,
        name_constraints,
        custody,
        renewal,
        settings:
            AuthoritySettings {
                services:
                    Services {
                        crl,
                        ca_issuers,
                        ocsp,
                    },
                crl_days,
            },
    } = authority;
    write_subject(text, subject, None);
    if let Some(issuer) = issuer {
        string(text, "issuer", &issuer.to_string());
    }
    if *key != DesiredAuthority::KEY {
        string(text, "key", key.as_str());
    }
    write_key_file(text, key_file.as_deref());
    if *days != DesiredAuthority::usual_days(issuer.as_ref()) {
        line(text, format_args!("days = {days}"));
    }
    if *path_length != DesiredAuthority::usual_path_length(issuer.as_ref()) {
        match path_length {
            PathLength::Unlimited => string(text, "path_length", "unlimited"),
            PathLength::AtMost(most) => line(text, format_args!("path_length = {most}")),
        }
    }
    if let Some(constraints) = name_constraints {
        write_subtrees(text, ["permit_dns", "permit_ip"], constraints.permitted());
        write_subtrees(text, ["exclude_dns", "exclude_ip"], constraints.excluded());
    }
    match custody {
        Custody::Asked => {}
        Custody::Plain => string(text, "passphrase", "none"),
        Custody::File(file) => {
            line(
                text,
                format_args!("passphrase = {{ file = {} }}", path(file)),
            );
        }
    }
    write_renewal(text, *renewal);
    for (key, url) in [
        ("crl_url", crl),
        ("ca_issuers_url", ca_issuers),
        ("ocsp_url", ocsp),
    ] {
        if let Some(url) = url {
            string(text, key, url.as_str());
        }
    }
    if let Some(days) = crl_days {
        line(text, format_args!("crl_days = {days}"));
    }
}

fn write_key_file(text: &mut String, file: Option<&Path>) {
    if let Some(file) = file {
        line(text, format_args!("key_file = {}", path(file)));
    }
}

fn write_names(text: &mut String, certificate: &DesiredCertificate) {
    let DesiredCertificate {
        name,
        names,
        subject,
        ..
    } = certificate;
    let called = name.to_string();
    let written: Vec<&San> = names.iter().flat_map(SanSet::iter).collect();
    let usual = usual_alternative_name(&called);
    if written != usual.iter().collect::<Vec<_>>() {
        let names: Vec<String> = written.into_iter().map(short).collect();
        strings(text, "san", &names);
    }
    write_subject(text, subject, usual_common_name(&called, names.as_ref()));
}

fn write_certificate(text: &mut String, certificate: &DesiredCertificate) {
    let DesiredCertificate {
        name,
        kind: _,
        authority: _,
        subject: _,
        names: _,
        key,
        key_file,
        days,
        long_life,
        renewal,
        renewal_key,
        reload,
        probe,
        targets,
        settings: _,
        exports,
    } = certificate;
    if *key != DesiredCertificate::KEY {
        string(text, "key", key.as_str());
    }
    write_key_file(text, key_file.as_deref());
    if *days != DesiredCertificate::DAYS {
        line(text, format_args!("days = {days}"));
    }
    if *long_life == LongLife::Allow {
        line(text, format_args!("allow_long_life = true"));
    }
    write_renewal(text, *renewal);
    if *renewal_key == KeyChoice::Kept {
        line(text, format_args!("reuse_key = true"));
    }
    match reload {
        None => {}
        Some(Reload::Command(HookCommand::Shell(command))) => string(text, "reload", command),
        Some(Reload::Command(HookCommand::Program(words))) => strings(text, "reload", words),
        Some(Reload::HaProxy(haproxy)) => write_haproxy(text, haproxy),
    }
    if let Some(Probe {
        endpoint,
        server_name,
    }) = probe
    {
        let address = basic(&endpoint.to_string());
        match server_name {
            None => line(text, format_args!("probe = {address}")),
            Some(name) => {
                let name = basic(&host_text(name));
                line(
                    text,
                    format_args!("probe = {{ address = {address}, server_name = {name} }}"),
                );
            }
        }
    }
    if !targets.is_empty() {
        strings(text, "targets", targets);
    }
    for export in exports {
        write_export(text, &name.to_string(), export);
    }
}

fn write_haproxy(text: &mut String, haproxy: &HaProxyReload) {
    let HaProxyReload {
        socket,
        certificate,
        file,
        key_file,
    } = haproxy;
    let mut fields = vec![
        format!("haproxy = {}", basic(&socket.to_string())),
        format!("certificate = {}", basic(certificate.as_str())),
    ];
    for (key, value) in [("file", file), ("key_file", key_file)] {
        fields.extend(
            value
                .as_deref()
                .map(|value| format!("{key} = {}", path(value))),
        );
    }
    line(text, format_args!("reload = {{ {} }}", fields.join(", ")));
}

/// The table of what a certificate's target is told, without its brackets.
pub fn section_of_target(certificate: &DesiredCertificate, target: &str) -> String {
    format!(
        "{}.{}.target.{}",
        Table::from(certificate.kind).word(),
        quoted(&certificate.name.to_string()),
        quoted(target)
    )
}

/// A table for each target, after everything else, since a table goes on to the next one's head.
fn write_settings(text: &mut String, certificate: &DesiredCertificate) {
    for (target, variables) in &certificate.settings {
        let section = section_of_target(certificate, target);
        line(text, format_args!("\n[{section}]"));
        for (variable, values) in variables {
            let variable = quoted(variable);
            match values.as_slice() {
                [value] => string(text, &variable, value),
                values => strings(text, &variable, values),
            }
        }
    }
}

fn write_export(text: &mut String, called: &str, Export { file, format }: &Export) {
    let mut fields: Vec<String> = Vec::new();
    if let Some(password_file) = format.password_file() {
        fields.push(format!("password_file = {}", path(password_file)));
    }
    match format {
        ExportFormat::Pkcs12 {
            password_file: _,
            protection,
            friendly_name,
        } => {
            if *protection == Protection::Legacy {
                fields.push("for = \"legacy\"".to_owned());
            }
            if friendly_name != called {
                fields.push(format!("friendly_name = {}", basic(friendly_name)));
            }
        }
        ExportFormat::Jks {
            password_file: _,
            alias,
        } => write_alias(&mut fields, called, alias),
        ExportFormat::TrustStore {
            password_file: _,
            form,
            alias,
        } => {
            let word = TrustStoreForm::WORDS
                .iter()
                .find(|(_, known)| known == form);
            if let Some((word, _)) = word.filter(|_| *form != TrustStoreForm::default()) {
                fields.push(format!("format = \"{word}\""));
            }
            write_alias(&mut fields, called, alias);
        }
        ExportFormat::Kubernetes {
            objects,
            name,
            namespace,
        } => {
            let words = KubernetesObjects::WORDS;
            let word = words.iter().find(|(_, known)| known == objects);
            if let Some((word, _)) = word.filter(|_| *objects != KubernetesObjects::default()) {
                fields.push(format!("kind = \"{word}\""));
            }
            if name.as_str() != called {
                fields.push(format!("name = {}", basic(name.as_str())));
            }
            if let Some(namespace) = namespace {
                fields.push(format!("namespace = {}", basic(namespace.as_str())));
            }
        }
        ExportFormat::Pkcs7 | ExportFormat::Der => {}
        ExportFormat::Pem(part) => {
            let word = PemPart::WORDS.iter().find(|(_, known)| known == part);
            if let Some((word, _)) = word.filter(|_| *part != PemPart::default()) {
                fields.push(format!("part = \"{word}\""));
            }
        }
    }
    if *file != format.usual_file(called) {
        fields.push(format!("file = {}", path(file)));
    }
    let table = match fields.as_slice() {
        [] => "{}".to_owned(),
        fields => format!("{{ {} }}", fields.join(", ")),
    };
    line(text, format_args!("export.{} = {table}", format.word()));
}

fn write_alias(fields: &mut Vec<String>, called: &str, alias: &Alias) {
    if called.parse::<Alias>().as_ref() != Ok(alias) {
        fields.push(format!("alias = {}", basic(alias.as_str())));
    }
}

fn write_renewal(text: &mut String, renewal: RenewalWindow) {
    match renewal {
        RenewalWindow::LastThird => {}
        RenewalWindow::Days(days) => line(text, format_args!("renew_days = {days}")),
    }
}

fn write_subtrees(text: &mut String, [dns, ip]: [&str; 2], subtrees: &[Subtree]) {
    let mut domains: Vec<String> = Vec::new();
    let mut subnets: Vec<String> = Vec::new();
    for subtree in subtrees {
        match subtree {
            Subtree::Dns(domain) => domains.push(domain.clone()),
            Subtree::Ip(subnet) => subnets.push(subnet.to_string()),
        }
    }
    for (key, values) in [(dns, domains), (ip, subnets)] {
        if !values.is_empty() {
            strings(text, key, &values);
        }
    }
}

/// The parts that people know where they say it all, else every attribute.
fn write_subject(text: &mut String, subject: &Name, usual_common_name: Option<String>) {
    let parts = SubjectParts::of(subject)
        .filter(|parts| parts.common_name.is_some() || usual_common_name.is_none());
    let Some(parts) = parts else {
        strings(text, "subject", &attributes(subject).unwrap_or_default());
        return;
    };
    let SubjectParts {
        country,
        state,
        locality,
        organization,
        organizational_units,
        common_name,
    } = parts;
    if common_name != usual_common_name
        && let Some(common_name) = common_name
    {
        string(text, "common_name", &common_name);
    }
    for (key, value) in [
        ("country", country),
        ("state", state),
        ("locality", locality),
        ("organization", organization),
    ] {
        if let Some(value) = value {
            string(text, key, &value);
        }
    }
    match organizational_units.as_slice() {
        [] => {}
        [unit] => string(text, "organizational_unit", unit),
        units => strings(text, "organizational_unit", units),
    }
}

fn host_text(host: &Host) -> String {
    match host {
        Host::Name(name) => name.clone(),
        Host::Address(address) => address.to_string(),
    }
}

/// Without its kind, where that is guessed right.
fn short(name: &San) -> String {
    let bare = name.value();
    match bare.parse::<San>() {
        Ok(guessed) if guessed == *name => bare,
        _ => name.to_string(),
    }
}

fn line(text: &mut String, content: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{content}");
}

fn string(text: &mut String, key: &str, value: &str) {
    line(text, format_args!("{key} = {}", basic(value)));
}

fn strings(text: &mut String, key: &str, values: &[impl AsRef<str>]) {
    let values: Vec<String> = values.iter().map(|value| basic(value.as_ref())).collect();
    line(text, format_args!("{key} = [{}]", values.join(", ")));
}

fn path(path: &Path) -> String {
    basic(&path.to_string_lossy())
}

/// A basic string (TOML 1.1, "String"): quotes, backslashes and control characters escaped.
fn basic(value: &str) -> String {
    let mut quoted = String::from("\"");
    for character in value.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            control if control.is_control() => {
                // Writing to a String cannot fail.
                let _ = write!(quoted, "\\u{:04X}", u32::from(control));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}
