//! The lines of `index.txt`.

use std::io::{BufRead, Read as _};

use ::time::OffsetDateTime;

use super::{
    error::{IndexError, IndexFault},
    number::serial,
    revocation::revocation,
    subject::readable_subject,
    time::moment,
};
use crate::x509::RevocationReason;

/// A line is six short fields; a subject of this size is no subject.
const LONGEST_LINE: usize = 64 * 1024;

/// A certificate as an index lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its line, from 1.
    pub line: u64,
    /// How it stands.
    pub standing: Standing,
    /// The end of its validity.
    pub not_after: OffsetDateTime,
    /// The serial number: most significant octet first, without leading zeros; one octet for zero.
    pub serial: Vec<u8>,
    /// The subject as `C = DE, CN = host`. A `/` in a value is told from one between values by
    /// what follows it, so this is for reading, not for comparing.
    pub subject: String,
}

/// How a certificate stands in its index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// `V`
    Valid,
    /// `E`: `openssl ca -updatedb` found its end passed.
    Expired,
    /// `R`
    Revoked {
        /// Since when.
        at: OffsetDateTime,
        /// Why; unspecified where the index has no reason.
        reason: RevocationReason,
        /// Since when its key is known to be in wrong hands (RFC 5280 §5.3.2).
        invalid_since: Option<OffsetDateTime>,
    },
}

/// The entries of an index, in its order. A line that cannot be read is an error in its place; the
/// next line follows.
#[derive(Debug)]
pub struct Entries<R> {
    reader: R,
    line: u64,
    has_failed: bool,
}

impl<R: BufRead> Entries<R> {
    /// The entries of an index that is read from `reader`.
    pub fn new(reader: R) -> Self {
        Self {
            reader,
            line: 0,
            has_failed: false,
        }
    }

    /// The octets of the next line that is no comment and not blank, without its end.
    fn next_line(&mut self) -> Result<Option<Vec<u8>>, IndexFault> {
        loop {
            self.line = self.line.saturating_add(1);
            let mut octets = Vec::new();
            let limit = u64::try_from(LONGEST_LINE).unwrap_or(u64::MAX);
            self.reader
                .by_ref()
                .take(limit)
                .read_until(b'\n', &mut octets)?;
            if octets.is_empty() {
                return Ok(None);
            }
            if !octets.ends_with(b"\n") && octets.len() == LONGEST_LINE {
                self.skip_line()?;
                return Err(IndexFault::TooLong {
                    limit: LONGEST_LINE,
                });
            }
            while octets.ends_with(b"\n") || octets.ends_with(b"\r") {
                octets.pop();
            }
            if !octets.is_empty() && !octets.starts_with(b"#") {
                return Ok(Some(octets));
            }
        }
    }

    fn skip_line(&mut self) -> std::io::Result<()> {
        loop {
            let buffer = self.reader.fill_buf()?;
            let (used, is_end) = match buffer.iter().position(|octet| *octet == b'\n') {
                Some(end) => (end.saturating_add(1), true),
                None => (buffer.len(), buffer.is_empty()),
            };
            self.reader.consume(used);
            if is_end {
                return Ok(());
            }
        }
    }
}

impl<R: BufRead> Iterator for Entries<R> {
    type Item = Result<Entry, IndexError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.has_failed {
            return None;
        }
        let read = self.next_line().and_then(|octets| {
            octets
                .map(|octets| read_entry(&octets, self.line))
                .transpose()
        });
        // A file that cannot be read on would give the same error for ever.
        self.has_failed = matches!(read, Err(IndexFault::Unreadable(_)));
        let line = self.line;
        read.map_err(|fault| IndexError { line, fault }).transpose()
    }
}

fn read_entry(octets: &[u8], line: u64) -> Result<Entry, IndexFault> {
    let fields = fields(octets);
    // `DB_NUMBER` and its names in `apps/include/apps.h`.
    let [state, not_after, revoked, serial_number, _file, subject] = fields.as_slice() else {
        return Err(IndexFault::Fields {
            found: fields.len(),
        });
    };
    let standing = match (state.as_str(), revoked.as_str()) {
        ("V", "") => Standing::Valid,
        ("E", "") => Standing::Expired,
        ("R", "") => return Err(IndexFault::RevocationDate),
        ("R", revoked) => revocation(revoked)?,
        ("V" | "E", _) => return Err(IndexFault::RevokedUnmarked),
        (other, _) => return Err(IndexFault::State(other.to_owned())),
    };
    Ok(Entry {
        line,
        standing,
        not_after: moment(not_after).ok_or_else(|| IndexFault::Time(not_after.clone()))?,
        serial: serial(serial_number)?,
        subject: readable_subject(subject),
    })
}

