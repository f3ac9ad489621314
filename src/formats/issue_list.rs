//! Lists of certificates to be issued: CSV with a heading (RFC 4180), or JSON Lines.
//!
//! The fields are `name`, `profile`, `san`, `common_name`, `key` and `days`; only `name` is needed.
//! Several alternative names of one CSV field are parted by spaces or semicolons; in JSON `san` is
//! a text or a list of texts.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read};

use csv::StringRecordsIntoIter;
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
    pub fn guess(beginning: &[u8]) -> Self {
        match beginning.iter().find(|octet| !octet.is_ascii_whitespace()) {
            Some(b'{') => Self::JsonLines,
            _ => Self::Csv,
        }
    }

    /// Reads a list line by line, in memory that does not grow with it. `counted` is the same list
    /// once more: what reads CSV does not say in which line a record begins.
    ///
    /// # Errors
    /// All that is wrong with the heading.
    pub fn lines<R: Read>(self, list: R, counted: R) -> Result<ListLines<R>, Vec<ListError>> {
        Ok(ListLines(match self {
            Self::Csv => Lines::Csv(Box::new(CsvLines::new(list, counted)?)),
            Self::JsonLines => Lines::Json {
                list: BufReader::new(list),
                line: 0,
                has_failed: false,
            },
        }))
    }
}

/// The lines of a list: a result for each, so that all errors can be told at once. Empty lines are
/// passed over.
pub struct ListLines<R>(Lines<R>);

enum Lines<R> {
    Csv(Box<CsvLines<R>>),
    Json {
        list: BufReader<R>,
        line: u64,
        has_failed: bool,
    },
}

impl<R: Read> Iterator for ListLines<R> {
    type Item = Result<ListLine, ListError>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Lines::Csv(lines) => lines.next(),
            Lines::Json { has_failed, .. } if *has_failed => None,
            Lines::Json {
                list,
                line,
                has_failed,
            } => loop {
                *line += 1;
                match json_line(list) {
                    Ok(None) => return None,
                    Ok(Some(text)) if text.iter().all(u8::is_ascii_whitespace) => {}
                    Ok(Some(text)) => return Some(read_json_line(&text, *line)),
                    Err(reason) => {
                        *has_failed = true;
                        let line = *line;
                        return Some(Err(ListError { line, reason }));
                    }
                }
            },
        }
    }
}

/// Far more than the names of one certificate take, in octets.
const LONGEST_LINE: u64 = 1024 * 1024;

fn json_line(list: &mut impl BufRead) -> Result<Option<Vec<u8>>, String> {
    let mut text = Vec::new();
    let read = list
        .take(LONGEST_LINE)
        .read_until(b'\n', &mut text)
        .map_err(|error| format!("the list cannot be read further: {error}"))?;
    if u64::try_from(read).is_ok_and(|read| read == LONGEST_LINE) && !text.ends_with(b"\n") {
        return Err("the line is longer than a megabyte".to_owned());
    }
    Ok((read > 0).then_some(text))
}

struct CsvLines<R> {
    records: StringRecordsIntoIter<SkipMark<R>>,
    headings: Vec<String>,
    counted: LineCount<SkipMark<R>>,
    has_failed: bool,
}

impl<R: Read> CsvLines<R> {
    fn new(list: R, counted: R) -> Result<Self, Vec<ListError>> {
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .comment(Some(b'#'))
            .from_reader(SkipMark::new(list));
        let headings: Vec<String> = match reader.headers() {
            Ok(headings) => headings.iter().map(str::to_owned).collect(),
            Err(error) => return Err(vec![csv_error(&error)]),
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
            return Err(errors);
        }
        Ok(Self {
            records: reader.into_records(),
            headings,
            counted: LineCount::new(SkipMark::new(counted)),
            has_failed: false,
        })
    }

