//! Lists of certificates to be issued: CSV with a heading (RFC 4180), or JSON Lines.
//!
//! The fields are `name`, `profile`, `san`, `common_name`, `key` and `days`; only `name` is needed.
//! Several alternative names of one CSV field are parted by spaces or semicolons; in JSON `san` is
//! a text or a list of texts.

use serde_json::{Map, Value};

use super::nearest;

/// A line of a list, as it was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListLine {
    /// The line of the file, from 1.
    pub line: u64,
    /// What the certificate is called.
    pub name: String,
    /// `server`, `client` or `peer`.
    pub profile: Option<String>,
    /// Its subject alternative names.
    pub sans: Vec<String>,
    /// The common name of its subject.
    pub common_name: Option<String>,
    /// The kind of its key.
    pub key: Option<String>,
    /// Its life in days.
    pub days: Option<String>,
}

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListFormat {
    /// Comma-separated values with a heading.
    Csv,
    /// One JSON object a line.
    JsonLines,
}

/// What is wrong with a line of a list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{line}: {reason}")]
pub struct ListError {
    /// The line of the file, from 1.
    pub line: u64,
    /// What is wrong, and what to do instead.
    pub reason: String,
}

const FIELDS: [&str; 6] = ["name", "profile", "san", "common_name", "key", "days"];

impl ListFormat {
    /// The format of a list by its first character that is no white space: JSON Lines start with a
    /// brace.
    pub fn guess(octets: &[u8]) -> Self {
        match octets.iter().find(|octet| !octet.is_ascii_whitespace()) {
            Some(b'{') => Self::JsonLines,
            _ => Self::Csv,
        }
    }

    /// Reads a list: a result for each line, so that all errors can be told at once. Empty lines
    /// are passed over.
    pub fn read(self, octets: &[u8]) -> Vec<Result<ListLine, ListError>> {
        match self {
            Self::Csv => read_csv(octets),
            Self::JsonLines => read_json_lines(octets),
        }
    }
}

fn read_csv(octets: &[u8]) -> Vec<Result<ListLine, ListError>> {
    // Spreadsheets write a byte order mark.
    let octets = octets.strip_prefix(b"\xef\xbb\xbf").unwrap_or(octets);
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .comment(Some(b'#'))
        .from_reader(octets);
    let refused = |error: &csv::Error, otherwise: u64| ListError {
        line: error.position().map_or(otherwise, csv::Position::line),
        reason: csv_reason(error),
    };
    let headings: Vec<String> = match reader.headers() {
        Ok(headings) => headings.iter().map(str::to_owned).collect(),
        Err(error) => return vec![Err(refused(&error, 1))],
    };
    let doubled = headings
        .iter()
        .enumerate()
        .filter(|(position, heading)| {
            headings
                .iter()
                .take(*position)
                .any(|before| before == *heading)
        })
        .map(|(_, heading)| format!("the column {heading:?} is there twice; leave one out"));
    let mut errors: Vec<ListError> = headings
        .iter()
        .filter_map(|heading| unknown(heading))
        .chain(doubled)
        .map(|reason| ListError { line: 1, reason })
        .collect();
    if !headings.iter().any(|heading| heading == "name") {
        let reason = format!(
            "the first line must name the columns, 'name' among them; there are {}",
            FIELDS.join(", ")
        );
        errors.push(ListError { line: 1, reason });
    }
    if !errors.is_empty() {
        return errors.into_iter().map(Err).collect();
    }
    let mut lines = Vec::new();
    let mut counted = LineCount::new(octets);
    for record in reader.records() {
        lines.push(
            record
                .map_err(|error| refused(&error, 1))
                .and_then(|record| {
                    let line = counted.at(record.position().map_or(0, csv::Position::byte));
                    let fields = headings
                        .iter()
                        .map(String::as_str)
                        .zip(record.iter())
                        .filter(|(_, value)| !value.is_empty());
                    let mut read = ListLine {
                        line,
                        ..ListLine::default()
                    };
                    for (heading, value) in fields {
                        let value = value.to_owned();
                        match heading {
                            "san" => read.sans.extend(several(&value)),
                            _ => read.set(heading, value),
                        }
                    }
                    read.named()
                }),
        );
    }
    lines
}

/// Counts lines up to places that come one after the other. The reader says where it began to look
/// for a record, which may be in the line end, an empty line or a comment before it.
struct LineCount<'a> {
    octets: &'a [u8],
    from: usize,
    line: u64,
}

impl<'a> LineCount<'a> {
    fn new(octets: &'a [u8]) -> Self {
        Self {
            octets,
            from: 0,
            line: 1,
        }
    }

    /// The line of the record that the reader began to look for here.
    fn at(&mut self, byte: u64) -> u64 {
        let begun = usize::try_from(byte).unwrap_or(usize::MAX);
        let mut at_start = true;
        let mut in_comment = false;
        while let Some(octet) = self.octets.get(self.from) {
            let found = self.from >= begun
                && !in_comment
                && !(octet.is_ascii_whitespace() || (at_start && *octet == b'#'));
            if found {
                break;
            }
            in_comment = in_comment || (self.from >= begun && at_start && *octet == b'#');
            at_start = *octet == b'\n';
            if at_start {
                self.line += 1;
                in_comment = false;
            }
            self.from += 1;
        }
        self.line
    }
}

