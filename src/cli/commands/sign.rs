//! `certmint sign`

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::{Args, ValueEnum};
use serde_json::json;
use time::OffsetDateTime;

use super::{
    sign_all,
    signing::{open_authority, open_foreign_authority},
};
use crate::{
    authority::{Filed, Filing, Order, SigningAuthority, certify},
    cli::{
        actor::actor,
        args::Global,
        configuration,
        failure::{Advised, UsageError},
        output, read, render,
        report::Report,
        show_openssl,
    },
    formats::openssl_conf::{CertificateExtensions, CopyExtensions, DistinguishedName},
    profile::{
        AlternativeNames, Application, Decision, LeafKind, LongLife, OperatorExtension, Outcome,
        Profile,
    },
    store::{Store, StoreName},
    x509::{CertificationRequest, Name, ProvenKey, San, SanSet, Validity, oid},
};

/// A certificate from somebody's request.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  certmint sign flb.csr --out flb.crt
  certmint sign flb.csr --out flb.crt --config flb.cnf --extensions req_ext
  certmint sign client.csr --out client.crt --profile client --ca-cert ca.crt --ca-key ca.key
  certmint sign node1.csr node2.csr --out-dir signed")]
pub(crate) struct Sign {
    /// The certification request, PEM or DER; several with --out-dir
    #[arg(value_name = "CSR", required = true)]
    pub(crate) requests: Vec<PathBuf>,
    /// Where to write the certificate; an existing file is not overwritten
    #[arg(long, value_name = "FILE", required_unless_present = "out_dir")]
    pub(crate) out: Option<PathBuf>,
    /// Directory where to write NAME.crt for each NAME.csr; no existing file is overwritten
    #[arg(long, value_name = "DIR", conflicts_with_all = ["out", "sans", "show_openssl"])]
    pub(crate) out_dir: Option<PathBuf>,
    /// Which CA of this PKI signs; needed when there are several
    #[arg(long, value_name = "CA", conflicts_with_all = ["ca_cert", "ca_key"])]
    pub(crate) ca: Option<StoreName>,
    /// Certificate of a CA made elsewhere
    #[arg(long, value_name = "FILE", requires = "ca_key")]
    pub(crate) ca_cert: Option<PathBuf>,
    /// Key of a CA made elsewhere
    #[arg(long, value_name = "FILE", requires = "ca_cert")]
    pub(crate) ca_key: Option<PathBuf>,
    /// What the certificate is for
    #[arg(long, value_name = "PROFILE", default_value = "server")]
    pub(crate) profile: LeafProfile,
    /// Days until the certificate ends
    #[arg(long, default_value_t = 825, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=36500))]
    pub(crate) days: u32,
    /// Subject alternative name in place of the request's; may be repeated
    #[arg(long = "san", value_name = "SAN")]
    pub(crate) sans: Vec<San>,
    /// openssl configuration with extensions to add
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Section of the configuration with the extensions
    #[arg(long, value_name = "SECTION", requires = "config")]
    pub(crate) extensions: Option<String>,
    /// Let a server certificate live longer than the 825 days that Apple's systems accept
    #[arg(long)]
    pub(crate) allow_long_life: bool,
    /// File whose first line is the passphrase of the CA key; - is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// Print the openssl commands that do the same, and do nothing
    #[arg(long)]
    pub(crate) show_openssl: bool,
}

/// What a signed certificate is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LeafProfile {
    /// A TLS server
    Server,
    /// A TLS client
    Client,
    /// A host that is both
    Peer,
}

impl From<LeafProfile> for LeafKind {
    fn from(profile: LeafProfile) -> Self {
        match profile {
            LeafProfile::Server => Self::Server,
            LeafProfile::Client => Self::Client,
            LeafProfile::Peer => Self::Peer,
        }
    }
}

/// What the operator's configuration adds to the request.
#[derive(Default)]
struct Operator {
    extensions: Vec<OperatorExtension>,
    copy: Option<(CopyExtensions, String)>,
    /// The request's subject, less the addresses that `email:move` takes out of it.
    subject: Option<Name>,
    notes: Vec<String>,
}

