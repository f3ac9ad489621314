//! The text format of Prometheus, for the textfile collector of its node exporter.

use std::fmt::Write as _;

use crate::authority::status::{Holding, Holdings, Severity, Status};
use crate::x509::escape_control;

/// The metrics of a PKI. Times are seconds since 1970-01-01 UTC, as Prometheus wants them.
pub fn metrics(status: &Status, holdings: &Holdings) -> String {
    let mut page = Page::default();
    page.family(
        "certmint_certificate_not_after_seconds",
        "End of a certificate that is in use, CAs excepted, in Unix time.",
    );
    let in_use = || {
        holdings
            .certificates
            .iter()
            .filter(|one| one.revoked.is_none())
    };
    for certificate in in_use() {
        page.sample(&labels(certificate), certificate.not_after.unix_timestamp());
    }
    page.family(
        "certmint_certificate_not_before_seconds",
        "Begin of a certificate that is in use, CAs excepted, in Unix time.",
    );
    for certificate in in_use() {
        page.sample(
            &labels(certificate),
            certificate.not_before.unix_timestamp(),
        );
    }
    page.family(
        "certmint_certificate_series_left_out",
        "Certificates that have no series of their own here because there are too many; those that end first have one.",
    );
    page.sample(&[], number(holdings.left_out));
    page.family(
        "certmint_ca_not_after_seconds",
        "End of a CA's certificate, in Unix time.",
    );
    for authority in &status.authorities {
        let labels = [
            ("name", authority.title().to_owned()),
            ("serial", authority.serial.clone()),
        ];
        page.sample(&labels, authority.not_after.unix_timestamp());
    }
    page.family(
        "certmint_crl_next_update_seconds",
        "When the published CRL of a CA ends, in Unix time.",
    );
    let lists = || {
        let authorities = status.authorities.iter();
        authorities.filter_map(|authority| authority.list.map(|list| (authority, list)))
    };
    for (authority, list) in lists() {
        let labels = [("ca", authority.title().to_owned())];
        page.sample(&labels, list.next_update.unix_timestamp());
    }
    page.family(
        "certmint_crl_entries",
        "How many certificates are on the published CRL of a CA.",
    );
    for (authority, list) in lists() {
        let labels = [("ca", authority.title().to_owned())];
        page.sample(&labels, number(list.entries));
    }
    page.family(
        "certmint_certificates",
        "How many certificates the inventory has in each state, CAs included.",
    );
    let census = &status.census;
    let states = [
        ("issued", census.issued),
        ("expired", census.expired),
        ("revoked", census.revoked),
        ("superseded", census.superseded),
        ("lost", census.lost),
        ("listed", census.listed),
        ("recorded", census.recorded),
    ];
    for (state, count) in states {
        page.sample(&[("state", state.to_owned())], number(count));
    }
    page.family(
        "certmint_findings",
        "How many findings 'certmint status' has; critical ones and warnings need attention.",
    );
    for severity in Severity::ALL {
        let labels = [("severity", severity.word().to_owned())];
        let count = status.count(severity);
        page.sample(&labels, i64::try_from(count).unwrap_or(i64::MAX));
    }
    page.family(
        "certmint_last_run_timestamp_seconds",
        "When 'certmint status' wrote this, in Unix time.",
    );
    page.sample(&[], status.at.unix_timestamp());
    page.text
}

fn labels(certificate: &Holding) -> [(&'static str, String); 4] {
    [
        ("name", certificate.title().to_owned()),
        ("kind", certificate.kind.word().to_owned()),
        ("issuer", certificate.issuer_title.clone()),
        ("serial", certificate.serial.clone()),
    ]
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[derive(Default)]
struct Page {
    text: String,
    family: &'static str,
}

impl Page {
    /// Begins a family of gauges.
    fn family(&mut self, name: &'static str, help: &str) {
        self.family = name;
        // Writing to a String cannot fail.
        let _ = writeln!(self.text, "# HELP {name} {help}\n# TYPE {name} gauge");
    }

    fn sample(&mut self, labels: &[(&str, String)], value: i64) {
        self.text.push_str(self.family);
        for (position, (name, value)) in labels.iter().enumerate() {
            self.text.push(if position == 0 { '{' } else { ',' });
            let _ = write!(self.text, "{name}=\"{}\"", escaped(value));
        }
        if !labels.is_empty() {
            self.text.push('}');
        }
        let _ = writeln!(self.text, " {value}");
    }
}

/// In the value of a label a backslash, a quotation mark and a line feed are escaped; control
/// characters, line feeds among them, are written out, since people look at the file too.
fn escaped(value: &str) -> String {
    escape_control(value)
        .replace('\\', r"\\")
        .replace('"', "\\\"")
}
