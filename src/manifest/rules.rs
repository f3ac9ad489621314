//! The rules that hold between the entries of a manifest.

use std::collections::HashMap;
use std::path::PathBuf;

use crate::{
    authority::{Reload, RenewalWindow},
    formats::nearest,
    profile::{LeafKind, LongLife},
    store::StoreName,
    target::slug,
    x509::{Name, PathLength, San, SanSet},
};

use super::{
    authority::DesiredAuthority,
    certificate::DesiredCertificate,
    contradiction::{Contradiction, Table},
    refused::wishes_refused,
    subject::written_name,
};

/// Apple refuses server certificates that live longer (support.apple.com/103769).
const APPLE_LIMIT_DAYS: u32 = 825;

/// Every rule that is broken.
pub(super) fn contradictions(
    authorities: &[DesiredAuthority],
    certificates: &[DesiredCertificate],
) -> Vec<Contradiction> {
    let mut rules = Rules {
        by_name: authorities
            .iter()
            .map(|authority| (&authority.name, authority))
            .collect(),
        found: Vec::new(),
    };
    rules.names_once(authorities, certificates);
    for authority in authorities {
        rules.authority(authority);
    }
    for certificate in certificates {
        rules.certificate(certificate);
    }
    rules.exports_once(certificates);
    rules.haproxy_files_once(certificates);
    rules.targets_once(certificates);
    rules.found
}

struct Rules<'m> {
    by_name: HashMap<&'m StoreName, &'m DesiredAuthority>,
    found: Vec<Contradiction>,
}

/// An entry of the manifest, to point at.
#[derive(Clone, Copy)]
struct Entry<'m> {
    table: Table,
    name: &'m StoreName,
}

impl<'m> From<&'m DesiredAuthority> for Entry<'m> {
    fn from(authority: &'m DesiredAuthority) -> Self {
        Self {
            table: Table::Ca,
            name: &authority.name,
        }
    }
}

impl<'m> From<&'m DesiredCertificate> for Entry<'m> {
    fn from(certificate: &'m DesiredCertificate) -> Self {
        Self {
            table: certificate.kind.into(),
            name: &certificate.name,
        }
    }
}

impl From<LeafKind> for Table {
    fn from(kind: LeafKind) -> Self {
        match kind {
            LeafKind::Server => Self::Server,
            LeafKind::Client => Self::Client,
            LeafKind::Peer => Self::Peer,
        }
    }
}

impl<'m> Rules<'m> {
    fn broken(
        &mut self,
        entry: impl Into<Entry<'m>>,
        key: &'static str,
        what: String,
        remedy: impl Into<String>,
    ) {
        self.found
            .push(contradiction(entry.into(), key, None, what, remedy.into()));
    }

    /// As `broken`, by what a CA above says too.
    fn broken_below(
        &mut self,
        above: &DesiredAuthority,
        entry: impl Into<Entry<'m>>,
        key: &'static str,
        what: String,
        remedy: String,
    ) {
        let above = Some(above.name.clone());
        self.found
            .push(contradiction(entry.into(), key, above, what, remedy));
    }

    /// Names that differ in case only are one folder on some file systems; servers, clients and peers
    /// share `certs/`.
    fn names_once(
        &mut self,
        authorities: &'m [DesiredAuthority],
        certificates: &'m [DesiredCertificate],
    ) {
        let shelves: [Vec<Entry<'m>>; 2] = [
            authorities.iter().map(Entry::from).collect(),
            certificates.iter().map(Entry::from).collect(),
        ];
        for shelf in shelves {
            let mut seen: HashMap<String, Entry<'m>> = HashMap::new();
            for entry in shelf {
                let folded = entry.name.to_string().to_ascii_lowercase();
                let Some(first) = seen.get(&folded).copied() else {
                    seen.insert(folded, entry);
                    continue;
                };
                let other = format!("[{}.{}]", first.table.word(), first.name);
                let (what, remedy) = if first.name != entry.name {
                    (
                        format!(
                            "the name differs from that of {other} in the case of letters only"
                        ),
                        "give one of them another name",
                    )
                } else {
                    (
                        format!("{other} has the same name, and both would be in the same folder"),
                        "give one of them another name, or make it a [peer.NAME], which is server and client",
                    )
                };
                self.broken(entry, "", what, remedy);
            }
        }
    }

    fn subject(&mut self, entry: impl Into<Entry<'m>>, subject: &Name) {
        if written_name(subject).as_ref() != Some(subject) {
            let what = format!("the subject {subject} cannot be written in a manifest");
            let remedy =
                "give every attribute one text value in the string type that certmint writes";
            self.broken(entry, "subject", what, remedy);
        }
    }

