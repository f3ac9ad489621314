//! Opening the inventory: is it one, is it of this version, and is it to be written.

use std::fmt::Write;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior, config::DbConfig};
use time::OffsetDateTime;

use super::audit::{self, Actor};
use super::schema::{APPLICATION_ID, MIGRATIONS, known_version};
use super::{Inventory, fault};
use crate::store::error::{FileDeed, StoreError};

/// How long a process waits for others that write: two hundred of them at once take seconds.
const PATIENCE: Duration = Duration::from_secs(60);

/// The most memory for pages of the database, taken as they are read: a list of a million rows in
/// the order of their names comes back to the same pages again and again.
pub(super) const CACHE_KIBIBYTES: i64 = 128 * 1024;

/// The same for who writes: a batch of any length comes back to the newest pages alone.
const WRITE_CACHE_KIBIBYTES: i64 = 16 * 1024;

/// How long the write-ahead log grows before it is written into the database, in pages of 4 KiB. A
/// batch changes the same pages of its indices again and again; at SQLite's own thousand they would
/// be written into the database as often.
const CHECKPOINT_PAGES: u32 = 10_000;

/// How many statements stay prepared: more than any command has.
const STATEMENTS: usize = 128;

/// The schema version with which the audit log came.
const AUDITED: usize = 2;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Condition {
    Empty,
    Older(i64),
    Current,
}

impl Inventory {
    /// Opens the inventory at `path` to write, makes it if it is missing, and brings its schema up
    /// to date. Any number of processes may do so at once. What is written is noted as `actor`'s.
    ///
    /// # Errors
    /// [`StoreError::NotAnInventory`], [`StoreError::NewerSchema`], and what SQLite refuses.
    pub fn open_to_write(
        path: &Path,
        actor: &Actor,
        now: OffsetDateTime,
    ) -> Result<Self, StoreError> {
        let mut connection = connect(
            path,
            "mode=rwc",
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
        )?;
        let refused = |error| fault(path, error);
        // Looked at before anything is written: it may be another program's database.
        if condition(&connection, path)? != Condition::Current {
            write_ahead(&connection, path)?;
            migrate(&mut connection, path, actor, now)?;
        }
        connection
            .pragma_update(None, "synchronous", "FULL")
            .and_then(|()| connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES))
            .and_then(|()| connection.pragma_update(None, "cache_size", -WRITE_CACHE_KIBIBYTES))
            .map_err(refused)?;
        Ok(Self {
            connection,
            path: path.to_path_buf(),
            actor: Some(actor.clone()),
        })
    }

    /// Opens the inventory at `path` to read, also where nothing can be written.
    ///
    /// # Errors
    /// [`StoreError::NoPki`] if there is none, [`StoreError::NotAnInventory`],
    /// [`StoreError::NewerSchema`], [`StoreError::OlderSchema`], and what SQLite refuses.
    pub fn open_to_read(path: &Path) -> Result<Self, StoreError> {
        let opened = |parameters, flags| {
            let connection = connect(path, parameters, flags)?;
            condition(&connection, path).map(|condition| (connection, condition))
        };
        // In WAL mode even a reader makes files. One that may write removes them when it is done,
        // one that may not leaves them behind; so this one may, and is kept from changing anything.
        let (connection, condition) = match opened("mode=rw", OpenFlags::SQLITE_OPEN_READ_WRITE) {
            // Nothing can be written here, not even the index of the log on a full disk. If all that was written is in the database file itself,
            // that file can be read as it is.
            Err(StoreError::Inventory { fault, .. })
                if matches!(
                    fault.code(),
                    Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::DiskFull)
                ) && !has_write_ahead_log(path) =>
            {
                opened("mode=ro&immutable=1", OpenFlags::SQLITE_OPEN_READ_ONLY)?
            }
            other => other?,
        };
        connection
            .pragma_update(None, "query_only", true)
            .map_err(|error| fault(path, error))?;
        match condition {
            Condition::Current => Ok(Self {
                connection,
                path: path.to_path_buf(),
                actor: None,
            }),
            Condition::Older(found) => Err(StoreError::OlderSchema {
                path: path.to_path_buf(),
                found,
                known: known_version(),
            }),
            Condition::Empty => Err(StoreError::NotAnInventory {
                path: path.to_path_buf(),
                reason: "it is empty",
            }),
        }
    }
}