    fn next(&mut self) -> Option<Result<ListLine, ListError>> {
        if self.has_failed {
            return None;
        }
        let record = match self.records.next()? {
            Ok(record) => record,
            Err(error) => {
                self.has_failed = error.is_io_error();
                return Some(Err(csv_error(&error)));
            }
        };
        let line = self
            .counted
            .at(record.position().map_or(0, csv::Position::byte));
        let mut read = ListLine {
            line,
            ..ListLine::default()
        };
        let fields = self
            .headings
            .iter()
            .map(String::as_str)
            .zip(record.iter())
            .filter(|(_, value)| !value.is_empty());
        for (heading, value) in fields {
            match heading {
                "san" => read.sans.extend(several(value)),
                _ => read.set(heading, value.to_owned()),
            }
        }
        Some(read.named())
    }
}

fn csv_error(error: &csv::Error) -> ListError {
    ListError {
        line: error.position().map_or(1, csv::Position::line),
        reason: csv_reason(error),
    }
}

/// A reader that leaves out the byte order mark that spreadsheets write.
struct SkipMark<R> {
    reader: R,
    /// What was read while looking for the mark, and is none.
    held: VecDeque<u8>,
    has_looked: bool,
}

impl<R: Read> SkipMark<R> {
    fn new(reader: R) -> Self {
        Self {
            reader,
            held: VecDeque::new(),
            has_looked: false,
        }
    }
}

impl<R: Read> Read for SkipMark<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        const MARK: &[u8] = b"\xef\xbb\xbf";
        if !self.has_looked {
            let mut beginning = Vec::new();
            self.reader
                .by_ref()
                .take(MARK.len() as u64)
                .read_to_end(&mut beginning)?;
            self.has_looked = true;
            if beginning != MARK {
                self.held.extend(beginning);
            }
        }
        if self.held.is_empty() {
            return self.reader.read(to);
        }
        self.held.read(to)
    }
}

/// Counts lines up to places that come one after the other. The reader says where it began to look
/// for a record, which may be in the line end, an empty line or a comment before it.
struct LineCount<R> {
    octets: io::Bytes<BufReader<R>>,
    next: Option<u8>,
    from: u64,
    line: u64,
}

impl<R: Read> LineCount<R> {
    fn new(list: R) -> Self {
        let mut octets = BufReader::new(list).bytes();
        Self {
            next: octets.next().and_then(Result::ok),
            octets,
            from: 0,
            line: 1,
        }
    }

    /// The line of the record that the reader began to look for here.
    fn at(&mut self, begun: u64) -> u64 {
        let mut at_start = true;
        let mut in_comment = false;
        while let Some(octet) = self.next {
            let found = self.from >= begun
                && !in_comment
                && !(octet.is_ascii_whitespace() || (at_start && octet == b'#'));
            if found {
                break;
            }
            in_comment = in_comment || (self.from >= begun && at_start && octet == b'#');
            at_start = octet == b'\n';
            if at_start {
                self.line += 1;
                in_comment = false;
            }
            self.from += 1;
            self.next = self.octets.next().and_then(Result::ok);
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
        csv::ErrorKind::Io(error) => format!("the list cannot be read further: {error}"),
        csv::ErrorKind::Utf8 { .. } => {
            "the line is not UTF-8 text; save the file as UTF-8".to_owned()
        }
        _ => "the line is no CSV".to_owned(),
    }
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

    fn read(format: ListFormat, list: &[u8]) -> Vec<Result<ListLine, ListError>> {
        match format.lines(list, list) {
            Ok(lines) => lines.collect(),
            Err(errors) => errors.into_iter().map(Err).collect(),
        }
    }

    fn good(text: &str) -> Vec<ListLine> {
        read(ListFormat::guess(text.as_bytes()), text.as_bytes())
            .into_iter()
            .map(Result::unwrap)
            .collect()
    }

    fn errors(text: &str) -> Vec<String> {
        read(ListFormat::guess(text.as_bytes()), text.as_bytes())
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
        assert!(read(ListFormat::Csv, b"name\n\xff\n")[0].is_err());
    }
}
