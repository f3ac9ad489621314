//! How a list is found: which index leads.
//!
//! SQLite guesses from the form of a query alone and cannot know that a thousand rows are lost and
//! a million issued; guessing wrong means to sort a million rows for a page of twenty. So the choice
//! is made here, from the data: a condition that few rows meet leads, and what it finds is sorted;
//! if none is met by few rows, the index of the sort order leads, and rows that do not meet the
//! conditions are passed over, which cannot be many before the page is full. A `+` before a column
//! keeps SQLite from using an index for it.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::authority::AuthorityId;
use super::query::{Filter, Order, Query, Sort, TextMatch};
use super::record::magnitude;
use super::row::{COLUMNS, State};
use super::seconds;

/// How many rows are few: finding and sorting as many takes milliseconds.
const FEW: i64 = 5_000;
/// How many rows that share a text are few. Names, subjects and alternative names say much the same,
/// so what starts with a text can be all at the far end of an order by another of them, and walking
/// there would pass over everything else.
const FEW_WITH_TEXT: i64 = 100_000;

/// A query as SQL.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) sql: String,
    pub(super) values: Vec<Value>,
}

/// A condition of a filter.
struct Condition {
    column: Column,
    /// In a form that an index answers.
    leading: String,
    /// In a form that is only checked.
    checked: String,
    /// What to count to know how many rows meet it.
    counted: String,
    values: Vec<Value>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    Name,
    Subject,
    San,
    /// The serial number or the fingerprint.
    Unique,
    /// Shared by many rows; its index goes on with `not_after`.
    Shared,
    /// Shared by many rows, in several ranges of its index: together these have no order.
    Ranges,
    /// Shared by many rows, without an index of its own: the shelf, the part of a life that is left.
    Unindexed,
    NotAfter,
}

impl Plan {
    /// The list of a query; `None` if nothing can meet its filter.
    pub(super) fn to_list(
        connection: &Connection,
        query: &Query,
    ) -> rusqlite::Result<Option<Self>> {
        let Some(conditions) = conditions(&query.filter) else {
            return Ok(None);
        };
        let leader = leader(connection, &conditions)?;
        let ordered = |condition: &Condition| {
            matches!(
                (query.sort, condition.column),
                (Sort::Name, Column::Name)
                    | (Sort::Subject, Column::Subject)
                    | (Sort::NotAfter, Column::NotAfter)
            )
        };
        let sorts = leader
            .and_then(|leader| conditions.get(leader))
            .is_some_and(|leader| !ordered(leader));
        let direction = match query.order {
            Order::Ascending => "ASC",
            Order::Descending => "DESC",
        };
        // What a leader finds is sorted, unless its index has the order; without one an index with
        // the order is walked.
        let kept_from_index = if sorts { "+" } else { "" };
        let columns: &[&str] = match query.sort {
            Sort::Recorded => &["id"],
            Sort::Name => &["name", "shelf", "generation", "id"],
            Sort::Subject => &["subject", "id"],
            Sort::Serial => &["serial", "id"],
            Sort::NotAfter => &["not_after", "id"],
        };
        let order: Vec<_> = columns
            .iter()
            .map(|column| format!("{kept_from_index}certificate.{column} {direction}"))
            .collect();
        let mut leads_shared = false;
        let mut sql = format!("SELECT {COLUMNS} FROM certificate");
        let values = push_conditions(&mut sql, &conditions, |position, condition| {
            if let Some(leader) = leader {
                return leader == position;
            }
            let shared = query.sort == Sort::NotAfter && condition.column == Column::Shared;
            ordered(condition) || (shared && !std::mem::replace(&mut leads_shared, true))
        });
        sql.push_str(" ORDER BY ");
        sql.push_str(&order.join(", "));
        sql.push_str(" LIMIT ? OFFSET ?");
        let mut values = values;
        // For SQLite a negative limit is none.
        let limit = query
            .limit
            .map_or(-1, |limit| i64::try_from(limit).unwrap_or(i64::MAX));
        values.push(Value::Integer(limit));
        values.push(Value::Integer(
            i64::try_from(query.offset).unwrap_or(i64::MAX),
        ));
        Ok(Some(Self { sql, values }))
    }

