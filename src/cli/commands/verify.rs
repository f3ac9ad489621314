//! `certmint verify`

use std::{fmt::Write as _, path::PathBuf};

use anyhow::{Result, bail};
use clap::Args;
use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::verify_each;
use crate::{
    cli::{
        args::Global,
        read, render,
        report::{Report, Verdict},
        secrets,
    },
    inspect::verify::{
        Finding, Host, LinkReport, Options, PolicyInputs, Purpose, Request, RevocationMode,
        Severity, VerifyError, WeakAlgorithms, rustls_says, verify,
    },
    x509::{Certificate, escape_control},
};

/// Path validation.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  certmint verify flb.crt --ca ca.crt --host www.2026testsite.com
  certmint verify client.crt web-ca.crt --ca ca.crt --purpose client --crl ca.crl
  certmint verify flb.fullchain.crt --ca ca.crt --at 2027-01-01T00:00:00Z
  certmint verify --each devices.pem --ca ca.crt --crl ca.crl

Exit code 3 when the path is not accepted.")]
pub(crate) struct Verify {
    /// The certificate in the first file; intermediates beside it or in further files, in any order;
    /// PEM, DER, PKCS#7 or PKCS#12
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Judge every certificate of the files by itself; those of CAs are intermediates of all
    #[arg(long)]
    pub(crate) each: bool,
    /// Certificates that are trusted; may be repeated
    #[arg(long, required = true, value_name = "FILE")]
    pub(crate) ca: Vec<PathBuf>,
    /// Host name or IP address that clients connect to
    #[arg(long, value_name = "HOST")]
    pub(crate) host: Option<Host>,
    /// What it is used for: any, server, client, email, code-signing, time-stamping, ocsp-signing;
    /// server if --host is given
    #[arg(long, value_name = "PURPOSE")]
    pub(crate) purpose: Option<Purpose>,
    /// Certificate revocation list; may be repeated
    #[arg(long, value_name = "FILE")]
    pub(crate) crl: Vec<PathBuf>,
    /// Demand that the revocation lists tell of every certificate
    #[arg(long, requires = "crl")]
    pub(crate) crl_required: bool,
    /// Certificate policy that the path must be good for, as a dotted identifier; may be repeated
    #[arg(long, value_name = "OID")]
    pub(crate) policy: Vec<String>,
    /// File whose first line is the password of PKCS#12 files; - is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    /// The moment to judge for (RFC 3339) instead of now
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) at: Option<OffsetDateTime>,
}

pub(super) fn moment(text: &str) -> Result<OffsetDateTime, String> {
    OffsetDateTime::parse(text, &Rfc3339)
        .map_err(|error| format!("{error}; write it as 2027-01-01T00:00:00Z"))
}

/// What the files hold.
pub(super) struct Material {
    /// The certificates of the files, in their order.
    pub(super) certificates: Vec<Certificate>,
    anchors: Vec<Vec<u8>>,
    anchor_files: Vec<PathBuf>,
    crls: Vec<Vec<u8>>,
    crl_files: Vec<PathBuf>,
}

impl Material {
    fn read(arguments: &Verify) -> Result<Self> {
        let password = arguments
            .password_file
            .as_ref()
            .map(|file| {
                secrets::Source {
                    file: Some(file),
                    flag: "--password-file",
                    prompt: "password".to_owned(),
                }
                .existing()
            })
            .transpose()?;
        let mut material = Self {
            certificates: Vec::new(),
            anchors: Vec::new(),
            anchor_files: Vec::new(),
            crls: Vec::new(),
            crl_files: Vec::new(),
        };
        for (position, file) in arguments.files.iter().enumerate() {
            let mut found = read::certificates(file, password.as_ref())?;
            if position == 0 && !arguments.each {
                put_target_first(&mut found);
            }
            material.certificates.extend(found);
        }
        for file in &arguments.ca {
            for anchor in read::certificates(file, password.as_ref())? {
                material.anchors.push(anchor.as_der().to_vec());
                material.anchor_files.push(file.clone());
            }
        }
        for file in &arguments.crl {
            for crl in read::revocation_lists(file)? {
                material.crls.push(crl);
                material.crl_files.push(file.clone());
            }
        }
        Ok(material)
    }

    pub(super) fn anchors(&self) -> Vec<&[u8]> {
        self.anchors.iter().map(Vec::as_slice).collect()
    }

    pub(super) fn crls(&self) -> Vec<&[u8]> {
        self.crls.iter().map(Vec::as_slice).collect()
    }

    /// An error with the file that it is about.
    pub(super) fn at_fault(&self, arguments: &Verify, error: VerifyError) -> anyhow::Error {
        let file = match &error {
            VerifyError::UnreadableTarget(_) => arguments.files.first(),
            VerifyError::UnreadableAnchor { index, .. } => self.anchor_files.get(*index),
            VerifyError::UnreadableCrl { index, .. } => self.crl_files.get(*index),
        };
        let file = file.map(|file| file.display().to_string());
        anyhow::Error::new(error).context(file.unwrap_or_default())
    }
}

