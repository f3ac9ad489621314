//! The keys that a manifest knows.

use crate::formats::nearest;

/// A table of the manifest and the keys that it may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownKeys {
    /// The table as it is written, `NAME` standing for any name.
    pub table: &'static str,
    /// Its keys.
    pub keys: &'static [&'static str],
}

/// The tables at the top.
pub(super) const TOP: &[&str] = &["defaults", "ca", "server", "client", "peer"];

pub(super) const DEFAULTS: KnownKeys = KnownKeys {
    table: "defaults",
    keys: &[
        "ca",
        "key",
        "days",
        "renew_days",
        "reuse_key",
        "reload",
        "crl_days",
        "removed",
        "country",
        "state",
        "locality",
        "organization",
        "organizational_unit",
    ],
};

pub(super) const CA: KnownKeys = KnownKeys {
    table: "ca.NAME",
    keys: &[
        "common_name",
        "country",
        "state",
        "locality",
        "organization",
        "organizational_unit",
        "subject",
        "issuer",
        "key",
        "key_file",
        "days",
        "path_length",
        "permit_dns",
        "permit_ip",
        "exclude_dns",
        "exclude_ip",
        "passphrase",
        "renew_days",
        "crl_url",
        "ca_issuers_url",
        "ocsp_url",
        "crl_days",
    ],
};

/// The keys of `[server.NAME]`, `[client.NAME]` and `[peer.NAME]` alike.
pub(super) const CERTIFICATE: KnownKeys = KnownKeys {
    table: "server.NAME",
    keys: &[
        "san",
        "common_name",
        "country",
        "state",
        "locality",
        "organization",
        "organizational_unit",
        "subject",
        "ca",
        "key",
        "key_file",
        "days",
        "allow_long_life",
        "renew_days",
        "reuse_key",
        "reload",
        "probe",
        "targets",
        "target",
        "export",
    ],
};

pub(super) const PASSPHRASE: KnownKeys = KnownKeys {
    table: "ca.NAME.passphrase",
    keys: &["file"],
};
pub(super) const RELOAD: KnownKeys = KnownKeys {
    table: "server.NAME.reload",
    keys: &["haproxy", "certificate", "file", "key_file"],
};
pub(super) const PROBE: KnownKeys = KnownKeys {
    table: "server.NAME.probe",
    keys: &["address", "server_name"],
};
pub(super) const EXPORT: KnownKeys = KnownKeys {
    table: "server.NAME.export",
    keys: &["p12", "jks", "truststore", "k8s", "p7b", "der", "pem"],
};
pub(super) const P12: KnownKeys = KnownKeys {
    table: "server.NAME.export.p12",
    keys: &["password_file", "for", "friendly_name", "file"],
};
pub(super) const JKS: KnownKeys = KnownKeys {
    table: "server.NAME.export.jks",
    keys: &["password_file", "alias", "file"],
};
pub(super) const TRUST_STORE: KnownKeys = KnownKeys {
    table: "server.NAME.export.truststore",
    keys: &["password_file", "format", "alias", "file"],
};
pub(super) const K8S: KnownKeys = KnownKeys {
    table: "server.NAME.export.k8s",
    keys: &["kind", "name", "namespace", "file"],
};
/// The keys of `export.p7b` and `export.der`.
pub(super) const PLAIN: KnownKeys = KnownKeys {
    table: "server.NAME.export.p7b",
    keys: &["file"],
};
pub(super) const PEM: KnownKeys = KnownKeys {
    table: "server.NAME.export.pem",
    keys: &["part", "file"],
};

/// Every table of a manifest with its keys; those of clients and peers are those of servers, and
/// those of `export.der` are those of `export.p7b`.
pub fn known_keys() -> [KnownKeys; 13] {
    [
        DEFAULTS,
        CA,
        CERTIFICATE,
        PASSPHRASE,
        RELOAD,
        PROBE,
        EXPORT,
        P12,
        JKS,
        TRUST_STORE,
        K8S,
        PLAIN,
        PEM,
    ]
}

/// What people call keys elsewhere, and what they are called here.
const CALLED_ELSEWHERE: &[(&str, &str)] = &[
    ("cn", "common_name"),
    ("c", "country"),
    ("st", "state"),
    ("province", "state"),
    ("city", "locality"),
    ("o", "organization"),
    ("org", "organization"),
    ("ou", "organizational_unit"),
    ("org_unit", "organizational_unit"),
    ("dns", "san"),
    ("hosts", "san"),
    ("names", "san"),
    ("alt_names", "san"),
    ("subject_alt_name", "san"),
    ("subjectaltname", "san"),
    ("validity", "days"),
    ("life", "days"),
    ("key_type", "key"),
    ("algorithm", "key"),
    ("signer", "ca"),
    ("issuer", "ca"),
    ("ca", "issuer"),
    ("path_len", "path_length"),
    ("pathlen", "path_length"),
    ("max_path_length", "path_length"),
    ("passphrase_file", "passphrase"),
    ("no_passphrase", "passphrase"),
    ("renew", "renew_days"),
    ("renew_before", "renew_days"),
    ("crl", "crl_url"),
    ("aia_url", "ca_issuers_url"),
    ("ocsp", "ocsp_url"),
    ("p12", "export"),
    ("pfx", "p12"),
    ("pkcs12", "p12"),
    ("pkcs7", "p7b"),
    ("keystore", "jks"),
    ("trust_store", "truststore"),
    ("kubernetes", "k8s"),
    ("password", "password_file"),
    ("socket", "haproxy"),
    ("crt", "certificate"),
    ("cert", "certificate"),
    ("key", "key_file"),
    ("out", "file"),
    ("path", "file"),
];

/// The key that was probably meant by one that is not known here.
pub(super) fn meant(written: &str, known: &[&'static str]) -> Option<&'static str> {
    let folded = written.to_ascii_lowercase().replace('-', "_");
    let elsewhere = CALLED_ELSEWHERE
        .iter()
        .filter(|(called, _)| *called == folded)
        .map(|(_, here)| *here);
    known
        .iter()
        .copied()
        .find(|key| *key == folded)
        .or_else(|| elsewhere.into_iter().find(|here| known.contains(here)))
        .or_else(|| nearest(&folded, known.iter().copied()))
}

/// The tables that know a key.
pub(super) fn tables_with(key: &str) -> Vec<&'static str> {
    known_keys()
        .iter()
        .filter(|table| table.keys.contains(&key))
        .map(|table| table.table)
        .collect()
}

/// A name as it has to be written in a table's head.
pub(super) fn quoted(name: &str) -> String {
    let bare = |letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter);
    if !name.is_empty() && name.chars().all(bare) {
        name.to_owned()
    } else {
        format!("{name:?}")
    }
}
