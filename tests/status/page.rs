//! The web page, judged by Python's HTML parser and by a browser.

use std::process::Stdio;

use certmint::authority::status::Files;
use certmint::report;
use serde_json::Value;

use crate::judge;
use crate::support::{HOSTILE, add_hostile, holdings, pki, status_in};
use crate::world::World;

/// What a page has that could load or run something, and the text of its parts.
const FOUND: &str = "
import base64, hashlib, html.parser, json, sys
class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.stack, self.tags, self.loads, self.handlers, self.ids = [], {}, [], [], []
        self.scripts, self.styles, self.policy, self.text = [], [], None, ''
        self.links, self.headings, self.open = [], [], []
    def handle_starttag(self, tag, attributes):
        self.tags[tag] = self.tags.get(tag, 0) + 1
        for name, value in attributes:
            if name in ('src', 'srcset', 'data', 'action', 'formaction', 'poster', 'background', 'xlink:href', 'style', 'srcdoc'):
                self.loads.append([tag, name, value])
            if name == 'href':
                self.links.append(value)
            if name.startswith('on'):
                self.handlers.append([tag, name, value])
            if name == 'id':
                self.ids.append(value)
        given = dict(attributes)
        if tag == 'meta' and given.get('http-equiv') == 'Content-Security-Policy':
            self.policy = given['content']
        if tag in ('h1', 'h2', 'h3'):
            self.headings.append(int(tag[1]))
        if tag not in ('meta', 'br', 'input', 'path', 'rect', 'line', 'circle', 'link'):
            self.open.append(tag)
    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if self.open and self.open[-1] == tag:
            self.open.pop()
    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, (tag, self.open[-4:], self.getpos())
        self.open.pop()
    def handle_data(self, data):
        where = self.open[-1] if self.open else ''
        if where == 'script': self.scripts.append(data)
        elif where == 'style': self.styles.append(data)
        else: self.text += data
page = Page()
page.feed(open(sys.argv[1], encoding='utf-8').read())
page.close()
assert not page.open, page.open
digest = lambda text: base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
print(json.dumps({
    'tags': page.tags, 'loads': page.loads, 'handlers': page.handlers, 'links': page.links,
    'ids': page.ids, 'policy': page.policy, 'text': page.text, 'headings': page.headings,
    'scripts': [digest(one) for one in page.scripts],
    'styles': [digest(one) for one in page.styles],
    'style': ''.join(page.styles),
}))
";

fn read(world: &World, file: &str) -> Value {
    serde_json::from_str(&world.python(FOUND, &[file])).unwrap()
}

/// The document as a browser has it once its scripts have run.
fn browsed(world: &World, file: &str) -> String {
    let mut browser = judge::chromium(&world.path("profile"));
    browser
        .args(["--dump-dom", "--virtual-time-budget=3000"])
        .arg(format!("file://{}", world.path(file).display()))
        .env("HOME", world.path(""))
        .stdin(Stdio::null());
    judge::text(&judge::ok(browser))
}

#[test]
fn the_page_loads_nothing_and_runs_its_own_script_only() {
    let world = pki();
    add_hostile(&world);
    world.run("status --html status.html");
    let page = read(&world, "status.html");
    assert_eq!(page["loads"], serde_json::json!([]));
    assert_eq!(page["handlers"], serde_json::json!([]));
    for tag in [
        "link",
        "img",
        "iframe",
        "object",
        "embed",
        "base",
        "image",
        "use",
        "foreignobject",
    ] {
        assert!(page["tags"].get(tag).is_none(), "{tag}");
    }
    let ids: Vec<&str> = page["ids"]
        .as_array()
        .unwrap()
        .iter()
        .map(|id| id.as_str().unwrap())
        .collect();
    for link in page["links"].as_array().unwrap() {
        let target = link.as_str().unwrap().strip_prefix('#').unwrap();
        assert!(ids.contains(&target), "{link} leads nowhere");
    }
    let mut unique = ids.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), ids.len(), "an id is there twice");
    let style = page["style"].as_str().unwrap();
    assert!(!style.contains("url(") && !style.contains("@import"));
    // The policy names the one script and the one style that there are, by what they hold.
    let policy = page["policy"].as_str().unwrap();
    let script = page["scripts"][0].as_str().unwrap();
    let sheet = page["styles"][0].as_str().unwrap();
    assert_eq!(page["scripts"].as_array().unwrap().len(), 1);
    assert_eq!(page["styles"].as_array().unwrap().len(), 1);
    assert_eq!(
        policy,
        format!(
            "default-src 'none'; style-src 'sha256-{sheet}'; script-src 'sha256-{script}'; \
             base-uri 'none'; form-action 'none'"
        )
    );
    // The hostile name is text, and turns no text around.
    let text = page["text"].as_str().unwrap();
    assert!(text.contains("document.title='owned'"), "{text}");
    assert!(!world.read_text("status.html").contains('\u{202e}'));
    // Headings do not skip a level.
    let headings: Vec<i64> = page["headings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one.as_i64().unwrap())
        .collect();
    assert_eq!(headings.first(), Some(&1));
    assert!(
        headings.windows(2).all(|pair| pair[1] <= pair[0] + 1),
        "{headings:?}"
    );
}