    /// The number of rows of a filter; `None` if nothing can meet it.
    pub(super) fn to_count(
        connection: &Connection,
        filter: &Filter,
    ) -> rusqlite::Result<Option<Self>> {
        let Some(conditions) = conditions(filter) else {
            return Ok(None);
        };
        let leader = leader(connection, &conditions)?;
        let mut sql = String::from("SELECT count(*) FROM certificate");
        let values = push_conditions(&mut sql, &conditions, |position, _| {
            leader.is_none_or(|leader| leader == position)
        });
        Ok(Some(Self { sql, values }))
    }
}

fn push_conditions(
    sql: &mut String,
    conditions: &[Condition],
    mut leads: impl FnMut(usize, &Condition) -> bool,
) -> Vec<Value> {
    let mut values = Vec::new();
    for (position, condition) in conditions.iter().enumerate() {
        sql.push_str(if position == 0 { " WHERE " } else { " AND " });
        sql.push_str(if leads(position, condition) {
            &condition.leading
        } else {
            &condition.checked
        });
        values.extend(condition.values.iter().cloned());
    }
    values
}

/// The condition that the fewest rows meet, if they are few.
fn leader(connection: &Connection, conditions: &[Condition]) -> rusqlite::Result<Option<usize>> {
    let mut fewest = None;
    for (position, condition) in conditions.iter().enumerate() {
        let few = match condition.column {
            Column::Unindexed => continue,
            Column::Name | Column::Subject | Column::San => FEW_WITH_TEXT,
            _ => FEW,
        };
        let sql = format!(
            "SELECT count(*) FROM (SELECT 1 FROM {} LIMIT {})",
            condition.counted,
            few + 1
        );
        let rows: i64 = connection
            .prepare_cached(&sql)?
            .query_row(params_from_iter(condition.values.iter()), |row| row.get(0))?;
        if rows <= few && fewest.is_none_or(|(_, fewer)| rows < fewer) {
            fewest = Some((position, rows));
        }
    }
    Ok(fewest.map(|(position, _)| position))
}

fn conditions(filter: &Filter) -> Option<Vec<Condition>> {
    let Filter {
        name,
        subject,
        san,
        serial,
        serial_start,
        fingerprint,
        state,
        kind,
        shelf,
        issuers,
        ends_from,
        ends_before,
        last_quarter_at,
    } = filter;
    let mut conditions = Vec::new();
    if let Some(fingerprint) = fingerprint {
        let value = Value::Blob(fingerprint.to_vec());
        conditions.push(equal(Column::Unique, "fingerprint", value));
    }
    if let Some(serial) = serial {
        let value = Value::Blob(magnitude(serial).ok()?.to_vec());
        conditions.push(equal(Column::Unique, "serial", value));
    }
    if let Some(start) = serial_start {
        let (first, last) = start.bounds();
        conditions.push(Condition {
            column: Column::Unique,
            leading: "certificate.serial BETWEEN ? AND ?".to_owned(),
            counted: "certificate WHERE serial BETWEEN ? AND ?".to_owned(),
            checked: "+certificate.serial BETWEEN ? AND ?".to_owned(),
            values: vec![Value::Blob(first), Value::Blob(last)],
        });
    }
    if let Some(name) = name {
        conditions.push(text(Column::Name, "name", name));
    }
    if let Some(san) = san {
        conditions.push(alternative_name(san));
    }
    if let Some(subject) = subject {
        conditions.push(text(Column::Subject, "subject", subject));
    }
    if let Some(state) = state {
        conditions.push(in_state(*state));
    }
    let words = [
        (Column::Shared, "kind", kind.map(|kind| kind.word())),
        (Column::Unindexed, "shelf", shelf.map(|shelf| shelf.word())),
    ];
    for (column, name, word) in words {
        if let Some(word) = word {
            conditions.push(equal(column, name, Value::Text(word.to_owned())));
        }
    }
    let number = |issuer: &AuthorityId| Value::Integer(issuer.number());
    match issuers.as_slice() {
        [] => {}
        [only] => conditions.push(equal(Column::Shared, "authority_id", number(only))),
        several => {
            let marks = vec!["?"; several.len()].join(", ");
            let comparison = format!("certificate.authority_id IN ({marks})");
            conditions.push(Condition {
                column: Column::Ranges,
                counted: format!("certificate WHERE {comparison}"),
                checked: format!("+{comparison}"),
                leading: comparison,
                values: several.iter().map(number).collect(),
            });
        }
    }
    let ends = [
        (">=", ends_from.map(seconds)),
        ("<", ends_before.map(seconds)),
    ];
    for (comparison, end) in ends {
        if let Some(end) = end {
            conditions.push(Condition {
                column: Column::NotAfter,
                leading: format!("certificate.not_after {comparison} ?"),
                counted: format!("certificate WHERE not_after {comparison} ?"),
                checked: format!("+certificate.not_after {comparison} ?"),
                values: vec![Value::Integer(end)],
            });
        }
    }
    if let Some(moment) = last_quarter_at {
        let comparison = "4 * (certificate.not_after - ?) < \
            certificate.not_after - certificate.not_before";
        conditions.push(Condition {
            column: Column::Unindexed,
            leading: comparison.to_owned(),
            counted: String::new(),
            checked: comparison.to_owned(),
            values: vec![Value::Integer(seconds(*moment))],
        });
    }
    Some(conditions)
}

