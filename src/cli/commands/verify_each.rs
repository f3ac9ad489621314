//! `certmint verify --each`: many certificates, each by itself.

use std::fmt::Write as _;

use anyhow::{Result, bail};
use rayon::{current_num_threads, iter::ParallelIterator as _, slice::ParallelSlice as _};
use serde_json::{Value, json};

use super::verify::{Material, Verify, finding_json, link_json, options, push_finding, push_link};
use crate::{
    cli::{
        args::Global,
        render,
        report::{Form, Report, Verdict},
    },
    inspect::verify::{self, Request, VerifyError, verify_each},
    x509::{BasicConstraints, Certificate, oid},
};

/// More refused certificates than these are only counted in the text.
const SHOWN: usize = 20;

pub(super) fn run(arguments: &Verify, material: &Material, global: &Global) -> Result<Report> {
    let (authorities, targets): (Vec<&Certificate>, Vec<&Certificate>) =
        material.certificates.iter().partition(|one| is_ca(one));
    if targets.is_empty() {
        bail!("the files hold certificates of CAs alone, and --each judges what they signed");
    }
    let pool: Vec<&[u8]> = authorities.iter().map(|one| one.as_der()).collect();
    let (anchors, crls) = (material.anchors(), material.crls());
    let options = options(arguments);
    // A part for each core, so that no core reads the revocation lists twice.
    let part = targets.len().div_ceil(current_num_threads().max(1));
    let judged: Vec<Result<Vec<Result<verify::Verdict, VerifyError>>, VerifyError>> = targets
        .par_chunks(part.max(1))
        .map(|targets| {
            let targets: Vec<&[u8]> = targets.iter().map(|one| one.as_der()).collect();
            let request = Request {
                target: &[],
                pool: &pool,
                anchors: &anchors,
                crls: &crls,
                options: options.clone(),
            };
            verify_each(&request, &targets)
        })
        .collect();
    let mut verdicts = Vec::with_capacity(targets.len());
    for part in judged {
        for verdict in part.map_err(|error| material.at_fault(arguments, error))? {
            verdicts.push(verdict.map_err(|error| material.at_fault(arguments, error))?);
        }
    }
    Ok(report(&targets, &verdicts, global.form()))
}

/// A CA by its basic constraints (RFC 5280 §4.2.1.9).
fn is_ca(certificate: &Certificate) -> bool {
    let constraints = certificate
        .extension(&oid::BASIC_CONSTRAINTS)
        .and_then(|extension| extension.read_basic_constraints().ok());
    matches!(constraints, Some(BasicConstraints::Ca(_)))
}

fn report(targets: &[&Certificate], verdicts: &[verify::Verdict], form: Form) -> Report {
    let refused: Vec<(&&Certificate, &verify::Verdict)> = targets
        .iter()
        .zip(verdicts)
        .filter(|(_, verdict)| !verdict.is_accepted())
        .collect();
    let accepted = verdicts.len().saturating_sub(refused.len());
    let (green, red) = (render::GREEN.bold(), render::RED.bold());
    let mut text = String::new();
    for (target, verdict) in refused.iter().take(SHOWN) {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{red}refused{red:#}  {}  serial {}",
            render::title(target),
            render::serial(target)
        );
        for link in &verdict.path {
            push_link(&mut text, link);
        }
        for remark in &verdict.remarks {
            push_finding(&mut text, remark);
        }
    }
    if refused.len() > SHOWN {
        let _ = writeln!(text, "and {} more refused", refused.len() - SHOWN);
    }
    let _ = write!(text, "{green}{accepted}{green:#} accepted");
    if !refused.is_empty() {
        let _ = write!(text, ", {red}{}{red:#} refused", refused.len());
    }
    text.push('\n');
    let certificates: Vec<Value> = match form {
        Form::Text => Vec::new(),
        Form::Json => targets
            .iter()
            .zip(verdicts)
            .map(|(target, verdict)| {
                json!({
                    "subject": target.subject().to_string(),
                    "serial": render::serial(target),
                    "accepted": verdict.is_accepted(),
                    "path": verdict.path.iter().map(link_json).collect::<Vec<_>>(),
                    "remarks": verdict.remarks.iter().map(finding_json).collect::<Vec<_>>(),
                    "policies": verdict.policies,
                })
            })
            .collect(),
    };
    let json = json!({
        "accepted": accepted,
        "refused": refused.len(),
        "certificates": certificates,
    });
    Report::new("verify.each", json, text).verdict(if refused.is_empty() {
        Verdict::Clean
    } else {
        Verdict::Found
    })
}
