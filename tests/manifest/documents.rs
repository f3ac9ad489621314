//! `docs/manifest.md` and the templates.

use std::{collections::BTreeSet, fs};

use certmint::manifest::{TEMPLATES, known_keys, parse};

use super::{project, stem, toml_files};

fn page() -> String {
    fs::read_to_string(project().join("docs/manifest.md")).unwrap()
}

#[test]
fn examples_of_the_page_are_manifests() {
    let page = page();
    let examples: Vec<&str> = page
        .split("```toml\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap())
        .collect();
    assert!(examples.len() >= 3, "{} examples", examples.len());
    for example in examples {
        if let Err(error) = parse("docs/manifest.md", example) {
            panic!("{example}\n{error}");
        }
    }
}

/// The faults that the page shows are what is told.
#[test]
fn faults_of_the_page_are_told_so() {
    let text = "[ca.ca]\ncommon_name = \"Root\"\n\n[server.flb]\nsans = [\"a.example\"]\n";
    let long =
        "[ca.ca]\ncommon_name = \"Root\"\n\n[server.flb]\nsan = [\"a.example\"]\ndays = 1000\n";
    let page = page();
    for wrong in [text, long] {
        for problem in parse("pki.toml", wrong).unwrap_err().0 {
            let line = format!("\ncertmint: {problem}\n");
            assert!(page.contains(&line), "{line}");
        }
    }
}

#[test]
fn the_page_explains_every_key() {
    let page = page();
    let explained: BTreeSet<&str> = page
        .lines()
        .filter(|line| line.starts_with("| `"))
        .flat_map(|line| line.split('|').nth(1).unwrap().split(','))
        .map(|key| key.trim().trim_matches('`'))
        .collect();
    for table in known_keys() {
        let inner = table
            .table
            .split_once("NAME.export")
            .map(|(_, inner)| inner);
        for key in table.keys {
            match inner {
                Some(inner) => {
                    let key = format!("export{inner}.{key}");
                    assert!(explained.contains(key.as_str()), "{key}");
                }
                None if table.table.contains("NAME.") => {
                    assert!(page.contains(&format!("{key} = ")), "{key}");
                }
                None => assert!(explained.contains(key), "{key}"),
            }
        }
    }
}

#[test]
fn every_template_is_in_the_program_and_right() {
    let files = toml_files("templates/manifests");
    let names: BTreeSet<String> = files.iter().map(|file| stem(file)).collect();
    let known: BTreeSet<String> = TEMPLATES
        .iter()
        .map(|template| template.name.to_owned())
        .collect();
    assert_eq!(names, known);
    for template in TEMPLATES {
        let manifest = parse(template.name, template.text).unwrap();
        assert!(!manifest.certificates().is_empty(), "{}", template.name);
        assert!(template.text.is_ascii(), "{}", template.name);
        for line in template.text.lines() {
            assert!(line.len() <= 100, "{}: {line}", template.name);
        }
    }
}

/// What is commented out in a template is right too.
#[test]
fn templates_are_right_with_every_line_that_is_offered() {
    for template in TEMPLATES {
        let text: String = template
            .text
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(offered) if offered.contains(" = ") && !offered.starts_with("for = ") => {
                    format!("{offered}\n")
                }
                _ => format!("{line}\n"),
            })
            .collect();
        if let Err(error) = parse(template.name, &text) {
            panic!("{text}\n{error}");
        }
    }
}
