//! Recording what is about to be signed.

use std::path::Path;
use std::str::FromStr;

use rusqlite::{OptionalExtension, Transaction, TransactionBehavior, params};

use super::record::{NewRecord, Place, Placement, RecordId, RecordIssuer, Recorded, magnitude};
use super::{Inventory, fault, seconds};
use crate::store::error::StoreError;
use crate::store::name::{Shelf, StoreName};
use crate::x509::hexadecimal;

impl Inventory {
    /// Records what is about to be signed, all or nothing, durably: when this returns, no crash
    /// can lose the records. It also reserves their names.
    ///
    /// # Errors
    /// [`StoreError::SerialTaken`], [`StoreError::NameTaken`], [`StoreError::NameBusy`],
    /// [`StoreError::NameUnknown`], [`StoreError::AuthorityUnknown`], and what SQLite refuses.
    pub fn record(&mut self, records: &[NewRecord]) -> Result<Vec<Recorded>, StoreError> {
        self.record_if(records, |_, _| Ok(()))
    }

    /// As [`record`](Self::record), unless `permitted` refuses one of them; it is asked when all
    /// names are reserved, and before anything lasts.
    ///
    /// # Errors
    /// Besides, what `permitted` gives back.
    pub(in crate::store) fn record_if(
        &mut self,
        records: &[NewRecord],
        permitted: impl Fn(&NewRecord, &Recorded) -> Result<(), StoreError>,
    ) -> Result<Vec<Recorded>, StoreError> {
        let Self {
            connection, path, ..
        } = self;
        let refused = |error| fault(path, error);
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(refused)?;
        let desk = Desk {
            transaction: &transaction,
            path,
        };
        let recorded = records
            .iter()
            .map(|record| desk.record(record))
            .collect::<Result<Vec<_>, _>>()?;
        records
            .iter()
            .zip(&recorded)
            .try_for_each(|(record, recorded)| permitted(record, recorded))?;
        transaction.commit().map_err(refused)?;
        Ok(recorded)
    }
}

/// A transaction that records are written in.
pub(super) struct Desk<'a> {
    pub(super) transaction: &'a Transaction<'a>,
    pub(super) path: &'a Path,
}

