//! The tables of the inventory, and the steps that lead from one schema version to the next.

/// Marks an SQLite file as an inventory of certmint ("ctmt"); `PRAGMA application_id`.
pub(super) const APPLICATION_ID: i64 = 0x6374_6d74;

/// Step N leads from schema version N to N + 1; `PRAGMA user_version` says how many were taken.
/// A step that has been released is never changed.
pub(super) const MIGRATIONS: &[&str] = &[FIRST, SECOND, THIRD];

/// The schema version that this program reads and writes.
pub(super) fn known_version() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// Names and alternative names compare without regard to the case of ASCII letters: host names do
/// (RFC 4343), and two folders whose names differ in case only are one on some file systems.
///
/// Each index that starts with something that many rows share goes on with `not_after`, so that
/// "issued certificates by their end" needs no sorting.
pub(super) const FIRST: &str = "
CREATE TABLE authority (
    id          INTEGER PRIMARY KEY,
    name        TEXT COLLATE NOCASE UNIQUE,     -- NULL: not of this PKI, used by its path
    subject     TEXT NOT NULL,
    subject_der BLOB NOT NULL,
    key_id      BLOB NOT NULL,
    der         BLOB NOT NULL,
    fingerprint BLOB NOT NULL UNIQUE CHECK (length(fingerprint) = 32),
    not_before  INTEGER NOT NULL,
    not_after   INTEGER NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE certificate (
    id                INTEGER PRIMARY KEY,
    authority_id      INTEGER REFERENCES authority (id),  -- NULL: a root that is not signed yet
    serial            BLOB NOT NULL CHECK (length(serial) BETWEEN 1 AND 64),
    state             TEXT NOT NULL
        CHECK (state IN ('recorded', 'issued', 'lost', 'revoked', 'superseded')),
    kind              TEXT NOT NULL CHECK (kind IN ('ca', 'server', 'client', 'peer')),
    shelf             TEXT CHECK (shelf IN ('ca', 'certs')),  -- NULL: filed outside the PKI
    name              TEXT COLLATE NOCASE,
    generation        INTEGER CHECK (generation >= 1),
    subject           TEXT NOT NULL,
    subject_der       BLOB NOT NULL,
    not_before        INTEGER NOT NULL,
    not_after         INTEGER NOT NULL,
    key_id            BLOB NOT NULL,
    public_key_sha256 BLOB NOT NULL CHECK (length(public_key_sha256) = 32),
    fingerprint       BLOB UNIQUE CHECK (length(fingerprint) = 32),
    recorded_at       INTEGER NOT NULL,
    issued_at         INTEGER,
    filed_at          INTEGER,
    revoked_at        INTEGER,
    revocation_reason INTEGER,
    UNIQUE (authority_id, serial),
    CHECK ((shelf IS NULL) = (name IS NULL)),
    CHECK ((shelf IS NULL) = (generation IS NULL)),
    CHECK ((fingerprint IS NULL) = (issued_at IS NULL)),
    CHECK (state NOT IN ('issued', 'superseded') OR fingerprint IS NOT NULL),
    CHECK (state NOT IN ('recorded', 'lost') OR fingerprint IS NULL),
    CHECK ((state = 'revoked') = (revoked_at IS NOT NULL)),
    CHECK ((state = 'revoked') = (revocation_reason IS NOT NULL))
) STRICT;

CREATE UNIQUE INDEX certificate_by_name ON certificate (name, shelf, generation);
CREATE INDEX certificate_by_subject     ON certificate (subject);
CREATE INDEX certificate_by_serial      ON certificate (serial);
CREATE INDEX certificate_by_not_after   ON certificate (not_after);
CREATE INDEX certificate_by_state       ON certificate (state, not_after);
CREATE INDEX certificate_by_kind        ON certificate (kind, not_after);
CREATE INDEX certificate_by_authority   ON certificate (authority_id, not_after);
CREATE INDEX certificate_unfiled        ON certificate (id)
    WHERE filed_at IS NULL AND shelf IS NOT NULL AND fingerprint IS NOT NULL;

-- The bytes are kept apart, so that the rows that lists go through stay small.
-- What was to be signed is inside of what was signed, and is dropped then.
CREATE TABLE encoding (
    certificate_id INTEGER PRIMARY KEY REFERENCES certificate (id),
    tbs            BLOB,
    der            BLOB,
    CHECK ((tbs IS NULL) <> (der IS NULL))
) STRICT;

CREATE TABLE san (
    certificate_id INTEGER NOT NULL REFERENCES certificate (id),
    position       INTEGER NOT NULL,
    kind           TEXT NOT NULL CHECK (kind IN ('dns', 'ip', 'email', 'uri', 'other')),
    value          TEXT NOT NULL COLLATE NOCASE,
    PRIMARY KEY (certificate_id, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX san_by_value ON san (value, certificate_id);
";

/// What revocation, renewal, rollover and the audit log need.
///
/// `authority.name` moves to the renewed certificate of a CA; the older row keeps no name and says
/// in `renewed_by` which one took its place. `successor_id` names the CA that takes over when a key
/// is rolled over, `switched_at` when it does, `retired_at` when the old key stops signing. A
/// cross-certificate is a row without a name, too.
const SECOND: &str = "
ALTER TABLE authority ADD COLUMN crl_url        TEXT;   -- cRLDistributionPoints of what it signs
ALTER TABLE authority ADD COLUMN ca_issuers_url TEXT;   -- authorityInfoAccess, id-ad-caIssuers
ALTER TABLE authority ADD COLUMN ocsp_url       TEXT;   -- authorityInfoAccess, id-ad-ocsp
ALTER TABLE authority ADD COLUMN crl_days       INTEGER CHECK (crl_days >= 1);
ALTER TABLE authority ADD COLUMN renewed_by     INTEGER REFERENCES authority (id);
ALTER TABLE authority ADD COLUMN successor_id   INTEGER REFERENCES authority (id);
ALTER TABLE authority ADD COLUMN switch_from    INTEGER;  -- not before this does the successor sign
ALTER TABLE authority ADD COLUMN switched_at    INTEGER;
ALTER TABLE authority ADD COLUMN retired_at     INTEGER;

-- NULL: made here. 'import': another program issued it. 'index': another program's index or CRL
-- speaks of it, and the certificate itself is not known: it is 'lost' until it is revoked.
ALTER TABLE certificate ADD COLUMN source TEXT CHECK (
    source IN ('import', 'index') AND (source = 'index') = (fingerprint IS NULL));

-- A cross-certificate: whose name and key it certifies.
ALTER TABLE authority ADD COLUMN cross_of       INTEGER REFERENCES authority (id);
CREATE INDEX authority_by_key ON authority (subject_der, key_id);

-- Every CRL that was signed, or was about to be: its number is used once (RFC 5280 §5.2.3).
CREATE TABLE revocation_list (
    id           INTEGER PRIMARY KEY,
    authority_id INTEGER NOT NULL REFERENCES authority (id),
    number       INTEGER NOT NULL CHECK (number >= 0),
    this_update  INTEGER NOT NULL,
    next_update  INTEGER NOT NULL,
    entries      INTEGER NOT NULL CHECK (entries >= 0),     -- 0 until it is signed
    fingerprint  BLOB CHECK (length(fingerprint) = 32),     -- NULL: not signed, or nobody saw it
    published_at INTEGER,
    UNIQUE (authority_id, number),
    CHECK (published_at IS NULL OR fingerprint IS NOT NULL)
) STRICT;

CREATE INDEX revocation_list_unpublished ON revocation_list (id)
    WHERE published_at IS NULL AND fingerprint IS NOT NULL;

-- What is on CRLs: revoked rows by their issuer, in the order of their numbers.
CREATE INDEX certificate_revoked ON certificate (authority_id, id) WHERE state = 'revoked';

-- Files in foreign formats that a manifest wants kept, by the paths that it gives them.
CREATE TABLE export (
    file           TEXT PRIMARY KEY,
    certificate_id INTEGER NOT NULL REFERENCES certificate (id),
    settings       TEXT NOT NULL,
    sha256         BLOB NOT NULL CHECK (length(sha256) = 32),
    written_at     INTEGER NOT NULL
) STRICT;

-- A generation that is published, and whose servers are not yet known to serve it.
CREATE TABLE activation (
    certificate_id INTEGER PRIMARY KEY REFERENCES certificate (id),
    started_at     INTEGER NOT NULL,
    replaces       INTEGER REFERENCES certificate (id)      -- what its servers served before
) STRICT;

-- How often the certificates above others changed, and up to which change the chain files and the
-- trust bundles follow it.
CREATE TABLE chains (
    only      INTEGER PRIMARY KEY CHECK (only = 1),
    changes   INTEGER NOT NULL,
    refreshed INTEGER NOT NULL
) STRICT;

-- Each entry's hash covers the one before; the head says how many there are, so that the newest
-- cannot be cut off unseen.
CREATE TABLE audit (
    number   INTEGER PRIMARY KEY CHECK (number >= 1),
    at       INTEGER NOT NULL,
    who      TEXT NOT NULL,
    deed     TEXT NOT NULL,
    plan     TEXT,
    certificate_id INTEGER,
    details  TEXT NOT NULL,
    previous BLOB NOT NULL CHECK (length(previous) = 32),
    hash     BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE INDEX audit_by_certificate ON audit (certificate_id, deed) WHERE certificate_id IS NOT NULL;

CREATE TABLE audit_head (
    only    INTEGER PRIMARY KEY CHECK (only = 1),
    entries INTEGER NOT NULL,
    hash    BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
";

/// How many certificates there are of each sort, kept by triggers, so that nobody has to walk
/// through a million rows to count them. A month is the number of months since the year 0, of the
/// certificate's end in UTC; a life is in days, begun ones counted whole. `authority_id` is 0 for a
/// root that is not signed yet.
const THIRD: &str = "
CREATE TABLE tally (
    authority_id INTEGER NOT NULL,
    state        TEXT NOT NULL,     -- 'listed': lost, and known from an index alone
    is_ca        INTEGER NOT NULL CHECK (is_ca IN (0, 1)),
    month        INTEGER NOT NULL,
    life         INTEGER NOT NULL,
    certificates INTEGER NOT NULL CHECK (certificates >= 0),
    PRIMARY KEY (authority_id, state, is_ca, month, life)
) STRICT, WITHOUT ROWID;

CREATE VIEW tallied AS SELECT
    id,
    ifnull(authority_id, 0) AS authority_id,
    CASE WHEN state = 'lost' AND source = 'index' THEN 'listed' ELSE state END AS state,
    kind = 'ca' AS is_ca,
    12 * CAST(strftime('%Y', not_after, 'unixepoch') AS INTEGER)
        + CAST(strftime('%m', not_after, 'unixepoch') AS INTEGER) - 1 AS month,
    (not_after - not_before + 86400) / 86400 AS life
FROM certificate;

INSERT INTO tally
SELECT authority_id, state, is_ca, month, life, count(*) FROM tallied GROUP BY 1, 2, 3, 4, 5;

CREATE TRIGGER tally_insert AFTER INSERT ON certificate BEGIN
    INSERT INTO tally
    SELECT authority_id, state, is_ca, month, life, 1 FROM tallied WHERE id = new.id
    ON CONFLICT DO UPDATE SET certificates = certificates + 1;
END;

CREATE TRIGGER tally_leave BEFORE UPDATE OF
    id, authority_id, state, source, kind, not_before, not_after ON certificate BEGIN
    UPDATE tally SET certificates = certificates - 1
    WHERE (authority_id, state, is_ca, month, life) =
        (SELECT authority_id, state, is_ca, month, life FROM tallied WHERE id = old.id);
END;

CREATE TRIGGER tally_enter AFTER UPDATE OF
    id, authority_id, state, source, kind, not_before, not_after ON certificate BEGIN
    INSERT INTO tally
    SELECT authority_id, state, is_ca, month, life, 1 FROM tallied WHERE id = new.id
    ON CONFLICT DO UPDATE SET certificates = certificates + 1;
END;

CREATE TRIGGER tally_delete BEFORE DELETE ON certificate BEGIN
    UPDATE tally SET certificates = certificates - 1
    WHERE (authority_id, state, is_ca, month, life) =
        (SELECT authority_id, state, is_ca, month, life FROM tallied WHERE id = old.id);
END;
";
