//! Tables and values as they were written, and what types they should have.

use std::{fmt::Display, ops::RangeInclusive, str::FromStr};

use toml::{
    Spanned,
    de::{DeArray, DeTable, DeValue},
};

use crate::manifest::{
    keys::{meant, quoted, tables_with},
    source::Problems,
};

/// A table, and where it starts.
pub(super) struct Fields<'t> {
    table: &'t DeTable<'t>,
    title: String,
    name: String,
    at: usize,
}

/// A value, and the key that it is set by.
#[derive(Clone)]
pub(super) struct Value<'t> {
    value: &'t Spanned<DeValue<'t>>,
    table: String,
    key: String,
    key_at: usize,
    part: Part,
}

/// Whether a value is all that its key says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Whole,
    /// One of an array.
    Item,
}

impl<'t> Fields<'t> {
    /// The document itself.
    pub(super) fn top(table: &'t DeTable<'t>) -> Self {
        Self {
            table,
            title: String::new(),
            name: String::new(),
            at: 0,
        }
    }

    /// The last part of its name.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Where its name is written.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The value of a key.
    pub(super) fn value(&self, key: &str) -> Option<Value<'t>> {
        let (written, value) = self.table.get_key_value(key)?;
        Some(self.at_key(written.get_ref(), written.span().start, value))
    }

    fn at_key(&self, key: &str, key_at: usize, value: &'t Spanned<DeValue<'t>>) -> Value<'t> {
        Value {
            value,
            table: self.title.clone(),
            key: key.to_owned(),
            key_at,
            part: Part::Whole,
        }
    }

    /// Every value, in the order of the file.
    pub(super) fn values(&self) -> impl Iterator<Item = Value<'t>> {
        let mut values: Vec<Value<'t>> = self
            .table
            .iter()
            .map(|(key, value)| self.at_key(key.get_ref(), key.span().start, value))
            .collect();
        values.sort_by_key(|value| value.key_at);
        values.into_iter()
    }

    /// Every key with the offset of its value.
    pub(super) fn places(&self) -> impl Iterator<Item = (&str, usize)> {
        self.table
            .iter()
            .map(|(key, value)| (key.get_ref().as_ref(), value.span().start))
    }

    /// Tells every key that is not known here, with what was probably meant.
    pub(super) fn refuse_unknown(&self, known: &[&'static str], problems: &mut Problems<'_>) {
        for (key, value) in self.table {
            let written: &str = key.get_ref();
            if known.contains(&written) {
                continue;
            }
            let place = match self.title.as_str() {
                "" => "at the top of the manifest".to_owned(),
                title => format!("in [{title}]"),
            };
            if let Some(name) = self.dotted(written, value.get_ref()) {
                let what = format!("unknown key `{written}` {place}");
                let remedy = format!("a name with dots stands in quotes: [{name}]");
                problems.push(key.span().start, what, remedy);
                continue;
            }
            let elsewhere = tables_with(written);
            let remedy = match meant(written, known) {
                _ if self.title.is_empty() && !elsewhere.is_empty() => {
                    format!("it belongs in [{}]", elsewhere.join("] or ["))
                }
                Some(near) => format!("did you mean `{near}`?"),
                None if !elsewhere.is_empty() => {
                    format!("it belongs in [{}]", elsewhere.join("] or ["))
                }
                None => format!("there are {}", known.join(", ")),
            };
            problems.push(
                key.span().start,
                format!("unknown key `{written}` {place}"),
                remedy,
            );
        }
    }
}

impl Fields<'_> {
    /// `[server."www.example.com"]` for what was written as `[server.www.example.com]`.
    fn dotted(&self, key: &str, value: &DeValue<'_>) -> Option<String> {
        let (table, rest) = self.title.split_once('.')?;
        // A table within an entry has keys, and no name that could go on.
        if rest != quoted(&self.name) {
            return None;
        }
        let mut inner = value.as_table()?;
        let mut name = format!("{}.{key}", self.name);
        while let Some((key, value)) = inner.iter().next().filter(|_| inner.len() == 1)
            && let Some(deeper) = value.get_ref().as_table()
        {
            name = format!("{name}.{}", key.get_ref());
            inner = deeper;
        }
        Some(format!("{table}.{}", quoted(&name)))
    }
}