fn csv_reason(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => format!(
            "the line has {len} fields and the first line {expected_len}; put quotation marks around a field with a comma"
        ),
        csv::ErrorKind::Utf8 { .. } => {
            "the line is not UTF-8 text; save the file as UTF-8".to_owned()
        }
        _ => "the line is no CSV".to_owned(),
    }
}

fn read_json_lines(octets: &[u8]) -> Vec<Result<ListLine, ListError>> {
    octets
        .split(|octet| *octet == b'\n')
        .zip(1..)
        .filter(|(text, _)| !text.iter().all(u8::is_ascii_whitespace))
        .map(|(text, line)| read_json_line(text, line))
        .collect()
}

fn read_json_line(text: &[u8], line: u64) -> Result<ListLine, ListError> {
    let refused = |reason: String| ListError { line, reason };
    let object: Map<String, Value> = serde_json::from_slice(text).map_err(|error| {
        refused(format!(
            "column {}: the line is no JSON object",
            error.column()
        ))
    })?;
    let mut read = ListLine {
        line,
        ..ListLine::default()
    };
    for (field, value) in object {
        if let Some(reason) = unknown(&field) {
            return Err(refused(reason));
        }
        match (field.as_str(), value) {
            (_, Value::Null) => {}
            ("san", Value::String(value)) => read.sans.extend(several(&value)),
            ("san", Value::Array(values)) => {
                for value in values {
                    let Value::String(value) = value else {
                        return Err(refused("san must be texts".to_owned()));
                    };
                    read.sans.push(value);
                }
            }
            ("days", Value::Number(days)) => read.days = Some(days.to_string()),
            (_, Value::String(value)) => read.set(&field, value),
            (field, _) => return Err(refused(format!("{field} must be a text"))),
        }
    }
    read.named()
}

impl ListLine {
    fn set(&mut self, field: &str, value: String) {
        match field {
            "name" => self.name = value,
            "profile" => self.profile = Some(value),
            "common_name" => self.common_name = Some(value),
            "key" => self.key = Some(value),
            "days" => self.days = Some(value),
            _ => {}
        }
    }

    fn named(self) -> Result<Self, ListError> {
        if self.name.is_empty() {
            return Err(ListError {
                line: self.line,
                reason: "the certificate has no name; give one in 'name'".to_owned(),
            });
        }
        Ok(self)
    }
}

fn several(value: &str) -> impl Iterator<Item = String> {
    value
        .split(|letter: char| letter == ';' || letter.is_whitespace())
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
}

fn unknown(field: &str) -> Option<String> {
    if FIELDS.contains(&field) {
        return None;
    }
    Some(match nearest(field, FIELDS) {
        Some(near) => format!("there is no field {field:?}; is {near:?} meant?"),
        None => format!(
            "there is no field {field:?}; there are {}",
            FIELDS.join(", ")
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good(text: &str) -> Vec<ListLine> {
        ListFormat::guess(text.as_bytes())
            .read(text.as_bytes())
            .into_iter()
            .map(Result::unwrap)
            .collect()
    }

    fn errors(text: &str) -> Vec<String> {
        ListFormat::guess(text.as_bytes())
            .read(text.as_bytes())
            .into_iter()
            .filter_map(|line| line.err().map(|error| error.to_string()))
            .collect()
    }

    #[test]
    fn both_forms_say_the_same() {
        let csv = "\u{feff}name,profile,san,days\r\n# a comment\r\nnode1,peer,node1.internal ip:10.0.0.7,90\r\n\"web\",,www.example.com;example.com,\r\n";
        let json = "{\"name\":\"node1\",\"profile\":\"peer\",\"san\":[\"node1.internal\",\"ip:10.0.0.7\"],\"days\":90}\n\n{\"name\":\"web\",\"san\":\"www.example.com example.com\",\"key\":null}\n";
        let strip = |lines: Vec<ListLine>| -> Vec<ListLine> {
            lines
                .into_iter()
                .map(|line| ListLine { line: 0, ..line })
                .collect()
        };
        assert_eq!(good(csv)[1].line, 4);
        assert_eq!(good(json)[1].line, 3);
        assert_eq!(good(csv)[1].sans, ["www.example.com", "example.com"]);
        assert_eq!(good(csv)[0].days.as_deref(), Some("90"));
        assert_eq!(strip(good(csv)), strip(good(json)));
    }

    #[test]
    fn errors_name_the_line_and_what_to_do() {
        assert_eq!(
            errors("name,profil\na,b\n"),
            ["1: there is no field \"profil\"; is \"profile\" meant?"]
        );
        assert_eq!(
            errors("name,san,name\na,b,c\n"),
            ["1: the column \"name\" is there twice; leave one out"]
        );
        assert!(
            errors("host\nx\n")
                .iter()
                .any(|error| error.contains("'name' among them"))
        );
        assert!(errors("name,san\na,b,c\n")[0].starts_with("2: the line has 3 fields"));
        assert!(errors("name,san\n,b\n")[0].starts_with("2: the certificate has no name"));
        assert!(errors("name\n\u{e9}\n\n").is_empty());
        assert_eq!(
            errors("{\"name\":\"a\"}\n{\"name\":}\n"),
            ["2: column 9: the line is no JSON object"]
        );
        assert_eq!(errors("{\"name\":7}"), ["1: name must be a text"]);
        assert!(ListFormat::Csv.read(b"name\n\xff\n")[0].is_err());
    }
}