#[test]
fn a_browser_shows_the_page_and_no_data_runs() {
    let world = pki();
    add_hostile(&world);
    world.run("status --html status.html");
    let shown = browsed(&world, "status.html");
    assert!(
        shown.contains("<title>Certificates of testca.com</title>"),
        "{shown}"
    );
    assert!(!shown.contains("<title>owned"), "{shown}");
    // The page's own script ran: it counts the certificates and shows the search.
    assert!(shown.contains("class=\"muted\">7 of 7</output>"), "{shown}");
    assert!(!shown.contains("role=\"search\" hidden"), "{shown}");

    // Had a name become markup, the policy would still keep it from running. To see that the
    // browser heeds it, the same markup is put there by hand, with and without the policy.
    let attack = HOSTILE.replace('\u{202e}', "");
    let page = world
        .read_text("status.html")
        .replace("</main>", &format!("<p title=\"{attack}</main>"));
    world.write("attacked.html", &page);
    assert!(!browsed(&world, "attacked.html").contains("<title>owned"));
    let start = page.find("<meta http-equiv").unwrap();
    let end = start + page[start..].find('>').unwrap() + 1;
    world.write(
        "defenceless.html",
        format!("{}{}", &page[..start], &page[end..]),
    );
    assert!(browsed(&world, "defenceless.html").contains("<title>owned"));
}

/// Every certificate in use is there with what openssl says of it.
#[test]
fn every_certificate_is_in_the_page() {
    let world = pki();
    let told = world.run("status --html -");
    assert!(told.stdout.starts_with("<!DOCTYPE html>"), "{told:#?}");
    world.write("status.html", &told.stdout);
    let page = read(&world, "status.html");
    let text = page["text"].as_str().unwrap();
    for (folder, name) in [
        ("ca", "ca"),
        ("ca", "web"),
        ("certs/flb", "flb"),
        ("certs/backend", "backend"),
        ("certs/client01", "client01"),
        ("certs/node1", "node1"),
        ("certs/_wildcard.example.com", "_wildcard.example.com"),
    ] {
        let said = world.accepts(&format!(
            "openssl x509 -noout -serial -subject -nameopt RFC2253 -fingerprint -sha256 \
             -in pki/{folder}/{name}.crt"
        ));
        for line in said.lines() {
            let (what, value) = line.split_once('=').unwrap();
            let value = if what.contains("Fingerprint") {
                value.replace(':', "").to_lowercase()
            } else {
                value.to_owned()
            };
            assert!(text.contains(&value), "{name}: {line}");
        }
    }
    assert!(text.contains("10.0.0.7"));
    assert_eq!(page["tags"]["svg"], 3);
}

#[test]
fn a_page_of_a_large_inventory_says_what_it_leaves_out() {
    let world = pki();
    let status = status_in(&world, 0, Files::Skipped);
    let page = report::page(&status, &holdings(&world, &status, 3)).unwrap();
    world.write("status.html", page);
    let page = read(&world, "status.html");
    let text = page["text"].as_str().unwrap();
    assert!(
        text.contains("These are the 3 that end first. 3 more are left out"),
        "{text}"
    );
    assert!(!text.contains("node1.internal.local"), "{text}");
}

/// Three hundred things that need attention do not bury the rest of the page.
#[test]
fn many_findings_are_folded() {
    let world = pki();
    let mut status = status_in(&world, 31, Files::Skipped);
    let one = status.findings[0].clone();
    status.findings = vec![one; 300];
    let page = report::page(&status, &holdings(&world, &status, 100)).unwrap();
    world.write("status.html", page);
    let page = read(&world, "status.html");
    let text = page["text"].as_str().unwrap();
    assert!(text.contains("200 more"), "{text}");
    assert!(
        text.contains("90 more are told by 'certmint status --json'"),
        "{text}"
    );
    // Two CAs, six certificates, and the fold.
    assert_eq!(page["tags"]["details"], 9);
}

#[test]
fn an_empty_pki_has_a_page() {
    let world = World::with_authority("p256");
    world.ok("status --html status.html");
    let page = read(&world, "status.html");
    assert!(page["text"].as_str().unwrap().contains("All is well"));
}