impl<'t> Value<'t> {
    pub(super) fn at(&self) -> usize {
        self.value.span().start
    }

    /// The key.
    pub(super) fn key(&self) -> &str {
        &self.key
    }

    /// Where the key is written.
    pub(super) fn key_at(&self) -> usize {
        self.key_at
    }

    /// The table that the key stands in.
    pub(super) fn table_title(&self) -> &str {
        &self.table
    }

    fn title(&self) -> String {
        match self.table.as_str() {
            "" => self.key.clone(),
            table => format!("{table}.{}", self.key),
        }
    }

    pub(super) fn written(&self) -> &'t DeValue<'t> {
        self.value.get_ref()
    }

    /// Told where a value is of the wrong type: `days` wants a whole number, and this is a string.
    pub(super) fn wrong_type(&self, wanted: &str, example: &str, problems: &mut Problems<'_>) {
        let key = &self.key;
        let (subject, remedy) = match self.part {
            Part::Whole => (format!("`{key}`"), format!("write {key} = {example}")),
            Part::Item => (
                format!("what stands in `{key}`"),
                format!("write {example}"),
            ),
        };
        let found = type_word(self.written());
        let what = format!("{subject} must be {wanted}, and this is {found}");
        problems.push(self.at(), what, remedy);
    }

    /// Tells that a value cannot be.
    pub(super) fn refuse(
        &self,
        what: impl Into<String>,
        remedy: impl Into<String>,
        problems: &mut Problems<'_>,
    ) {
        problems.push(self.at(), what, remedy);
    }