impl Desk<'_> {
    fn fault(&self, error: rusqlite::Error) -> StoreError {
        fault(self.path, error)
    }

    fn record(&self, record: &NewRecord) -> Result<Recorded, StoreError> {
        let serial = magnitude(&record.serial)?;
        let authority = match record.issuer {
            RecordIssuer::Authority(id) => Some(id.0),
            RecordIssuer::Itself => None,
        };
        if let Some(id) = authority {
            self.check_serial(id, serial)?;
        }
        let place = self.place(&record.placement)?;
        self.transaction
            .prepare_cached(
                "INSERT INTO certificate (authority_id, serial, state, kind, shelf, name,
                     generation, subject, subject_der, not_before, not_after, key_id,
                     public_key_sha256, recorded_at)
                 VALUES (?, ?, 'recorded', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )
            .and_then(|mut insert| {
                insert.insert(params![
                    authority,
                    serial,
                    record.kind.word(),
                    place.as_ref().map(|place| place.shelf.word()),
                    place.as_ref().map(|place| place.name.to_string()),
                    place.as_ref().map(|place| place.generation),
                    record.subject,
                    record.subject_der,
                    seconds(record.not_before),
                    seconds(record.not_after),
                    record.key_id,
                    record.public_key_sha256,
                    seconds(record.recorded_at),
                ])
            })
            .and_then(|id| self.attach(id, record).map(|()| id))
            .map(|id| Recorded {
                id: RecordId(id),
                place,
            })
            .map_err(|error| self.fault(error))
    }

    fn attach(&self, id: i64, record: &NewRecord) -> rusqlite::Result<()> {
        self.transaction
            .prepare_cached("INSERT INTO encoding (certificate_id, tbs) VALUES (?, ?)")?
            .execute(params![id, record.to_be_signed])?;
        let mut insert = self.transaction.prepare_cached(
            "INSERT INTO san (certificate_id, position, kind, value) VALUES (?, ?, ?, ?)",
        )?;
        for (position, san) in (0_i64..).zip(&record.sans) {
            insert.execute(params![id, position, san.kind.word(), san.value])?;
        }
        Ok(())
    }

    /// The database's constraints hold these as well; asking first gives the error its name.
    fn check_serial(&self, authority: i64, serial: &[u8]) -> Result<(), StoreError> {
        if !self.exists("SELECT 1 FROM authority WHERE id = ?", params![authority])? {
            return Err(StoreError::AuthorityUnknown { id: authority });
        }
        let sql = "SELECT 1 FROM certificate WHERE authority_id = ? AND serial = ?";
        if self.exists(sql, params![authority, serial])? {
            let serial = hexadecimal(serial);
            return Err(StoreError::SerialTaken { serial });
        }
        Ok(())
    }

    fn exists(&self, sql: &str, parameters: impl rusqlite::Params) -> Result<bool, StoreError> {
        self.transaction
            .prepare_cached(sql)
            .and_then(|mut statement| statement.exists(parameters))
            .map_err(|error| self.fault(error))
    }

    pub(super) fn place(&self, placement: &Placement) -> Result<Option<Place>, StoreError> {
        let (shelf, name) = match placement {
            Placement::Elsewhere => return Ok(None),
            Placement::NewAuthority(name) | Placement::NextAuthority(name) => {
                (Shelf::Authorities, name)
            }
            Placement::NewCertificate(name) | Placement::NextGeneration(name) => {
                (Shelf::Certificates, name)
            }
        };
        let (written, generation) = match placement {
            Placement::NextGeneration(_) => self.next_generation(name)?,
            Placement::NextAuthority(_) => self.next_authority(name)?,
            _ => (name.clone(), self.first_generation(shelf, name)?),
        };
        Ok(Some(Place {
            shelf,
            name: written,
            generation,
        }))
    }

    /// One above those that were lost, whose folders may be there.
    pub(super) fn first_generation(
        &self,
        shelf: Shelf,
        name: &StoreName,
    ) -> Result<u32, StoreError> {
        let name = name.to_string();
        let newest = self
            .transaction
            .prepare_cached(
                "SELECT state = 'recorded' FROM certificate
                 WHERE name = ? AND shelf = ? AND state <> 'lost'
                 ORDER BY generation LIMIT 1",
            )
            .and_then(|mut select| {
                select
                    .query_row(params![name, shelf.word()], |row| row.get::<_, bool>(0))
                    .optional()
            })
            .map_err(|error| self.fault(error))?;
        match newest {
            Some(true) => return Err(StoreError::NameBusy { name, shelf }),
            Some(false) => return Err(StoreError::NameTaken { name, shelf }),
            None => {}
        }
        let adopted = "SELECT 1 FROM authority WHERE name = ?";
        if shelf == Shelf::Authorities && self.exists(adopted, params![name])? {
            return Err(StoreError::NameTaken { name, shelf });
        }
        Ok(self.newest(shelf, &name)?.saturating_add(1))
    }

    fn next_generation(&self, name: &StoreName) -> Result<(StoreName, u32), StoreError> {
        let shelf = Shelf::Certificates;
        let name = name.to_string();
        let written: Option<String> = self
            .transaction
            .prepare_cached(
                "SELECT name FROM certificate
                 WHERE name = ? AND shelf = ? AND fingerprint IS NOT NULL
                 ORDER BY generation DESC LIMIT 1",
            )
            .and_then(|mut select| {
                select
                    .query_row(params![name, shelf.word()], |row| row.get(0))
                    .optional()
            })
            .map_err(|error| self.fault(error))?;
        let Some(written) = written else {
            return Err(StoreError::NameUnknown { name });
        };
        let generation = self.newest(shelf, &written)?.saturating_add(1);
        Ok((StoreName::from_str(&written)?, generation))
    }

    /// One that was adopted has no record of its first certificate.
    fn next_authority(&self, name: &StoreName) -> Result<(StoreName, u32), StoreError> {
        let shelf = Shelf::Authorities;
        let name = name.to_string();
        let written: Option<String> = self
            .transaction
            .prepare_cached("SELECT name FROM authority WHERE name = ?")
            .and_then(|mut select| select.query_row([&name], |row| row.get(0)).optional())
            .map_err(|error| self.fault(error))?;
        let Some(written) = written else {
            return Err(StoreError::AuthorityNameUnknown { name });
        };
        let generation = self.newest(shelf, &written)?.max(1).saturating_add(1);
        Ok((StoreName::from_str(&written)?, generation))
    }

    fn newest(&self, shelf: Shelf, name: &str) -> Result<u32, StoreError> {
        self.transaction
            .prepare_cached(
                "SELECT coalesce(max(generation), 0) FROM certificate
                 WHERE name = ? AND shelf = ?",
            )
            .and_then(|mut select| select.query_row(params![name, shelf.word()], |row| row.get(0)))
            .map_err(|error| self.fault(error))
    }
}
