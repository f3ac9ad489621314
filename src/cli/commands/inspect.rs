//! `certmint inspect`

use std::{
    io::{self, IsTerminal as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use serde_json::{Value, json};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::{
    cli::{
        description::{
            Part, bundle_text, glance_lines, object_text, openssl_commands, openssl_lines,
        },
        failure::{self, Advised, UsageError},
        report::{Form, Report},
        secrets::Source,
    },
    inspect::{
        BundleDescription, CertificateDescription, Description, Encoding, Glance, Item, Object,
        bundle, describe, glance, open, partners,
    },
    key::Passphrase,
    store::files,
    x509::escape_control,
};

/// Any object, whatever the container.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  certmint inspect flb.crt
  certmint inspect --only subject,san flb.crt
  certmint inspect flb.crt flb.key flb.csr          # says what fits what
  certmint inspect client01.p12 --password-file client01.pass
  openssl s_client -connect host:443 -showcerts </dev/null | certmint inspect -")]
pub(crate) struct Inspect {
    /// Files with certificates, requests, revocation lists, keys, PKCS#7 or PKCS#12, in PEM, DER or
    /// base64; - is standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Print only these parts, each as openssl prints it
    #[arg(long, value_name = "PARTS", value_enum, value_delimiter = ',')]
    pub(crate) only: Vec<Part>,
    /// File that holds the password of PKCS#12 files or the passphrase of keys; - is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    /// Print the openssl commands that show the same, and do nothing else
    #[arg(long)]
    pub(crate) show_openssl: bool,
}

pub(crate) fn run(arguments: &Inspect, form: Form) -> Result<Report> {
    let Inspect {
        files,
        only,
        password_file,
        show_openssl,
    } = arguments;
    let is_input = |file: &&PathBuf| file.as_path() == Path::new("-");
    if files.iter().chain(password_file).filter(is_input).count() > 1 {
        return Err(UsageError("standard input can be read only once".to_owned()).into());
    }
    if *show_openssl {
        return openssl(files, only);
    }
    if form == Form::Text
        && let Some(text) = at_a_glance(files, only)?
    {
        return Ok(Report::new("inspect", Value::Null, text));
    }
    let password = Source {
        file: password_file.as_ref(),
        flag: PASSWORD_FLAG,
        prompt: "Password".to_owned(),
    };
    let given = password_file
        .as_ref()
        .map(|_| password.existing())
        .transpose()?;
    let looks: Vec<Look> = files
        .iter()
        .map(|file| Look::at(file, given.as_ref()))
        .collect();
    let is_nothing = |look: &Look| {
        let placed = look.placed();
        look.outcome.is_err()
            || !placed.is_empty() && placed.iter().all(|(_, one)| is_unreadable(one))
    };
    if looks.iter().all(is_nothing) {
        return nothing(looks);
    }
    let report = if only.is_empty() {
        everything(&looks, form)
    } else {
        parts(&looks, only, form)?
    };
    Ok(report.failures(looks.into_iter().flat_map(Look::failures).collect()))
}

/// Where nothing can be shown, what is wrong with the first is the command's error.
fn nothing(looks: Vec<Look>) -> Result<Report> {
    let mut failures = looks.into_iter().flat_map(Look::failures);
    let Some(first) = failures.next() else {
        bail!("there is nothing in the files");
    };
    Err(match failures.count() {
        0 => first,
        others => first.context(format!("{} objects cannot be read; the first", others + 1)),
    })
}

fn is_unreadable(description: &Description) -> bool {
    matches!(description, Description::Unreadable { .. })
}

const PASSWORD_FLAG: &str = "--password-file";

/// What was found in a file.
struct Look {
    file: String,
    outcome: Result<Vec<(Encoding, Description)>>,
}

impl Look {
    fn at(file: &Path, password: Option<&Passphrase>) -> Self {
        let name = if file == Path::new("-") {
            "standard input".to_owned()
        } else {
            file.display().to_string()
        };
        let outcome = look(file, &name, password);
        Self {
            file: name,
            outcome,
        }
    }

    fn objects(&self) -> &[(Encoding, Description)] {
        self.outcome.as_deref().unwrap_or_default()
    }

    /// Every object with the place where it is, what containers hold included.
    fn placed(&self) -> Vec<(String, &Description)> {
        let leaves = || {
            self.objects()
                .iter()
                .flat_map(|(_, description)| description.leaves())
        };
        let is_alone = leaves().count() == 1;
        leaves()
            .enumerate()
            .map(|(index, leaf)| {
                let place = if is_alone {
                    self.file.clone()
                } else {
                    format!("{} #{}", self.file, index + 1)
                };
                (place, leaf)
            })
            .collect()
    }

    /// How its certificates stand together, and how many they are.
    fn bundle(&self) -> Option<(BundleDescription, usize)> {
        let certificates: Vec<&CertificateDescription> = self
            .objects()
            .iter()
            .flat_map(|(_, description)| description.leaves())
            .filter_map(|leaf| match leaf {
                Description::Certificate(certificate) => Some(certificate.as_ref()),
                _ => None,
            })
            .collect();
        bundle(&certificates).map(|found| (found, certificates.len()))
    }

    /// A line for the file, or for every object in it, that cannot be read.
    fn failures(self) -> Vec<anyhow::Error> {
        let unreadable = |(place, description): (String, &Description)| match description {
            Description::Unreadable { problem, hint } => {
                let message = format!("{place}: {problem}");
                Some(match hint.clone() {
                    Some(hint) => Advised { message, hint }.into(),
                    None => anyhow::Error::msg(message),
                })
            }
            _ => None,
        };
        let objects = self.placed().into_iter().filter_map(unreadable).collect();
        match self.outcome {
            Ok(_) => objects,
            Err(error) => vec![error],
        }
    }
}

fn read(file: &Path) -> Result<Zeroizing<Vec<u8>>> {
    let octets = if file == Path::new("-") {
        files::read_standard_input(files::USUAL_LIMIT)
    } else {
        files::read(file, files::USUAL_LIMIT)
    };
    Ok(octets?)
}

fn look(
    file: &Path,
    name: &str,
    password: Option<&Passphrase>,
) -> Result<Vec<(Encoding, Description)>> {
    let octets = read(file)?;
    let place = || name.to_owned();
    let items = open(&octets).with_context(place)?;
    // The clock of the command line, read once for each file.
    let now = OffsetDateTime::now_utc();
    items
        .into_iter()
        .map(|Item { encoding, object }| {
            let description = describe(&object, now, password).with_context(place)?;
            let asks = matches!(object, Object::Pkcs12(_)) && description.is_locked();
            let description = if asks && io::stdin().is_terminal() {
                let prompt = format!("Password of {}", escape_control(name));
                let asked = Source {
                    file: None,
                    flag: PASSWORD_FLAG,
                    prompt,
                }
                .existing()?;
                describe(&object, now, Some(&asked)).with_context(place)?
            } else {
                description
            };
            Ok((encoding, description))
        })
        .collect()
}

fn everything(looks: &[Look], form: Form) -> Report {
    let placed: Vec<(String, &Description)> = looks.iter().flat_map(Look::placed).collect();
    let fits = partners(&placed);
    let mut leaves = placed.iter().zip(&fits);
    let mut sections: Vec<String> = Vec::new();
    let mut notes = Vec::new();
    for look in looks {
        for (_, description) in look.objects() {
            let inside = description.leaves();
            let is_container =
                matches!(description, Description::Pkcs7(_) | Description::Pkcs12(_));
            if is_container {
                sections.push(object_text(description, &look.file, &[]));
            }
            for ((place, leaf), fits) in leaves.by_ref().take(inside.len()) {
                sections.push(object_text(leaf, place, fits));
            }
            if description.is_locked() {
                notes.push(locked_note(&look.file));
            }
        }
        if let Some((bundle, count)) = look.bundle() {
            sections.push(bundle_text(&bundle, count, &look.file));
        }
    }
    let pairs: Vec<Value> = placed
        .iter()
        .zip(&fits)
        .filter(|(_, fits)| !fits.is_empty())
        .map(|((place, one), fits)| json!({ "place": place, "kind": one.kind(), "fits": fits }))
        .collect();
    let json = match form {
        Form::Text => Value::Null,
        Form::Json => json!({ "files": files_json(looks, &[]), "pairs": pairs }),
    };
    Report::new("inspect", json, sections.join("\n")).notes(notes)
}

fn locked_note(file: &str) -> String {
    let file = escape_control(file);
    format!("{file} is encrypted: {PASSWORD_FLAG} FILE shows what is in it")
}

fn files_json(looks: &[Look], only: &[Part]) -> Vec<Value> {
    let file = |look: &Look| {
        let objects: Vec<Value> = look
            .objects()
            .iter()
            .map(|(encoding, description)| {
                let mut object = serde_json::to_value(description).unwrap_or_default();
                let wrapping = serde_json::to_value(encoding).unwrap_or_default();
                if let (Value::Object(object), Value::Object(wrapping)) = (&mut object, wrapping) {
                    object.extend(wrapping);
                }
                Part::select(only, object)
            })
            .collect();
        let mut file = json!({ "file": look.file, "objects": objects });
        if let (Value::Object(fields), Some((bundle, _))) = (&mut file, look.bundle())
            && only.is_empty()
        {
            fields.insert("bundle".to_owned(), json!(bundle));
        }
        if let (Value::Object(fields), Err(error)) = (&mut file, &look.outcome) {
            fields.insert("error".to_owned(), failure::json(error));
        }
        file
    };
    looks.iter().map(file).collect()
}

/// The lines of openssl, under a heading where there is more than one object.
fn parts(looks: &[Look], only: &[Part], form: Form) -> Result<Report> {
    let placed: Vec<(String, &Description)> = looks.iter().flat_map(Look::placed).collect();
    let mut notes: Vec<String> = Vec::new();
    let mut sections = Vec::new();
    for (place, description) in &placed {
        let place = escape_control(place);
        if description.is_locked() {
            notes.push(locked_note(&place));
        }
        let mut lines = String::new();
        let mut missing = Vec::new();
        for part in only {
            match openssl_lines(description, *part) {
                Some(found) => lines.push_str(&found),
                None => missing.push(part.word()),
            }
        }
        if !missing.is_empty() && !lines.is_empty() {
            notes.push(format!(
                "{place}: the {} has no {}",
                description.kind(),
                missing.join(", ")
            ));
        }
        if !lines.is_empty() {
            sections.push((place, lines));
        }
    }
    if sections.is_empty() {
        let wanted: Vec<String> = only.iter().map(|part| part.word()).collect();
        let locked = looks
            .iter()
            .flat_map(Look::objects)
            .any(|(_, one)| one.is_locked());
        let hint = if locked {
            format!("; {PASSWORD_FLAG} FILE opens what is encrypted")
        } else {
            String::new()
        };
        bail!("nothing in the files has {}{hint}", wanted.join(", "));
    }
    let text = headed(&sections, placed.len());
    let json = match form {
        Form::Text => Value::Null,
        Form::Json => json!({ "files": files_json(looks, only) }),
    };
    Ok(Report::new("inspect", json, text).notes(notes))
}

/// What is shown of each place, under a heading where there is more than one object.
fn headed(sections: &[(String, String)], objects: usize) -> String {
    if let ([(_, lines)], 1) = (sections, objects) {
        return lines.clone();
    }
    let mut text = String::new();
    for (place, lines) in sections {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str("==> ");
        text.push_str(place);
        text.push_str(" <==\n");
        text.push_str(lines);
    }
    text
}

/// The lines of openssl for files of nothing but certificates, from a first look at each; nothing
/// where more has to be looked at.
fn at_a_glance(files: &[PathBuf], only: &[Part]) -> Result<Option<String>> {
    let is_seen =
        |part: &Part| matches!(part, Part::Subject | Part::Issuer | Part::San | Part::Dates);
    let is_file = |file: &PathBuf| file.metadata().is_ok_and(|found| found.is_file());
    if only.is_empty() || !only.iter().all(is_seen) || !files.iter().all(is_file) {
        return Ok(None);
    }
    let mut sections = Vec::new();
    for file in files {
        let name = escape_control(&file.display().to_string());
        let show = |index: usize, count: usize, one: &Glance| {
            let lines = only
                .iter()
                .map(|part| glance_lines(one, *part))
                .collect::<Option<String>>()?;
            let place = match count {
                1 => name.clone(),
                _ => format!("{name} #{}", index + 1),
            };
            Some((place, lines))
        };
        // What cannot be read is told by who looks at everything.
        let Ok(octets) = read(file) else {
            return Ok(None);
        };
        match glance(&octets, show) {
            Ok(Some(shown)) => sections.extend(shown),
            _ => return Ok(None),
        }
    }
    let objects = sections.len();
    Ok(Some(headed(&sections, objects)))
}

fn openssl(files: &[PathBuf], only: &[Part]) -> Result<Report> {
    let mut text = String::new();
    let mut script = String::new();
    for file in files {
        let name = file.display().to_string();
        let items = open(&read(file)?).with_context(|| name.clone())?;
        let shown = if file.as_path() == Path::new("-") {
            "/dev/stdin"
        } else {
            &name
        };
        for command in openssl_commands(shown, &items, only) {
            text.push_str(&escape_control(&command));
            text.push('\n');
            script.push_str(&command);
            script.push('\n');
        }
    }
    Ok(Report::new("openssl", json!({ "script": script }), text))
}