/// The rules that the flags say.
pub(super) fn options(arguments: &Verify) -> Options {
    let usual = if arguments.host.is_some() {
        Purpose::Server
    } else {
        Purpose::Any
    };
    Options {
        now: arguments.at.unwrap_or_else(OffsetDateTime::now_utc),
        purpose: arguments.purpose.unwrap_or(usual),
        host: arguments.host.clone(),
        revocation: if arguments.crl_required {
            RevocationMode::Required
        } else {
            RevocationMode::WhereGiven
        },
        policies: PolicyInputs {
            initial_policies: arguments.policy.clone(),
            require_explicit_policy: !arguments.policy.is_empty(),
            ..PolicyInputs::default()
        },
        weak_algorithms: WeakAlgorithms::Refused,
    }
}

pub(crate) fn run(arguments: &Verify, global: &Global) -> Result<Report> {
    let material = Material::read(arguments)?;
    if arguments.each {
        return verify_each::run(arguments, &material, global);
    }
    let Some((target, pool)) = material.certificates.split_first() else {
        bail!("no certificate was given")
    };
    let pool: Vec<&[u8]> = pool.iter().map(Certificate::as_der).collect();
    let request = Request {
        target: target.as_der(),
        pool: &pool,
        anchors: &material.anchors(),
        crls: &material.crls(),
        options: options(arguments),
    };
    let verdict = verify(&request).map_err(|error| material.at_fault(arguments, error))?;
    let second_opinion = rustls_says(&request);
    let accepted = verdict.is_accepted();
    let mut text = if accepted {
        format!(
            "{}accepted{:#}  {}\n",
            render::GREEN.bold(),
            render::GREEN.bold(),
            render::title(target)
        )
    } else {
        format!(
            "{}refused{:#}  {}\n",
            render::RED.bold(),
            render::RED.bold(),
            render::title(target)
        )
    };
    for link in &verdict.path {
        push_link(&mut text, link);
    }
    for remark in &verdict.remarks {
        push_finding(&mut text, remark);
    }
    match &second_opinion {
        Ok(()) => text.push_str("rustls would accept it too\n"),
        Err(reason) => {
            // Its name says enough; `--json` has what rustls writes behind it.
            let name = reason.split(['(', '{']).next().unwrap_or(reason).trim_end();
            let _ = writeln!(text, "rustls would refuse it: {}", escape_control(name));
        }
    }
    let json = json!({
        "accepted": accepted,
        "path": verdict.path.iter().map(link_json).collect::<Vec<_>>(),
        "remarks": verdict.remarks.iter().map(finding_json).collect::<Vec<_>>(),
        "policies": verdict.policies,
        "rustls": { "accepted": second_opinion.is_ok(), "reason": second_opinion.err() },
    });
    Ok(Report::new("verify", json, text).verdict(if accepted {
        Verdict::Clean
    } else {
        Verdict::Found
    }))
}

/// The certificate that a file is about: PKCS#7 keeps no order, and some bundles begin with the
/// root, so it is the first that issued none of the others.
fn put_target_first(certificates: &mut [Certificate]) {
    let issued_another = |one: &Certificate| {
        certificates
            .iter()
            .any(|other| other != one && other.issuer() == one.subject())
    };
    let position = certificates
        .iter()
        .position(|one| !issued_another(one))
        .unwrap_or_default();
    if let Some(up_to_target) = certificates.get_mut(..=position) {
        up_to_target.rotate_right(1);
    }
}

pub(super) fn push_link(text: &mut String, link: &LinkReport) {
    let failed = link.failures().next().is_some();
    let (style, mark) = if failed {
        (render::RED, "refused")
    } else {
        (render::GREEN, "ok")
    };
    let dim = render::DIM;
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "  {style}{mark:<7}{style:#}  {dim}{:<12}{dim:#}  {}",
        link.role.to_string(),
        link.subject
    );
    for finding in &link.findings {
        push_finding(text, finding);
    }
}

pub(super) fn push_finding(text: &mut String, finding: &Finding) {
    let (style, word) = match finding.severity {
        Severity::Failure => (render::RED, "fails"),
        Severity::Note => (render::YELLOW, "note"),
    };
    let dim = render::DIM;
    let _ = writeln!(
        text,
        "      {style}{word}{style:#}: {} {dim}({}){dim:#}",
        escape_control(&finding.what),
        finding.rule
    );
    if !finding.remedy.is_empty() {
        let _ = writeln!(text, "        {}", escape_control(&finding.remedy));
    }
}

pub(super) fn link_json(link: &LinkReport) -> Value {
    json!({
        "role": link.role.to_string().replace(' ', "_"),
        "subject": link.subject,
        "issuer": link.issuer,
        "serial": link.serial,
        "not_before": crate::x509::moment_text(link.not_before),
        "not_after": crate::x509::moment_text(link.not_after),
        "findings": link.findings.iter().map(finding_json).collect::<Vec<_>>(),
    })
}

pub(super) fn finding_json(finding: &Finding) -> Value {
    json!({
        "severity": match finding.severity { Severity::Failure => "failure", Severity::Note => "note" },
        "check": finding.check.as_str().replace('-', "_"),
        "what": finding.what,
        "rule": finding.rule,
        "remedy": finding.remedy,
    })
}
