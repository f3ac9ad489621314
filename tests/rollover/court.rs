//! What openssl, GnuTLS, Python and Java think of the chains that servers send, all asked at once.

use std::io::Write as _;
use std::process::Stdio;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::{judge, world::World};

pub(crate) const DAY: i64 = 86_400;

/// A chain, the bundle of roots that a client has, and when it looks.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) bundle: String,
    pub(crate) chain: String,
    /// Seconds from now.
    pub(crate) later: i64,
    /// Who is asked.
    pub(crate) judges: Judges,
}

pub(crate) fn case(bundle: &str, name: &str) -> Case {
    Case {
        bundle: bundle.to_owned(),
        chain: format!("pki/certs/{name}/{name}.fullchain.crt"),
        later: 0,
        judges: Judges::All,
    }
}

/// Every bundle with every name.
pub(crate) fn cases(bundles: &[&str], names: &[&str]) -> Vec<Case> {
    bundles
        .iter()
        .flat_map(|bundle| names.iter().map(move |name| case(bundle, name)))
        .collect()
}

impl Case {
    pub(crate) fn later(mut self, days: i64) -> Self {
        self.later = days * DAY;
        self
    }

    pub(crate) fn by_the_standard(mut self) -> Self {
        self.judges = Judges::ByTheStandard;
        self
    }
}

/// Which judges are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Judges {
    All,
    /// Without GnuTLS and Python, which count self-issued certificates against the path length.
    ByTheStandard,
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

/// All judges accept all.
pub(crate) fn all_accept(world: &World, cases: &[Case]) {
    for (judge, case, verdict) in ask(world, cases) {
        assert_eq!(verdict, "yes", "{judge}: {case:?}");
    }
}

/// All judges refuse all.
pub(crate) fn all_refuse(world: &World, cases: &[Case]) {
    for (judge, case, verdict) in ask(world, cases) {
        assert!(verdict.starts_with("no"), "{judge} accepts {case:?}");
    }
}

fn ask(world: &World, cases: &[Case]) -> Vec<(&'static str, Case, String)> {
    let mut answers = Vec::new();
    for case in cases {
        answers.push(("openssl", case.clone(), openssl(world, case)));
        // Its program knows no other time than now.
        if case.later == 0 && case.judges == Judges::All {
            answers.push(("GnuTLS", case.clone(), gnutls(world, case)));
        }
    }
    for (case, verdict) in cases.iter().zip(java(world, cases)) {
        answers.push(("Java", case.clone(), verdict));
    }
    for (case, verdict) in cases.iter().zip(python(world, cases)) {
        if case.judges == Judges::All {
            answers.push(("Python", case.clone(), verdict));
        }
    }
    answers
}

fn openssl(world: &World, case: &Case) -> String {
    let Case {
        bundle,
        chain,
        later,
        ..
    } = case;
    let at = now() + later;
    verdict(
        world,
        &format!(
            "openssl verify -x509_strict -purpose sslserver -attime {at} -no-CApath -no-CAstore \
             -CAfile {bundle} -untrusted {chain} {chain}"
        ),
    )
}

fn gnutls(world: &World, case: &Case) -> String {
    verdict(
        world,
        &format!(
            "certtool --verify --load-ca-certificate {} --infile {}",
            case.bundle, case.chain
        ),
    )
}

fn verdict(world: &World, line: &str) -> String {
    let output = world.judge(line);
    if output.status.success() {
        return "yes".to_owned();
    }
    let said = [output.stdout, output.stderr].concat();
    let said: String = String::from_utf8_lossy(&said).chars().take(400).collect();
    format!("no: {said}")
}

fn python(world: &World, cases: &[Case]) -> Vec<String> {
    const PROGRAM: &str = "
import sys, datetime
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store
load = lambda file: x509.load_pem_x509_certificates(open(file, 'rb').read())
for line in sys.argv[1:]:
    bundle, chain, at = line.split()
    leaf, *sent = load(chain)
    at = datetime.datetime.fromtimestamp(int(at), datetime.timezone.utc)
    name = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value[0]
    try:
        policy = PolicyBuilder().store(Store(load(bundle))).time(at)
        policy.build_server_verifier(name).verify(leaf, sent)
        print('yes')
    except Exception as refused:
        print('no:', str(refused).replace(chr(10), ' '))
";
    let lines: Vec<String> = cases
        .iter()
        .map(|case| format!("{} {} {}", case.bundle, case.chain, now() + case.later))
        .collect();
    let arguments: Vec<&str> = lines.iter().map(String::as_str).collect();
    answers(&world.python(PROGRAM, &arguments), cases)
}

fn java(world: &World, cases: &[Case]) -> Vec<String> {
    const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/rollover/Bundles.java");
    let lines: Vec<String> = cases
        .iter()
        .map(|case| {
            let at = match case.later {
                0 => "now".to_owned(),
                later => (now() + later).to_string(),
            };
            format!("{} {} {at}", case.bundle, case.chain)
        })
        .collect();
    let mut java = world.judge_command("java");
    java.args(["-XX:TieredStopAtLevel=1", PROGRAM])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = java.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(lines.join("\n").as_bytes()).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    answers(&judge::text(&output), cases)
}

fn answers(text: &str, cases: &[Case]) -> Vec<String> {
    let answers: Vec<String> = text.lines().map(str::to_owned).collect();
    assert_eq!(answers.len(), cases.len(), "{text}");
    answers
}