    /// A string.
    pub(super) fn string(&self, problems: &mut Problems<'_>) -> Option<&'t str> {
        let text = self.written().as_str();
        if text.is_none() {
            let quoted = match self.written() {
                DeValue::Integer(number) => format!("\"{number}\""),
                DeValue::Boolean(truth) => format!("\"{truth}\""),
                _ => "\"…\"".to_owned(),
            };
            self.wrong_type("a string", &quoted, problems);
        }
        text
    }

    /// A string that is something.
    pub(super) fn filled(&self, problems: &mut Problems<'_>) -> Option<&'t str> {
        let text = self.string(problems)?;
        if text.is_empty() {
            self.refuse(
                format!("`{}` is empty", self.key),
                "fill it in, or leave the key out",
                problems,
            );
            return None;
        }
        Some(text)
    }

    /// A string that is read by a type of its own.
    pub(super) fn parsed<T>(&self, remedy: &str, problems: &mut Problems<'_>) -> Option<T>
    where
        T: FromStr,
        T::Err: Display,
    {
        let text = self.string(problems)?;
        text.parse()
            .map_err(|error| self.refuse(format!("{error}"), remedy, problems))
            .ok()
    }

    /// One of a few words.
    pub(super) fn word<T: Copy>(
        &self,
        words: &[(&'static str, T)],
        problems: &mut Problems<'_>,
    ) -> Option<T> {
        let text = self.string(problems)?;
        let found = words.iter().find(|(word, _)| *word == text);
        if found.is_none() {
            let known: Vec<&'static str> = words.iter().map(|(word, _)| *word).collect();
            let remedy = match meant(text, &known) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => format!("write one of \"{}\"", known.join("\", \"")),
            };
            self.refuse(
                format!("`{}` cannot be {text:?}", self.key),
                remedy,
                problems,
            );
        }
        found.map(|(_, meaning)| *meaning)
    }

    /// A whole number within bounds.
    pub(super) fn number(
        &self,
        bounds: RangeInclusive<u32>,
        problems: &mut Problems<'_>,
    ) -> Option<u32> {
        let (low, high) = (bounds.start(), bounds.end());
        let DeValue::Integer(integer) = self.written() else {
            let example = match self.written() {
                DeValue::String(text) => number_meant(text),
                _ => None,
            };
            let example = example.unwrap_or(*high.min(&30)).to_string();
            self.wrong_type("a whole number", &example, problems);
            return None;
        };
        let number = i64::from_str_radix(integer.as_str(), integer.radix());
        let number = number.ok().and_then(|number| u32::try_from(number).ok());
        let fits = number.filter(|number| bounds.contains(number));
        if fits.is_none() {
            self.refuse(
                format!("`{}` cannot be {integer}", self.key),
                format!("write a number from {low} to {high}"),
                problems,
            );
        }
        fits
    }

    /// `true` or `false`.
    pub(super) fn truth(&self, problems: &mut Problems<'_>) -> Option<bool> {
        let truth = self.written().as_bool();
        if truth.is_none() {
            let meant = match self.written().as_str() {
                Some("no" | "false" | "off") => "false",
                _ => "true",
            };
            self.wrong_type("true or false", meant, problems);
        }
        truth
    }

    /// An array of strings, each as a value of its own.
    pub(super) fn list(&self, problems: &mut Problems<'_>) -> Vec<Value<'t>> {
        let Some(items) = self.written().as_array() else {
            let example = match self.written().as_str() {
                Some(text) => format!("[{text:?}]"),
                None => "[\"…\"]".to_owned(),
            };
            self.wrong_type("an array of strings", &example, problems);
            return Vec::new();
        };
        self.each(items)
    }

    /// What stands in an array, each as a value of its own.
    pub(super) fn items(&self) -> Vec<Value<'t>> {
        self.written()
            .as_array()
            .map_or_else(Vec::new, |items| self.each(items))
    }

    fn each(&self, items: &'t DeArray<'t>) -> Vec<Value<'t>> {
        items
            .iter()
            .map(|value| Value {
                value,
                table: self.table.clone(),
                key: self.key.clone(),
                key_at: self.key_at,
                part: Part::Item,
            })
            .collect()
    }

    /// Whether it is an array.
    pub(super) fn is_array(&self) -> bool {
        self.written().is_array()
    }

    /// Whether it is a table.
    pub(super) fn is_table(&self) -> bool {
        self.written().is_table()
    }

    /// Whether it is a string.
    pub(super) fn is_string(&self) -> bool {
        self.written().is_str()
    }

    /// A table whose keys are known.
    pub(super) fn table(
        &self,
        known: &[&'static str],
        example: &str,
        problems: &mut Problems<'_>,
    ) -> Option<Fields<'t>> {
        let fields = self.open_table(example, problems)?;
        fields.refuse_unknown(known, problems);
        Some(fields)
    }

    /// A table of any keys.
    pub(super) fn open_table(
        &self,
        example: &str,
        problems: &mut Problems<'_>,
    ) -> Option<Fields<'t>> {
        let Some(table) = self.written().as_table() else {
            self.wrong_type("a table", example, problems);
            return None;
        };
        Some(Fields {
            table,
            title: self.title(),
            name: self.key.clone(),
            at: self.key_at,
        })
    }

    /// The named entries of `ca`, `server`, `client` or `peer`, in the order of the file.
    pub(super) fn entries(&self, problems: &mut Problems<'_>) -> Vec<Fields<'t>> {
        let kind = &self.key;
        let example = format!("give it a name: [{kind}.NAME]");
        let Some(table) = self.written().as_table() else {
            problems.push(
                self.key_at,
                format!("`{kind}` must be a table of tables"),
                example,
            );
            return Vec::new();
        };
        let mut entries: Vec<Fields<'t>> = Vec::new();
        for (key, value) in table {
            let name: &str = key.get_ref();
            let at = key.span().start;
            match value.get_ref().as_table() {
                Some(inner) => entries.push(Fields {
                    table: inner,
                    title: format!("{kind}.{}", quoted(name)),
                    name: name.to_owned(),
                    at,
                }),
                None => {
                    let what = format!("`{name}` stands in [{kind}], which has no name");
                    problems.push(at, what, example.clone());
                }
            }
        }
        entries.sort_by_key(|entry| entry.at);
        entries
    }
}

/// The number in a text such as `"30"`, `"30 days"` or `"2 years"`.
fn number_meant(text: &str) -> Option<u32> {
    let text = text.trim();
    let digits = text
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(digits)?;
    let days = match unit.trim_start().to_ascii_lowercase().chars().next() {
        Some('w') => 7,
        Some('m') => 30,
        Some('y') => 365,
        _ => 1,
    };
    number.parse::<u32>().ok()?.checked_mul(days)
}

fn type_word(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(true) => "true",
        DeValue::Boolean(false) => "false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}
