//! The steps, as Markdown and as a web page.

use minijinja::{Environment, UndefinedBehavior, Value, value::Serde};
use serde::{Deserialize, Serialize};

use super::HandoutError;
use crate::x509::escape_control;

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
pub(super) struct Shown {
    pub(super) title: String,
    pub(super) fingerprint: String,
    pub(super) until: String,
}

/// A file as the page shows it.
#[derive(Serialize)]
pub(super) struct ShownFile {
    pub(super) name: String,
    pub(super) what: &'static str,
}

/// A page in both languages.
pub(super) struct Page {
    pub(super) markdown: String,
    pub(super) html: String,
}

#[derive(Serialize)]
struct Content<'content> {
    title: String,
    introduction: Vec<String>,
    sections: Vec<Section>,
    certificates: &'content [Shown],
    files: &'content [ShownFile],
}

/// Fills the steps with values and shows those of a destination; without one, all.
pub(super) fn page(
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
/// something, and nothing that drives a terminal.
fn markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in escape_control(text).chars() {
        if "\\`*_{}[]<>!|~&".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_no_markdown() {
        assert_eq!(markdown("a_b <c> `d`"), "a\\_b \\<c\\> \\`d\\`");
        assert_eq!(markdown("CN = testca.com"), "CN = testca.com");
    }
}