/// The fields between tabs. A tab inside of a field has a backslash before it, and nothing else is
/// escaped (`TXT_DB_write`).
fn fields(octets: &[u8]) -> Vec<String> {
    let mut fields = Vec::new();
    let mut field: Vec<u8> = Vec::new();
    for octet in octets {
        match (octet, field.last()) {
            (b'\t', Some(b'\\')) => {
                field.pop();
                field.push(b'\t');
            }
            (b'\t', _) => fields.push(std::mem::take(&mut field)),
            (other, _) => field.push(*other),
        }
    }
    fields.push(field);
    fields
        .into_iter()
        .map(|field| String::from_utf8_lossy(&field).into_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(index: &[u8]) -> Vec<Result<Entry, String>> {
        Entries::new(index)
            .map(|entry| entry.map_err(|error| error.to_string()))
            .collect()
    }

    fn one(line: &str) -> Entry {
        read(line.as_bytes()).remove(0).unwrap()
    }

    fn refused(line: &str) -> String {
        read(line.as_bytes()).remove(0).unwrap_err()
    }

    #[test]
    fn the_three_states_of_a_certificate() {
        let valid = one("V\t270131120000Z\t\t0A01\tunknown\t/C=DE/CN=www.example.com\n");
        assert_eq!(valid.standing, Standing::Valid);
        assert_eq!(valid.not_after.unix_timestamp(), 1_801_396_800);
        assert_eq!(valid.serial, [0x0a, 0x01]);
        assert_eq!(valid.subject, "C = DE, CN = www.example.com");
        let expired = one("E\t20500131120000Z\t\t01\tunknown\t/CN=a\n");
        assert_eq!(expired.standing, Standing::Expired);
        assert_eq!(expired.not_after.year(), 2050);
        let revoked = one("R\t270131120000Z\t260131120000Z,keyCompromise\t00FF\tunknown\t/CN=a");
        assert_eq!(revoked.serial, [0xff]);
        assert!(matches!(
            revoked.standing,
            Standing::Revoked {
                reason: RevocationReason::KeyCompromise,
                invalid_since: None,
                ..
            }
        ));
    }

    #[test]
    fn comments_blank_lines_and_carriage_returns_are_passed_over() {
        let entries = read(b"# made by hand\n\nV\t270131120000Z\t\t01\tunknown\t/CN=a\r\n");
        assert_eq!(entries.len(), 1);
        let entry = entries[0].as_ref().unwrap();
        assert_eq!((entry.line, entry.subject.as_str()), (3, "CN = a"));
    }

    #[test]
    fn a_tab_in_a_field_is_escaped() {
        let entry = one("V\t270131120000Z\t\t01\tunknown\t/CN=a\\\tb\n");
        assert_eq!(entry.subject, "CN = a\\u{9}b");
    }

    #[test]
    fn a_wrong_line_does_not_hide_the_next() {
        let index = "V\t270131120000Z\t\t01\tunknown\n\
                     V\t270131120000Z\t\t02\tunknown\t/CN=b\n";
        let entries = read(index.as_bytes());
        assert_eq!(
            entries[0].as_ref().unwrap_err(),
            "line 1: it has 5 fields between tabs, not 6"
        );
        assert_eq!(entries[1].as_ref().unwrap().serial, [2]);
    }

    #[test]
    fn what_openssl_would_not_write_is_refused_by_its_reason() {
        for (line, reason) in [
            ("X\t270131120000Z\t\t01\tunknown\t/CN=a", "is no state"),
            ("\t270131120000Z\t\t01\tunknown\t/CN=a", "is no state"),
            ("V\t270231120000Z\t\t01\tunknown\t/CN=a", "is no time"),
            ("V\t270131120000\t\t01\tunknown\t/CN=a", "is no time"),
            ("V\t\t\t01\tunknown\t/CN=a", "is no time"),
            (
                "V\t270131120000Z\t260131120000Z\t01\tunknown\t/CN=a",
                "not marked R",
            ),
            (
                "R\t270131120000Z\t\t01\tunknown\t/CN=a",
                "no revocation date",
            ),
            (
                "R\t270131120000Z\tyesterday\t01\tunknown\t/CN=a",
                "is no time",
            ),
            (
                "R\t270131120000Z\t260131120000Z,boredom\t01\tunknown\t/CN=a",
                "\"boredom\" is no revocation reason",
            ),
            (
                "V\t270131120000Z\t\t\tunknown\t/CN=a",
                "is no serial number",
            ),
            (
                "V\t270131120000Z\t\t-01\tunknown\t/CN=a",
                "is no serial number",
            ),
            (
                "V\t270131120000Z\t\t0G\tunknown\t/CN=a",
                "is no serial number",
            ),
            ("V\t270131120000Z\t\t01\tunknown\t/CN=a\tmore", "7 fields"),
        ] {
            let error = refused(line);
            assert!(error.contains(reason), "{line:?}: {error}");
        }
    }

    #[test]
    fn a_line_without_an_end_is_cut_off_and_the_next_is_read() {
        let mut index = vec![b'V'; 3 * LONGEST_LINE];
        index.extend_from_slice(b"\nV\t270131120000Z\t\t01\tunknown\t/CN=a\n");
        let entries = read(&index);
        assert_eq!(
            entries[0].as_ref().unwrap_err(),
            "line 1: it is longer than 65536 bytes"
        );
        assert_eq!(entries[1].as_ref().unwrap().line, 2);
    }
}
