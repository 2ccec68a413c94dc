-- 0049_ops_trail.sql
-- Why: what operators do over the console is noted before it is done and after, on the platform's slot: `ops_trail`, each note
--      with the hash of the one before; `ops_trail_head` is where the chain ends. Subjects are ids, never names. Times are
--      microseconds UTC.
-- Lock: none; the tables are new.
-- Undo: drop both tables; nothing older reads them.
CREATE TABLE ops_trail (
    slot          INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    number        INTEGER NOT NULL CHECK (number > 0),
    at_us         INTEGER NOT NULL,
    operator      TEXT    NOT NULL,
    act           TEXT    NOT NULL,
    subject       TEXT    NOT NULL,
    digest        BLOB    NOT NULL CHECK (length(digest) = 32),
    outcome       TEXT    NOT NULL,
    asked_no      INTEGER CHECK (asked_no > 0 AND asked_no < number),
    previous_hash BLOB    NOT NULL CHECK (length(previous_hash) = 32),
    hash          BLOB    NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (slot, number),
    CHECK ((outcome = 'asked') = (asked_no IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE ops_trail_head (
    slot INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    last INTEGER NOT NULL CHECK (last > 0),
    hash BLOB    NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (slot)
) STRICT, WITHOUT ROWID;
