//! `docs/acceptance.md` lists every rule; this test writes the tables and holds them to the rules.

use std::{fmt::Write as _, fs, path::Path};

use certmint::acceptance::{DESTINATIONS, Side};

const BEGIN: &str = "<!-- rules: written by tests/acceptance/table.rs -->\n";
const END: &str = "<!-- end of rules -->\n";

#[test]
fn the_document_has_every_rule() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/acceptance.md");
    let text = fs::read_to_string(&file).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let wanted = format!("{before}{BEGIN}{}{END}{after}", tables());
    if std::env::var_os("CERTMINT_BLESS").is_some() {
        fs::write(&file, &wanted).unwrap();
    }
    assert!(
        fs::read_to_string(&file).unwrap() == wanted,
        "docs/acceptance.md is not what the rules are; CERTMINT_BLESS=1 cargo test --test acceptance writes it"
    );
}

fn tables() -> String {
    let mut text = String::new();
    for (side, title) in [
        (Side::Standard, "The standard"),
        (Side::Client, "Clients"),
        (Side::Server, "Servers, load balancers and clouds"),
    ] {
        let _ = writeln!(text, "\n## {title}");
        for destination in DESTINATIONS.iter().filter(|one| one.side() == side) {
            let _ = writeln!(
                text,
                "\n### {}\n\n{}.\n\n| rule | it | what is asked | source |\n|---|---|---|---|",
                destination.name(),
                capital(destination.about())
            );
            let mut shared = Vec::new();
            for rule in destination.rules() {
                if rule.id().starts_with("tls-") {
                    shared.push(format!("`{}`", rule.id()));
                    continue;
                }
                let _ = writeln!(
                    text,
                    "| `{}` | {} | {} | {} |",
                    rule.id(),
                    rule.severity(),
                    rule.asks(),
                    rule.source()
                );
            }
            if !shared.is_empty() {
                let _ = writeln!(text, "\nAnd what holds for [all that speak TLS](#tls).");
            }
        }
    }
    let _ = writeln!(
        text,
        "\n### tls\n\nWhat the other side of a connection refuses, whatever the server's program says.\n\n| rule | it | what is asked | source |\n|---|---|---|---|"
    );
    let nginx = certmint::acceptance::find("nginx").unwrap();
    for rule in nginx.rules().filter(|rule| rule.id().starts_with("tls-")) {
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {} |",
            rule.id(),
            rule.severity(),
            rule.asks(),
            rule.source()
        );
    }
    text.push('\n');
    text
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first)
            if !text.starts_with("iOS")
                && !text.starts_with("nginx")
                && !text.starts_with("curl")
                && !text.starts_with("stunnel") =>
        {
            first.to_uppercase().chain(letters).collect()
        }
        _ => text.to_owned(),
    }
}