    fn authority(&mut self, authority: &'m DesiredAuthority) {
        self.subject(authority, &authority.subject);
        self.window(authority, authority.renewal, authority.days);
        let Some(issuer) = &authority.issuer else {
            return;
        };
        let Some(above) = self.issuer(authority, "issuer", issuer) else {
            return;
        };
        match self.path_to_root(authority) {
            Err(circle) => {
                let what = format!("its issuers go in a circle: {circle}");
                self.broken(
                    authority,
                    "issuer",
                    what,
                    "one of them must be a root, without an issuer",
                );
            }
            Ok(path) => {
                for (below, ca) in path.iter().skip(1).enumerate() {
                    if matches!(ca.path_length, PathLength::AtMost(most) if usize::from(most) <= below)
                    {
                        let what = format!(
                            "[ca.{}] permits {} below it, and this is one more",
                            ca.name,
                            levels(ca.path_length)
                        );
                        let remedy =
                            format!("write path_length = {} in [ca.{}]", below + 1, ca.name);
                        self.broken_below(ca, authority, "issuer", what, remedy);
                    }
                }
            }
        }
        self.life(authority, authority.days, above);
    }

    fn certificate(&mut self, certificate: &'m DesiredCertificate) {
        let DesiredCertificate {
            kind, names, days, ..
        } = certificate;
        self.subject(certificate, &certificate.subject);
        self.window(certificate, certificate.renewal, *days);
        let is_host = |name: &San| matches!(name, San::Dns(_) | San::Ip(_));
        let has_host = names.iter().flat_map(SanSet::iter).any(is_host);
        if kind.is_connected_to() && !has_host {
            let what = format!(
                "a {kind} without a host name or IP address matches no connection (RFC 9525 §6.3)"
            );
            let remedy = "write san = [\"NAME\"] with the name that clients connect to";
            self.broken(certificate, "san", what, remedy);
        } else if certificate.subject.is_empty() && names.is_none() {
            let what = "it has neither a subject nor a subject alternative name".to_owned();
            self.broken(certificate, "subject", what, "write common_name or san");
        }
        if kind.is_connected_to()
            && certificate.long_life == LongLife::Refuse
            && *days > APPLE_LIMIT_DAYS
        {
            let what = format!(
                "a {kind} certificate of {days} days is refused by Apple's systems, which accept {APPLE_LIMIT_DAYS}"
            );
            let remedy = format!(
                "write days = {APPLE_LIMIT_DAYS}, or allow_long_life = true if no Apple system will connect"
            );
            self.broken(certificate, "days", what, remedy);
        }
        let Some(above) = self.issuer(certificate, "ca", &certificate.authority) else {
            return;
        };
        for (target, finding) in wishes_refused(certificate, Some(above.key)) {
            let what = format!(
                "target {target} refuses it: {} ({}; {})",
                finding.what(),
                finding.rule().id(),
                finding.rule().source()
            );
            let remedy = "write key = \"…\" with another kind of key, or leave the target out";
            self.broken_below(above, certificate, "targets", what, remedy.to_owned());
        }
        self.life(certificate, *days, above);
        // A circle is told at the CA.
        for ca in self.path_to_root(above).unwrap_or_default() {
            let Some(constraints) = &ca.name_constraints else {
                continue;
            };
            for name in names.iter().flat_map(SanSet::iter) {
                if !constraints.permits(name) {
                    let what = format!("[ca.{}] does not permit the name {name}", ca.name);
                    let remedy = format!(
                        "leave the name out, use another CA, or widen permit_dns, permit_ip, exclude_dns or exclude_ip in [ca.{}]",
                        ca.name
                    );
                    self.broken_below(ca, certificate, "san", what, remedy);
                }
            }
        }
    }