/// A request to be signed alone, and where its certificate goes.
#[derive(Clone, Copy)]
pub(crate) struct Single<'arguments> {
    pub(crate) request: &'arguments Path,
    pub(crate) out: &'arguments Path,
}

pub(crate) fn run(pki: &Path, arguments: &Sign, global: &Global) -> Result<Report> {
    match (
        &arguments.out_dir,
        &arguments.out,
        arguments.requests.as_slice(),
    ) {
        (Some(folder), _, _) => sign_all::run(pki, arguments, folder, global),
        (None, Some(out), [request]) => sign_one(pki, arguments, Single { request, out }),
        _ => Err(UsageError(
            "--out FILE is for one request; --out-dir DIR takes several".to_owned(),
        )
        .into()),
    }
}

fn sign_one(pki: &Path, arguments: &Sign, single: Single<'_>) -> Result<Report> {
    let request = read::request(single.request)?;
    let place = || format!("{}", single.request.display());
    let key = request.prove().with_context(place)?;
    if arguments.show_openssl {
        return show_openssl::sign(pki, arguments, single, &request, key);
    }
    output::refuse_unwritable(single.out)?;
    let now = OffsetDateTime::now_utc();
    let Applied {
        application,
        left_out,
        notes,
    } = application(arguments, &request, key, now)?;
    let (mut store, signer) = open_signer(pki, arguments, now)?;
    let mut filed = certify(
        &mut store,
        &signer,
        Order {
            application,
            filing: Filing::Elsewhere,
        },
        now,
    )
    .with_context(place)?;
    filed.decisions.extend(left_out);
    output::public(single.out, filed.certificate.to_pem().as_bytes())
        .map_err(|error| not_written(&filed, error))?;
    let kind = LeafKind::from(arguments.profile);
    Ok(report(single.out, kind, &request, &filed).notes(notes))
}

/// The CA that the flags name, with its key, and the PKI that knows of it.
pub(super) fn open_signer(
    pki: &Path,
    arguments: &Sign,
    now: OffsetDateTime,
) -> Result<(Store, SigningAuthority)> {
    let passphrase_file = arguments.passphrase_file.as_ref();
    match (&arguments.ca_cert, &arguments.ca_key) {
        (Some(certificate), Some(key)) => {
            let mut store = Store::create(pki, &actor(), now)?;
            let signer =
                open_foreign_authority(&mut store, certificate, key, passphrase_file, now)?;
            Ok((store, signer))
        }
        _ => {
            let store = Store::open(pki, &actor(), now)?;
            let ca = arguments.ca.as_ref();
            let signer = open_authority(&store, ca, passphrase_file, "--passphrase-file")?;
            Ok((store, signer))
        }
    }
}

/// A certificate that was signed, and whose file could not be written.
pub(super) fn not_written(filed: &Filed, error: anyhow::Error) -> anyhow::Error {
    let serial = render::serial(&filed.certificate);
    Advised {
        message: format!("{error:#}"),
        hint: format!("the certificate is in the inventory: 'certmint export pem --serial {serial} --out FILE' writes it"),
    }
    .into()
}

/// What a request comes to under the flags, before a CA looks at it.
pub(crate) struct Applied {
    pub(crate) application: Application,
    /// What was decided of the extensions that the configuration keeps from being asked for.
    pub(crate) left_out: Vec<Decision>,
    pub(crate) notes: Vec<String>,
}