fn connect(path: &Path, parameters: &str, flags: OpenFlags) -> Result<Connection, StoreError> {
    let creates = flags.contains(OpenFlags::SQLITE_OPEN_CREATE);
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => {
            return Err(StoreError::Directory {
                path: path.to_path_buf(),
            });
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !creates => {
            return Err(StoreError::NoPki {
                path: path.parent().unwrap_or(path).to_path_buf(),
            });
        }
        // SQLite would say that it cannot be opened.
        Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => {
            return Err(StoreError::file(FileDeed::Read, path, error));
        }
        _ => {}
    }
    let flags = flags | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let address = format!("{}?{parameters}", file_address(path)?);
    let connection =
        Connection::open_with_flags(address, flags).map_err(|error| fault(path, error))?;
    let refused = |error| not_read(path, error);
    connection.busy_timeout(PATIENCE).map_err(refused)?;
    connection
        .pragma_update(None, "cache_size", -CACHE_KIBIBYTES)
        .map_err(refused)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // Else SQLite plans a statement anew for each value that is bound to it.
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
        .map_err(refused)?;
    Ok(connection)
}

/// A `file:` URI (RFC 8089) for any path, with every octet escaped that SQLite could misread.
fn file_address(path: &Path) -> Result<String, StoreError> {
    let absolute =
        std::path::absolute(path).map_err(|error| StoreError::file(FileDeed::Read, path, error))?;
    let mut address = String::from("file:");
    for octet in absolute.as_os_str().as_bytes() {
        if octet.is_ascii_alphanumeric() || b"/._-~".contains(octet) {
            address.push(char::from(*octet));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(address, "%{octet:02X}");
        }
    }
    Ok(address)
}

/// SQLite finds out whether a file is a database when it first reads it.
fn not_read(path: &Path, error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => StoreError::NotAnInventory {
            path: path.to_path_buf(),
            reason: "it is not an SQLite database",
        },
        _ => fault(path, error),
    }
}

fn condition(connection: &Connection, path: &Path) -> Result<Condition, StoreError> {
    let number = |sql| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    let not_ours = |reason| StoreError::NotAnInventory {
        path: path.to_path_buf(),
        reason,
    };
    let refused = |error| not_read(path, error);
    let tables = number("SELECT count(*) FROM sqlite_schema").map_err(refused)?;
    let application = number("PRAGMA application_id").map_err(refused)?;
    let version = number("PRAGMA user_version").map_err(refused)?;
    if (application, version, tables) == (0, 0, 0) {
        return Ok(Condition::Empty);
    }
    if application != APPLICATION_ID {
        return Err(not_ours("it is another program's database"));
    }
    let known = known_version();
    match version {
        version if version > known => Err(StoreError::NewerSchema {
            path: path.to_path_buf(),
            found: version,
            known,
        }),
        version if version == known => Ok(Condition::Current),
        version if version >= 0 => Ok(Condition::Older(version)),
        _ => Err(not_ours("its schema version is negative")),
    }
}

/// The change to write-ahead logging needs the database alone, and SQLite does not wait for that
/// by itself.
fn write_ahead(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let started = Instant::now();
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error)
                if matches!(
                    error.sqlite_error_code(),
                    Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
                ) && started.elapsed() < PATIENCE =>
            {
                thread::sleep(Duration::from_millis(5));
            }
            other => return other.map_err(|error| fault(path, error)),
        }
    }
}

fn migrate(
    connection: &mut Connection,
    path: &Path,
    actor: &Actor,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    let refused = |error| fault(path, error);
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(refused)?;
    // Asked again: another process may have done it while this one waited.
    let from = match condition(&transaction, path)? {
        Condition::Current => return Ok(()),
        Condition::Older(version) => usize::try_from(version).unwrap_or(0),
        Condition::Empty => 0,
    };
    for step in MIGRATIONS.iter().skip(from) {
        transaction.execute_batch(step).map_err(refused)?;
    }
    if from < AUDITED {
        audit::begin_log(&transaction, path, actor, now)?;
    }
    transaction
        .pragma_update(None, "application_id", APPLICATION_ID)
        .map_err(refused)?;
    transaction
        .pragma_update(None, "user_version", known_version())
        .map_err(refused)?;
    transaction.commit().map_err(refused)
}

fn has_write_ahead_log(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    fs::metadata(log).is_ok_and(|metadata| metadata.len() > 0)
}
