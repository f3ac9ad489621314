//! `reload`

use std::path::{Path, PathBuf};

use crate::{
    authority::{HaProxyReload, Reload},
    hook::HookCommand,
    manifest::{keys, source::Problems},
};

use super::fields::{Fields, Value};

const EXAMPLE: &str =
    "{ haproxy = \"/run/haproxy/admin.sock\", certificate = \"/etc/haproxy/certs/flb.pem\" }";

/// `"systemctl reload nginx"` goes to a shell, `["systemctl", "reload", "nginx"]` does not, and
/// `{ haproxy = "…", certificate = "…" }` goes to the runtime socket of a HAProxy.
pub(super) fn read(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Option<Reload> {
    let value = fields.value("reload")?;
    if value.is_table() {
        return haproxy(&value, problems).map(Reload::HaProxy);
    }
    command(&value, problems).map(Reload::Command)
}

fn command(value: &Value<'_>, problems: &mut Problems<'_>) -> Option<HookCommand> {
    if !value.is_array() {
        return value
            .filled(problems)
            .map(|line| HookCommand::Shell(line.to_owned()));
    }
    let items = value.list(problems);
    let words: Vec<String> = items
        .iter()
        .filter_map(|item| item.string(problems).map(str::to_owned))
        .collect();
    if words.first().is_none_or(String::is_empty) {
        let remedy = "write the program first: [\"systemctl\", \"reload\", \"nginx\"]";
        value.refuse("`reload` names no program", remedy, problems);
        return None;
    }
    Some(HookCommand::Program(words))
}

fn haproxy(value: &Value<'_>, problems: &mut Problems<'_>) -> Option<HaProxyReload> {
    let inner = value.table(keys::RELOAD.keys, EXAMPLE, problems)?;
    let path = |key: &str, problems: &mut Problems<'_>| {
        let value = inner.value(key)?;
        value.filled(problems).map(PathBuf::from)
    };
    let socket = inner.value("haproxy");
    let certificate = inner.value("certificate");
    let file = path("file", problems);
    let key_file = path("key_file", problems);
    for (key, missing) in [
        ("haproxy", socket.is_none()),
        ("certificate", certificate.is_none()),
    ] {
        if missing {
            let what = format!("`reload` does not say {key}");
            value.refuse(what, format!("write reload = {EXAMPLE}"), problems);
        }
    }
    let remedy = "write it as in HAProxy's configuration: \"/run/haproxy/admin.sock\", or \"ipv4@127.0.0.1:9999\"";
    let socket = socket.and_then(|value| value.parsed(remedy, problems));
    let named = certificate?;
    let certificate = named.parsed::<crate::haproxy::LoadedFile>(
        "write what stands after crt in HAProxy's configuration",
        problems,
    )?;
    if inner.value("file").is_none() && !Path::new(certificate.as_str()).is_absolute() {
        let what = format!("HAProxy's {certificate} can be in any folder");
        let remedy = "write file = \"…\" besides, with the path of the file that HAProxy reads";
        named.refuse(what, remedy, problems);
        return None;
    }
    Some(HaProxyReload {
        socket: socket?,
        certificate,
        file,
        key_file,
    })
}
