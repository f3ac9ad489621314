//! The steps, as Markdown and as a web page.

use minijinja::{Environment, UndefinedBehavior, Value, value::Serde};
use serde::{Deserialize, Serialize};

use super::{HandedFile, HandoutError};
use crate::x509::{Certificate, colon_hexadecimal, escape_control};

const MARKDOWN: &str = include_str!("../../templates/handout/page.md");
const HTML: &str = include_str!("../../templates/handout/page.html");

/// The steps of every system, as they stand in a list below `templates/handout/`.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Steps {
    title: String,
    introduction: Vec<String>,
    section: Vec<Section>,
}

/// The steps of one system.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Section {
    title: String,
    /// For which destinations it is shown; left out, for all.
    #[serde(default, rename = "for")]
    destinations: Vec<String>,
    steps: Vec<Step>,
}

/// One step: what to do, and perhaps commands or a file's content to copy.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Step {
    say: String,
    run: Option<String>,
}

/// A certificate as the page shows it.
#[derive(Serialize)]
struct Shown {
    title: String,
    fingerprint: String,
    until: String,
}

impl Shown {
    fn of(certificate: &Certificate) -> Self {
        Self {
            title: certificate.subject().openssl_oneline(),
            fingerprint: colon_hexadecimal(&certificate.fingerprint_sha256()),
            until: certificate.not_after().date().to_string(),
        }
    }
}

/// A file as the page shows it.
#[derive(Serialize)]
struct ShownFile {
    name: String,
    what: &'static str,
}

/// A page in both languages.
struct Page {
    markdown: String,
    html: String,
}

#[derive(Serialize)]
struct Content<'content> {
    title: String,
    introduction: Vec<String>,
    sections: Vec<Section>,
    certificates: &'content [Shown],
    files: &'content [ShownFile],
}

/// Adds the page that tells of the files of a folder, in both languages: the steps, filled with
/// values, of a destination or without one of all, and the certificates to compare.
pub(super) fn add_page(
    handed: &mut Vec<HandedFile>,
    steps: &str,
    values: &impl Serialize,
    destination: Option<&str>,
    certificates: &[&Certificate],
) -> Result<(), HandoutError> {
    let files: Vec<ShownFile> = handed
        .iter()
        .map(|file| ShownFile {
            name: file.name.clone(),
            what: file.what,
        })
        .collect();
    let certificates: Vec<Shown> = certificates.iter().map(|one| Shown::of(one)).collect();
    let page = page(steps, values, destination, &certificates, &files)?;
    handed.push(HandedFile::new("README.md", page.markdown, "the steps"));
    handed.push(HandedFile::new(
        "index.html",
        page.html,
        "the steps, as a web page",
    ));
    Ok(())
}

/// Fills the steps with values and shows those of a destination; without one, all.
fn page(
    steps: &str,
    values: &impl Serialize,
    destination: Option<&str>,
    certificates: &[Shown],
    files: &[ShownFile],
) -> Result<Page, HandoutError> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.add_filter("markdown", |text: String| markdown(&text));
    // The name's ending turns escaping for HTML on.
    environment.add_template("page.html", HTML)?;
    environment.add_template("page.txt", MARKDOWN)?;
    let steps: Steps = toml::from_str(steps)?;
    let values = Value::from(Serde(values));
    let fill = |text: &str| environment.render_str(text, values.clone());
    let mut sections = Vec::new();
    for section in steps.section {
        let is_shown = section.destinations.is_empty()
            || destination
                .is_none_or(|wanted| section.destinations.iter().any(|one| one == wanted));
        if !is_shown {
            continue;
        }
        let mut filled = Vec::new();
        for step in section.steps {
            filled.push(Step {
                say: fill(&step.say)?,
                run: step.run.map(|run| fill(run.trim_end())).transpose()?,
            });
        }
        sections.push(Section {
            title: fill(&section.title)?,
            destinations: Vec::new(),
            steps: filled,
        });
    }
    let content = Content {
        title: fill(&steps.title)?,
        introduction: steps
            .introduction
            .iter()
            .map(|text| fill(text))
            .collect::<Result<_, _>>()?,
        sections,
        certificates,
        files,
    };
    let content = Value::from(Serde(&content));
    Ok(Page {
        markdown: environment
            .get_template("page.txt")?
            .render(content.clone())?,
        html: environment.get_template("page.html")?.render(content)?,
    })
}

/// Text of a certificate in Markdown (CommonMark §2.4): a backslash before whatever could mean
/// something, and nothing that drives a terminal. An ampersand means something only where a
/// character reference starts (§2.5).
fn markdown(text: &str) -> String {
    let text = escape_control(text);
    let mut escaped = String::with_capacity(text.len());
    for (place, character) in text.char_indices() {
        let rest = text.get(place..).unwrap_or_default();
        if "\\`*_{}[]<>!|~".contains(character) || starts_reference(rest) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// Whether a text starts as a character reference: `&name;`, `&#10;` or `&#xa;`. Longer ones than
/// there are count too.
fn starts_reference(text: &str) -> bool {
    let inner = text
        .strip_prefix('&')
        .and_then(|rest| rest.split_once(';'))
        .map(|(inner, _)| inner.strip_prefix('#').unwrap_or(inner));
    inner.is_some_and(|inner| {
        !inner.is_empty() && inner.chars().all(|letter| letter.is_ascii_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_no_markdown() {
        assert_eq!(markdown("a_b <c> `d`"), "a\\_b \\<c\\> \\`d\\`");
        assert_eq!(markdown("CN = testca.com"), "CN = testca.com");
        assert_eq!(
            markdown("A & B, A&B; &amp; &#38; &#x26; &; &# &a b;"),
            "A & B, A\\&B; \\&amp; \\&#38; \\&#x26; &; &# &a b;"
        );
    }
}
