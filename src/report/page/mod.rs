//! A web page that needs nothing but itself.
//!
//! Everything that comes from certificates is escaped twice: control characters and what turns the
//! direction of text are written out, then the template escapes for HTML. A content security policy
//! that names the hashes of the page's own style and script lets nothing else run or load.

mod certificates;
mod hierarchy;
mod lives;
mod months;
mod overview;
mod tone;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use minijinja::{Environment, value::Serde};
use serde::Serialize;

use super::ReportError;
use crate::authority::status::{Holdings, Status};
use crate::x509::{escape_control, moment_text};

const TEMPLATE: &str = include_str!("../../../templates/report/report.html");
const STYLE: &str = include_str!("../../../templates/report/report.css");
const SCRIPT: &str = include_str!("../../../templates/report/report.js");

/// What the template is filled with.
#[derive(Serialize)]
struct Page {
    version: &'static str,
    style: &'static str,
    style_hash: String,
    script: &'static str,
    script_hash: String,
    title: String,
    at: String,
    at_text: String,
    verdict: overview::Verdict,
    tiles: Vec<overview::Tile>,
    findings: Vec<overview::Group>,
    tree: hierarchy::Drawing,
    months: months::Drawing,
    lives: lives::Drawing,
    authorities: Vec<certificates::Entry>,
    certificates: Vec<certificates::Entry>,
    left_out: Option<String>,
}

/// The report as one HTML document.
///
/// # Errors
/// [`ReportError::Template`].
pub fn page(status: &Status, holdings: &Holdings) -> Result<String, ReportError> {
    let mut environment = Environment::new();
    // The name's ending turns escaping for HTML on.
    environment.add_template("report.html", TEMPLATE)?;
    let tones = tone::Tones::of(status);
    let entries = certificates::Entries::of(status, holdings, &tones);
    let at = moment_text(status.at);
    let page = Page {
        version: env!("CARGO_PKG_VERSION"),
        style: STYLE,
        style_hash: sha256(STYLE),
        script: SCRIPT,
        script_hash: sha256(SCRIPT),
        title: overview::title(status),
        at_text: at.replace('T', " ").replace('Z', ""),
        at,
        verdict: overview::verdict(status),
        tiles: overview::tiles(status),
        findings: overview::findings(status, &entries),
        tree: hierarchy::drawing(status, holdings, &tones),
        months: months::drawing(status),
        lives: lives::drawing(status, holdings, &tones),
        authorities: entries.authorities,
        certificates: entries.certificates,
        left_out: entries.left_out,
    };
    let template = environment.get_template("report.html")?;
    Ok(template.render(Serde(page))?)
}

/// As a content security policy has it.
fn sha256(text: &str) -> String {
    STANDARD.encode(aws_lc_rs::digest::digest(
        &aws_lc_rs::digest::SHA256,
        text.as_bytes(),
    ))
}

/// A text of at most so many characters, for a drawing; what is cut ends in an ellipsis.
fn fitted(text: &str, most: usize) -> String {
    let text = escape_control(text);
    if text.chars().count() <= most {
        return text;
    }
    text.chars()
        .take(most.saturating_sub(1))
        .chain(['…'])
        .collect()
}
