-- 0024_statement_begins.sql
-- Why: which statements were read, and how far (`statement`): another file for a day that was read is refused before any
--      of its lines is looked at. And which surprises met their line (`surprise_settlement`), so that the money of one is
--      booked once. Amounts are minor units, times microseconds UTC, days the number yyyymmdd in China.
-- Lock: two new tables; no row is copied.
-- Undo: drop the two tables; nothing older reads them.
CREATE TABLE statement (
    slot          INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    account       TEXT    NOT NULL,
    day           INTEGER NOT NULL CHECK (day >= 0),
    currency      TEXT    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    opening_minor INTEGER NOT NULL,
    closing_minor INTEGER NOT NULL,
    lines         INTEGER NOT NULL CHECK (lines >= 0),
    digest        BLOB    NOT NULL CHECK (length(digest) = 32),
    booked        INTEGER NOT NULL CHECK (booked BETWEEN 0 AND lines),
    begun_at_us   INTEGER NOT NULL,
    ended_at_us   INTEGER,
    PRIMARY KEY (slot, account, day),
    CHECK ((booked = lines) = (ended_at_us IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE surprise_settlement (
    slot          INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no            INTEGER NOT NULL CHECK (no >= 0),
    reference     TEXT    NOT NULL,
    account       TEXT    NOT NULL,
    day           INTEGER NOT NULL CHECK (day >= 0),
    serial        INTEGER NOT NULL CHECK (serial >= 0),
    settled_at_us INTEGER NOT NULL,
    PRIMARY KEY (slot, no, reference)
) STRICT, WITHOUT ROWID;