    fn issuer(
        &mut self,
        entry: impl Into<Entry<'m>>,
        key: &'static str,
        issuer: &StoreName,
    ) -> Option<&'m DesiredAuthority> {
        let found = self.by_name.get(issuer).copied();
        if found.is_none() {
            let known = self.by_name.keys().map(ToString::to_string).collect();
            let (what, remedy) = no_such_authority(&issuer.to_string(), known);
            self.broken(entry, key, what, remedy);
        }
        found
    }

    /// The CA itself, its issuer, and so on, as far as they are known; the names of a circle.
    fn path_to_root(
        &self,
        authority: &'m DesiredAuthority,
    ) -> Result<Vec<&'m DesiredAuthority>, String> {
        let mut path = vec![authority];
        let mut current = authority;
        while let Some(above) = current
            .issuer
            .as_ref()
            .and_then(|issuer| self.by_name.get(issuer))
        {
            if path.iter().any(|before| before.name == above.name) {
                let names = path.iter().map(|ca| ca.name.to_string());
                let circle: Vec<String> = names.chain([above.name.to_string()]).collect();
                return Err(circle.join(", "));
            }
            path.push(above);
            current = above;
        }
        Ok(path)
    }

    fn life(&mut self, entry: impl Into<Entry<'m>>, days: u32, issuer: &DesiredAuthority) {
        if days <= issuer.days {
            return;
        }
        let what = format!(
            "{days} days are longer than the {} of its issuer [ca.{}]",
            issuer.days, issuer.name
        );
        let remedy = format!(
            "write days = {} or less, or give the CA more days",
            issuer.days
        );
        self.broken_below(issuer, entry, "days", what, remedy);
    }

    fn window(&mut self, entry: impl Into<Entry<'m>>, renewal: RenewalWindow, days: u32) {
        if let RenewalWindow::Days(window) = renewal
            && window >= days
        {
            let what = format!(
                "it would be renewed {window} days before its end, and it lives for {days} days only"
            );
            let remedy = format!("write renew_days = {} or less", (days / 3).max(1));
            self.broken(entry, "renew_days", what, remedy);
        }
    }

    fn exports_once(&mut self, certificates: &'m [DesiredCertificate]) {
        let mut seen: HashMap<PathBuf, &StoreName> = HashMap::new();
        for certificate in certificates {
            for export in &certificate.exports {
                if export.format.password_file() == Some(&export.file) {
                    let what = format!(
                        "{} and its password would be the same file, {}",
                        export.format.title(),
                        export.file.display()
                    );
                    self.broken(certificate, "export", what, "give one of them another name");
                }
                let folded = export.file.to_string_lossy().to_ascii_lowercase();
                if let Some(other) = seen.insert(PathBuf::from(folded), &certificate.name) {
                    let what = format!("{} is written for {other} already", export.file.display());
                    self.broken(
                        certificate,
                        "export",
                        what,
                        "write file = \"…\" with another name",
                    );
                }
            }
        }
    }

    /// What a target is given calls itself after the certificate, with hyphens for the marks that not
    /// every language has in a name: two of one name would be one on the same server or account.
    fn targets_once(&mut self, certificates: &'m [DesiredCertificate]) {
        let mut seen: HashMap<(&str, String), &StoreName> = HashMap::new();
        for certificate in certificates {
            let called = slug(certificate.name.file_name());
            for target in &certificate.targets {
                let Some(other) = seen.insert((target, called.clone()), &certificate.name) else {
                    continue;
                };
                // Two entries of one name are told already.
                if *other == certificate.name {
                    continue;
                }
                let what = format!("{target} would call it {called:?}, as it does {other} already");
                self.broken(
                    certificate,
                    "targets",
                    what,
                    "give one of them a name that differs in letters or digits",
                );
            }
        }
    }

    /// A file of a HAProxy holds one certificate.
    fn haproxy_files_once(&mut self, certificates: &'m [DesiredCertificate]) {
        let mut seen: HashMap<PathBuf, &StoreName> = HashMap::new();
        for certificate in certificates {
            let Some(Reload::HaProxy(haproxy)) = &certificate.reload else {
                continue;
            };
            let files = [Some(haproxy.file()), haproxy.key_file.as_deref()];
            for file in files.into_iter().flatten() {
                let Some(other) = seen.insert(file.to_path_buf(), &certificate.name) else {
                    continue;
                };
                let (what, remedy) = if *other == certificate.name {
                    (
                        format!("{} would be certificate and key", file.display()),
                        "leave key_file out where HAProxy reads both from one file",
                    )
                } else {
                    (
                        format!("{} is written for {other} already", file.display()),
                        "give each certificate of HAProxy a file of its own; a reload of this kind seldom suits [defaults]",
                    )
                };
                self.broken(certificate, "reload", what, remedy);
            }
        }
    }
}

/// What is wrong, and what to do, where a CA is named that the manifest does not have.
pub(super) fn no_such_authority(wanted: &str, mut known: Vec<String>) -> (String, String) {
    known.sort();
    let remedy = match nearest(wanted, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean {near:?}?"),
        None if known.is_empty() => format!("add [ca.{wanted}]"),
        None => format!("add [ca.{wanted}], or name one of: {}", known.join(", ")),
    };
    (format!("there is no [ca.{wanted}]"), remedy)
}

fn contradiction(
    Entry { table, name }: Entry<'_>,
    key: &'static str,
    above: Option<StoreName>,
    what: String,
    remedy: String,
) -> Contradiction {
    Contradiction {
        table,
        name: name.to_string(),
        key,
        above,
        what,
        remedy,
    }
}

fn levels(length: PathLength) -> String {
    match length {
        PathLength::Unlimited => "any number of levels of CAs".to_owned(),
        PathLength::AtMost(0) => "no CA".to_owned(),
        PathLength::AtMost(1) => "1 level of CAs".to_owned(),
        PathLength::AtMost(most) => format!("{most} levels of CAs"),
    }
}
