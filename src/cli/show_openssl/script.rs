//! A shell script, step by step.

use std::path::Path;

use anyhow::Result;
use serde_json::json;

use super::quoting;
use crate::cli::report::Report;

/// Beyond this a command goes on in the next line.
const WIDTH: usize = 90;
/// Between two commands.
const PIPE: &str = "|";

/// A command whose every word is either ours or quoted.
pub(super) struct Command {
    /// An option stays in one line with its value.
    words: Vec<String>,
}

impl Command {
    pub(super) fn new(program: &'static str) -> Self {
        Self {
            words: vec![program.to_owned()],
        }
    }

    /// Words of ours.
    pub(super) fn word(mut self, word: &'static str) -> Self {
        self.words.push(word.to_owned());
        self
    }

    /// Words of ours, where there are some.
    pub(super) fn optional(self, word: Option<&'static str>) -> Self {
        match word {
            Some(word) => self.word(word),
            None => self,
        }
    }

    pub(super) fn number(mut self, option: &'static str, number: u32) -> Self {
        self.words.push(format!("{option} {number}"));
        self
    }

    pub(super) fn value(mut self, option: &'static str, value: &str) -> Result<Self> {
        self.words
            .push(format!("{option} {}", quoting::word(value)?));
        Ok(self)
    }

    pub(super) fn path(mut self, option: &'static str, path: &Path) -> Result<Self> {
        self.words
            .push(format!("{option} {}", quoting::path(path)?));
        Ok(self)
    }

    /// `-passin` or `-passout` with a file; without one openssl asks at the terminal.
    pub(super) fn passphrase(self, option: &'static str, file: Option<&Path>) -> Result<Self> {
        match file.filter(|file| !is_standard_input(file)) {
            Some(file) => self.value(option, &format!("file:{}", quoting::path_text(file)?)),
            None => Ok(self),
        }
    }

    /// The paths behind the command, in order.
    pub(super) fn operands<'paths>(
        mut self,
        paths: impl IntoIterator<Item = &'paths Path>,
    ) -> Result<Self> {
        for path in paths {
            self.words.push(quoting::path(path)?);
        }
        Ok(self)
    }

    /// Has another command read what this one writes.
    pub(super) fn into(mut self, next: Self) -> Self {
        self.words.push(PIPE.to_owned());
        self.words.extend(next.words);
        self
    }

    /// The words, with what does not fit a line in further lines.
    fn rendered(&self, indent: &str) -> String {
        let further = format!("{indent}    ");
        let mut text = indent.to_owned();
        let mut column = indent.len();
        let mut separator = "";
        for word in &self.words {
            if word == PIPE {
                text.push_str(" |\n");
                text.push_str(&further);
                column = further.len();
                separator = "";
                continue;
            }
            if !separator.is_empty() && column + word.len() >= WIDTH {
                text.push_str(" \\\n");
                text.push_str(&further);
                column = further.len();
                separator = "";
            }
            text.push_str(separator);
            text.push_str(word);
            column += separator.len() + word.len();
            separator = " ";
        }
        text
    }
}

/// Whether a flag names standard input.
pub(super) fn is_standard_input(file: &Path) -> bool {
    file == Path::new("-")
}

/// The note that belongs to a passphrase from standard input.
pub(super) fn standard_input_note(flag: &str, file: Option<&Path>) -> Option<String> {
    file.is_some_and(is_standard_input).then(|| {
        format!("openssl asks at the terminal for what {flag} - reads from standard input; name a file to have it read one")
    })
}

/// A script that stops at the first failure, overwrites nothing and leaves nothing behind but its
/// output.
pub(super) struct Script {
    text: String,
    notes: Vec<String>,
}

impl Script {
    /// `title` is what the script does; `outputs` are the files that it makes.
    pub(super) fn new<'paths>(
        title: &'static str,
        outputs: impl IntoIterator<Item = &'paths Path>,
    ) -> Result<Self> {
        let outputs = Command::new("for file in").operands(outputs)?.rendered("");
        // A subshell: nothing runs before all of it is pasted, and a failure ends it alone.
        let text = format!(
            "# {title}, with openssl 3.0 or newer\n(\nset -eu\n\n\
             # Nothing is overwritten\n\
             {outputs}; do\n    \
             if [ -e \"$file\" ]; then echo \"$file exists; nothing was done\" >&2; exit 1; fi\n\
             done\n"
        );
        Ok(Self {
            text,
            notes: Vec::new(),
        })
    }

    /// Begins a step with what it is for.
    pub(super) fn step(&mut self, comment: &'static str) {
        self.text.push('\n');
        for line in comment.lines() {
            self.text.push_str(&format!("# {line}\n"));
        }
    }

    /// A folder for what is needed meanwhile, gone when the script ends.
    fn work_folder(&mut self) {
        self.text
            .push_str("work=$(mktemp -d)\ntrap 'rm -rf \"$work\"' EXIT\n");
    }

    /// A configuration as `$work/openssl.cnf`.
    pub(super) fn configuration(&mut self, text: &str) {
        self.work_folder();
        self.text
            .push_str(&format!("cat >\"$work/openssl.cnf\" <<'CNF'\n{text}CNF\n"));
    }

    /// The random number for `-set_serial "$serial"`.
    pub(super) fn serial(&mut self) {
        self.step(
            "The serial number: 159 random bits; the top bit of 20 octets is cleared, so that the\nnumber is positive",
        );
        self.text.push_str(
            "serial=0x$(openssl rand -hex 20 |\n    \
             sed 's/^8/0/; s/^9/1/; s/^a/2/; s/^b/3/; s/^c/4/; s/^d/5/; s/^e/6/; s/^f/7/')\n",
        );
    }

    /// A line that is put together already.
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    pub(super) fn command(&mut self, command: &Command) {
        self.line(&command.rendered(""));
    }

    /// A command whose output nobody else may read.
    pub(super) fn secret_command(&mut self, command: &Command) {
        self.line(&format!(
            "(\n    umask 077\n{}\n)",
            command.rendered("    ")
        ));
    }

    /// A command whose output goes to a file.
    pub(super) fn command_to(&mut self, command: &Command, file: &Path) -> Result<()> {
        let line = format!("{} >{}", command.rendered(""), quoting::path(file)?);
        self.line(&line);
        Ok(())
    }

    /// What a person should know besides.
    pub(super) fn notes(&mut self, notes: impl IntoIterator<Item = String>) {
        self.notes.extend(notes);
    }

    pub(super) fn finish(mut self) -> Report {
        self.text.push_str(")\n");
        Report::new("openssl", json!({ "script": self.text }), self.text.clone()).notes(self.notes)
    }
}
