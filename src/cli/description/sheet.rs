//! The layout: a headline, and facts in two columns.

use std::fmt::Write as _;

use anstyle::Style;

use crate::{
    cli::render::{BOLD, DIM, GREEN, RED, YELLOW},
    x509::escape_control,
};

/// Columns of a terminal that are used; longer values go on in the next line.
const WIDTH: usize = 100;
/// Where the values of facts begin.
const FACT_COLUMN: usize = 13;
/// Where the values of extensions begin.
const EXTENSION_COLUMN: usize = 28;

/// Text that is being laid out. Everything that comes in is escaped here.
pub(super) struct Sheet<'place> {
    place: &'place str,
    text: String,
}

/// How urgent a value is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    Good,
    Soon,
    Bad,
}

impl Tone {
    fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Good => GREEN,
            Self::Soon => YELLOW,
            Self::Bad => RED,
        }
    }
}

impl<'place> Sheet<'place> {
    pub(super) fn new(place: &'place str) -> Self {
        Self {
            place,
            text: String::new(),
        }
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// What it is, what it is called, and where.
    pub(super) fn headline(&mut self, kind: &str, title: &str) {
        let (kind, title) = (escape_control(kind), escape_control(title));
        let place = escape_control(self.place);
        let gap = if title.is_empty() { "" } else { "  " };
        let _ = writeln!(
            self.text,
            "{BOLD}{kind}{gap}{title}{BOLD:#}  {DIM}{place}{DIM:#}"
        );
    }

    pub(super) fn fact(&mut self, label: &str, value: &str) {
        self.lines(label, &[value.to_owned()], Tone::Plain);
    }

    pub(super) fn good(&mut self, label: &str, value: &str) {
        self.lines(label, &[value.to_owned()], Tone::Good);
    }

    pub(super) fn bad(&mut self, label: &str, value: &str) {
        self.lines(label, &[value.to_owned()], Tone::Bad);
    }

    /// A fact whose end is coloured.
    pub(super) fn coloured(&mut self, label: &str, value: &str, urgent: &str, tone: Tone) {
        let style = tone.style();
        let (value, urgent) = (escape_control(value), escape_control(urgent));
        let _ = writeln!(
            self.text,
            "  {DIM}{label:<width$}{DIM:#}{value}{style}{urgent}{style:#}",
            width = FACT_COLUMN - 2,
        );
    }

    /// A fact of several lines.
    pub(super) fn lines(&mut self, label: &str, values: &[String], tone: Tone) {
        self.column(&format!("  {label}"), FACT_COLUMN, values, tone, "");
    }

    /// A title for what follows.
    pub(super) fn section(&mut self, title: &str) {
        let _ = writeln!(self.text, "  {DIM}{}{DIM:#}", escape_control(title));
    }

    /// An extension and what it says.
    pub(super) fn extension(&mut self, name: &str, mark: &str, values: &[String], tone: Tone) {
        self.column(
            &format!("    {}", escape_control(name)),
            EXTENSION_COLUMN,
            values,
            tone,
            mark,
        );
    }

    fn column(&mut self, label: &str, start: usize, values: &[String], tone: Tone, mark: &str) {
        let style = tone.style();
        let marked = if mark.is_empty() {
            String::new()
        } else {
            let end = if values.is_empty() { "" } else { ", " };
            format!("{YELLOW}{mark}{YELLOW:#}{end}")
        };
        let room = WIDTH.saturating_sub(start);
        let first_room = room.saturating_sub(if mark.is_empty() { 0 } else { mark.len() + 2 });
        let mut rows = Vec::new();
        for (position, value) in values.iter().enumerate() {
            let room = if position == 0 { first_room } else { room };
            rows.extend(wrapped(&escape_control(value), room));
        }
        let width = start.saturating_sub(1);
        let mut rows = rows.into_iter();
        let first = rows.next().unwrap_or_default();
        let line = format!("{DIM}{label:<width$}{DIM:#} {marked}{style}{first}{style:#}");
        let _ = writeln!(self.text, "{}", line.trim_end());
        for row in rows {
            let _ = writeln!(self.text, "{:start$}{style}{row}{style:#}", "");
        }
    }
}

/// Breaks a value at spaces so that each part is at most `room` wide; a word that is longer stays
/// whole, so that it can be copied.
fn wrapped(value: &str, room: usize) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    let mut row = String::new();
    let mut width = 0;
    for word in value.split(' ') {
        let word_width = word.chars().count();
        if width > 0 && width + 1 + word_width > room {
            rows.push(std::mem::take(&mut row));
            width = 0;
        } else if !row.is_empty() {
            row.push(' ');
            width += 1;
        }
        row.push_str(word);
        width += word_width;
    }
    rows.push(row);
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_break_at_spaces_only() {
        assert_eq!(wrapped("aa bb cc", 5), ["aa bb", "cc"]);
        assert_eq!(wrapped("aa bb cc", 8), ["aa bb cc"]);
        assert_eq!(wrapped("aaaaaaaaaa b", 5), ["aaaaaaaaaa", "b"]);
        assert_eq!(wrapped("", 5), [""]);
    }

    #[test]
    fn what_comes_in_cannot_drive_the_terminal() {
        let mut sheet = Sheet::new("a\u{1b}[2J");
        sheet.headline("certificate", "CN = \u{1b}]0;x\u{7}");
        sheet.fact("subject", "\u{202e}x\r\n");
        sheet.extension("\u{9b}", "critical", &["\u{1b}c".to_owned()], Tone::Plain);
        let plain = anstream::adapter::strip_str(&sheet.into_text()).to_string();
        assert!(
            plain.chars().all(|one| one == '\n' || !one.is_control()),
            "{plain:?}"
        );
        assert!(plain.contains("\\u{1b}]0;x\\u{7}"), "{plain}");
        assert!(plain.contains("\\u{202e}x\\u{d}\\u{a}"), "{plain}");
    }
}
