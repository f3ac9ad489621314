//! The manifest's text, and the faults found in it.

use super::error::{ManifestError, Problem};

/// Collects faults by their place in the text.
pub(super) struct Problems<'t> {
    file: &'t str,
    text: &'t str,
    found: Vec<(usize, String, String)>,
}

impl<'t> Problems<'t> {
    pub(super) fn new(file: &'t str, text: &'t str) -> Self {
        Self {
            file,
            text,
            found: Vec::new(),
        }
    }

    /// `at` is an offset in octets.
    pub(super) fn push(&mut self, at: usize, what: impl Into<String>, remedy: impl Into<String>) {
        self.found.push((at, what.into(), remedy.into()));
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.found.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Every fault, in the order of the file.
    pub(super) fn into_error(mut self) -> ManifestError {
        self.found.sort_by_key(|(at, _, _)| *at);
        let (file, text) = (self.file, self.text);
        let problem = |(at, what, remedy)| {
            let (line, column) = line_and_column(text, at);
            Problem {
                file: file.to_owned(),
                line,
                column,
                what,
                remedy,
            }
        };
        ManifestError(self.found.into_iter().map(problem).collect())
    }
}

/// Line and column, counted from 1, of an offset in octets; the column counts characters.
fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    let line = before.matches('\n').count() + 1;
    let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::line_and_column;

    #[test]
    fn places_are_counted_in_characters_from_one() {
        let text = "a = 1\nname = \"日本\" x\n";
        let at = text.find('x').unwrap();
        assert_eq!(line_and_column(text, 0), (1, 1));
        assert_eq!(line_and_column(text, 6), (2, 1));
        assert_eq!(line_and_column(text, at), (2, 13));
        assert_eq!(line_and_column(text, text.len()), (3, 1));
        assert_eq!(line_and_column("", 0), (1, 1));
    }
}