/// What an index lists is kept as lost, with its source.
fn in_state(state: State) -> Condition {
    let source = match state {
        State::Listed => " AND certificate.source = 'index'",
        State::Lost => " AND certificate.source IS NULL",
        _ => {
            return equal(
                Column::Shared,
                "state",
                Value::Text(state.word().to_owned()),
            );
        }
    };
    Condition {
        column: Column::Shared,
        leading: format!("certificate.state = 'lost'{source}"),
        counted: format!("certificate WHERE certificate.state = 'lost'{source}"),
        checked: format!("+certificate.state = 'lost'{source}"),
        values: Vec::new(),
    }
}

fn equal(column: Column, name: &str, value: Value) -> Condition {
    Condition {
        column,
        leading: format!("certificate.{name} = ?"),
        counted: format!("certificate WHERE {name} = ?"),
        checked: format!("+certificate.{name} = ?"),
        values: vec![value],
    }
}

fn text(column: Column, name: &str, text: &TextMatch) -> Condition {
    let (leading, values) = comparison(&format!("certificate.{name}"), text);
    let (checked, _) = comparison(&format!("+certificate.{name}"), text);
    Condition {
        column,
        counted: format!("certificate WHERE {leading}"),
        leading,
        checked,
        values,
    }
}

fn alternative_name(text: &TextMatch) -> Condition {
    let (comparison, values) = comparison("san.value", text);
    let (checked, _) = self::comparison("+san.value", text);
    Condition {
        column: Column::San,
        counted: format!("san WHERE {comparison}"),
        leading: format!("certificate.id IN (SELECT certificate_id FROM san WHERE {comparison})"),
        checked: format!(
            "EXISTS (SELECT 1 FROM san WHERE san.certificate_id = certificate.id AND {checked})"
        ),
        values,
    }
}

/// A prefix as a range, which an index answers; LIKE would also take `%` and `_` of the text.
fn comparison(column: &str, text: &TextMatch) -> (String, Vec<Value>) {
    match text {
        TextMatch::Exactly(text) => (format!("{column} = ?"), vec![Value::Text(text.clone())]),
        TextMatch::StartingWith(start) => (
            format!("{column} >= ? AND {column} < ?"),
            vec![
                Value::Text(start.clone()),
                Value::Text(format!("{start}{}", char::MAX)),
            ],
        ),
    }
}
