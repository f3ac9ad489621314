//! Columns of text.

use std::{borrow::Cow, fmt};

use super::render::BOLD;

/// How wide a table is where it can be: what most terminals and a mail show on one line.
const WIDTH: usize = 100;

/// Rows under headings, each column as wide as its widest cell.
pub(crate) struct Table<const COLUMNS: usize> {
    headings: [&'static str; COLUMNS],
    rows: Vec<[String; COLUMNS]>,
    /// Columns whose cells may be cut, the first to be cut first, and what is left of them at least.
    yielding: Vec<(usize, usize)>,
}

impl<const COLUMNS: usize> Table<COLUMNS> {
    pub(crate) fn new(headings: [&'static str; COLUMNS]) -> Self {
        Self {
            headings,
            rows: Vec::new(),
            yielding: Vec::new(),
        }
    }

    /// Lets cells of a column be cut down to `least` characters where a line would be longer than
    /// 100. Cells of such a column have no style.
    pub(crate) fn yielding(mut self, column: usize, least: usize) -> Self {
        self.yielding.push((column, least));
        self
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(crate) fn row(&mut self, cells: [String; COLUMNS]) {
        self.rows.push(cells);
    }
}

/// How many columns of a terminal a text takes, its style sequences left out.
fn width(text: &str) -> usize {
    anstream::adapter::strip_str(text)
        .to_string()
        .chars()
        .count()
}

/// A text that is too wide ends in an ellipsis.
fn cut(text: &str, widest: usize) -> Cow<'_, str> {
    if width(text) <= widest {
        return Cow::Borrowed(text);
    }
    let kept = text.chars().take(widest.saturating_sub(1));
    Cow::Owned(kept.chain(['…']).collect())
}

impl<const COLUMNS: usize> fmt::Display for Table<COLUMNS> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut widths = self.headings.map(width);
        for row in &self.rows {
            for (widest, cell) in widths.iter_mut().zip(row) {
                *widest = (*widest).max(width(cell));
            }
        }
        for (column, least) in &self.yielding {
            let line: usize = widths.iter().sum::<usize>() + 2 * COLUMNS.saturating_sub(1);
            if let Some(widest) = widths.get_mut(*column) {
                let wanted = widest.saturating_sub(line.saturating_sub(WIDTH));
                *widest = (*widest).min(wanted.max(*least));
            }
        }
        let mut write_row = |cells: &mut dyn Iterator<Item = &str>| {
            let mut line = String::new();
            for (cell, widest) in cells.zip(widths) {
                let cell = cut(cell, widest);
                let padding = widest.saturating_sub(width(&cell)) + 2;
                line.push_str(&cell);
                line.extend(std::iter::repeat_n(' ', padding));
            }
            writeln!(formatter, "{}", line.trim_end())
        };
        let headings = self
            .headings
            .map(|heading| format!("{BOLD}{heading}{BOLD:#}"));
        write_row(&mut headings.iter().map(String::as_str))?;
        self.rows
            .iter()
            .try_for_each(|row| write_row(&mut row.iter().map(String::as_str)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_where_it_may_be() {
        let mut table = Table::new(["A", "B", "C"]).yielding(1, 10).yielding(0, 20);
        table.row(["a".repeat(30), "b".repeat(90), "c".into()]);
        table.row(["a".into(), "b".into(), "c".repeat(9)]);
        let shown = anstream::adapter::strip_str(&table.to_string()).to_string();
        let row = shown.lines().nth(1).unwrap();
        assert!(row.starts_with(&"a".repeat(30)), "{shown}");
        assert!(
            row.contains(&format!("  {}…  c", "b".repeat(56))),
            "{shown}"
        );
        assert_eq!(
            shown.lines().nth(2).unwrap().chars().count(),
            100,
            "{shown}"
        );

        let mut narrow = Table::new(["A", "B"]).yielding(0, 5);
        narrow.row(["short".into(), "x".into()]);
        let shown = anstream::adapter::strip_str(&narrow.to_string()).to_string();
        assert_eq!(shown, "A      B\nshort  x\n");
    }
}