/// Joins the request, the flags and the operator's configuration.
pub(crate) fn application(
    arguments: &Sign,
    request: &CertificationRequest,
    key: ProvenKey,
    now: OffsetDateTime,
) -> Result<Applied> {
    let names = SanSet::new(arguments.sans.iter().cloned()).context("--san")?;
    let mut operator = match &arguments.config {
        Some(file) => operator_extensions(file, arguments.extensions.as_deref(), request)?,
        None => Operator::default(),
    };
    if names.is_some() {
        for own in &operator.extensions {
            if own.extension.oid == oid::SUBJECT_ALT_NAME {
                let location = &own.location;
                operator.notes.push(format!(
                    "--san replaces the subjectAltName that {location} asks for"
                ));
            }
        }
    }
    let (requested, left_out) = requested(request, &operator);
    if let Some((CopyExtensions::CopyAll, _)) = operator.copy {
        operator
            .extensions
            .retain(|own| !requested.iter().any(|asked| asked.oid == own.extension.oid));
    }
    let application = Application {
        profile: Profile::Leaf(LeafKind::from(arguments.profile)),
        key,
        subject: operator
            .subject
            .unwrap_or_else(|| request.subject().clone()),
        alternative_names: names.map_or(AlternativeNames::AsRequested, AlternativeNames::Given),
        validity: Validity::of_days(now, arguments.days)?,
        long_life: if arguments.allow_long_life {
            LongLife::Allow
        } else {
            LongLife::Refuse
        },
        requested,
        operator: operator.extensions,
    };
    Ok(Applied {
        application,
        left_out,
        notes: operator.notes,
    })
}

/// The section of extensions that the operator of the CA names.
fn operator_extensions(
    file: &Path,
    section: Option<&str>,
    request: &CertificationRequest,
) -> Result<Operator> {
    let config = configuration::read(file)?;
    let mut subject = DistinguishedName::from_der(request.subject().as_der())
        .context("the request's subject cannot be read")?;
    let section = CertificateExtensions::read(&config, section, &mut subject)?;
    let mut operator = Operator {
        copy: CopyExtensions::read(&config)?.map(|copy| (copy.value, copy.location.to_string())),
        notes: section.notes.iter().map(ToString::to_string).collect(),
        ..Operator::default()
    };
    let subject = configuration::subject(&subject)?;
    if subject != *request.subject() {
        operator.notes.push(format!(
            "email:move makes the subject {}",
            subject.openssl_oneline()
        ));
        operator.subject = Some(subject);
    }
    for requested in &section.extensions {
        if let Some(written) = configuration::extension(requested, request.public_key())? {
            operator.extensions.push(OperatorExtension {
                extension: written.extension,
                location: written.location,
            });
        }
    }
    Ok(operator)
}

/// The request's extensions as far as `copy_extensions` lets them through (`ca(1)`), and what was
/// decided of the others.
fn requested(
    request: &CertificationRequest,
    operator: &Operator,
) -> (Vec<crate::x509::Extension>, Vec<Decision>) {
    match &operator.copy {
        Some((CopyExtensions::None, location)) => {
            let reason = format!("{location} says copy_extensions = none");
            let left_out = request.extensions().iter().map(|extension| Decision {
                extension: extension.name(),
                outcome: Outcome::Refused(reason.clone()),
            });
            (Vec::new(), left_out.collect())
        }
        _ => (request.extensions().to_vec(), Vec::new()),
    }
}

fn report(out: &Path, kind: LeafKind, request: &CertificationRequest, filed: &Filed) -> Report {
    let mut text = render::certificate_text(
        &kind.to_string(),
        &filed.certificate,
        &render::ordered_days(&filed.certificate),
    );
    text.push_str(&render::files_text([(out, "certificate")]));
    if filed.decisions.is_empty() {
        text.push_str("the request asks for no extensions\n");
    } else {
        text.push_str("extensions that the request asks for\n");
        text.push_str(&render::decisions_text(&filed.decisions));
    }
    let left_out: Vec<String> = request
        .other_attributes()
        .iter()
        .map(crate::x509::oid::display)
        .collect();
    let fields = json!({ "files": [out], "profile": kind.to_string() });
    let json = render::with_fields(render::filed_json(filed), fields);
    let report = Report::new("sign", json, text);
    if left_out.is_empty() {
        report
    } else {
        report.note(format!(
            "attributes of the request that a certificate has no place for: {}",
            left_out.join(", ")
        ))
    }
}
