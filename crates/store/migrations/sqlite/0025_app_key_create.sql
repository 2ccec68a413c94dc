-- 0025_app_key_create.sql
-- Why: an app exchanges its key while calls go on: two keys may be active at once, and retired ones are remembered.
--      Rows are there from the first exchange of an app on. Times are microseconds UTC.
-- Lock: none; the table is new.
-- Undo: drop the table; apps go on with the key in their own row.
CREATE TABLE app_key (
    slot          INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    app           INTEGER NOT NULL CHECK (app >= 0),
    number        INTEGER NOT NULL CHECK (number >= 0),
    state         TEXT    NOT NULL CHECK (state = 'current' OR state = 'second' OR state = 'retired'),
    public_key    BLOB    NOT NULL,
    certificate   TEXT,
    cert_sn       TEXT,
    added_at_us   INTEGER NOT NULL,
    not_after_us  INTEGER,
    retired_at_us INTEGER,
    PRIMARY KEY (slot, app, number)
) STRICT, WITHOUT ROWID;
