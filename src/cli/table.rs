//! Columns of text.

use std::fmt;

use super::render::BOLD;

/// Rows under headings, each column as wide as its widest cell.
pub(crate) struct Table<const COLUMNS: usize> {
    headings: [&'static str; COLUMNS],
    rows: Vec<[String; COLUMNS]>,
}

impl<const COLUMNS: usize> Table<COLUMNS> {
    pub(crate) fn new(headings: [&'static str; COLUMNS]) -> Self {
        Self {
            headings,
            rows: Vec::new(),
        }
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

impl<const COLUMNS: usize> fmt::Display for Table<COLUMNS> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut widths = self.headings.map(width);
        for row in &self.rows {
            for (widest, cell) in widths.iter_mut().zip(row) {
                *widest = (*widest).max(width(cell));
            }
        }
        let mut write_row = |cells: &mut dyn Iterator<Item = &str>| {
            let mut line = String::new();
            for (cell, widest) in cells.zip(widths) {
                let padding = widest.saturating_sub(width(cell)) + 2;
                line.push_str(cell);
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
