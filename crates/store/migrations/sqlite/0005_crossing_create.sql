-- 0005_crossing_create.sql
-- Why: messages between slots of different cells, kept by the sender until the receiver has applied them, and how far
--      each pair of slots has come with each other. With one cell both stay empty.
-- Lock: new tables; nothing waits for them.
-- Undo: drop them; the journal can be posted again.
CREATE TABLE outbox (
    slot       INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    to_slot    INTEGER NOT NULL CHECK (to_slot BETWEEN 0 AND 99),
    no         INTEGER NOT NULL CHECK (no > 0),
    kind       TEXT    NOT NULL,
    parcel     BLOB    NOT NULL,
    sent_at_us INTEGER NOT NULL,
    PRIMARY KEY (slot, to_slot, no)
) STRICT, WITHOUT ROWID;

CREATE TABLE link (
    slot         INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    other        INTEGER NOT NULL CHECK (other BETWEEN 0 AND 99),
    sent         INTEGER NOT NULL CHECK (sent >= 0),
    acknowledged INTEGER NOT NULL CHECK (acknowledged BETWEEN 0 AND sent),
    received     INTEGER NOT NULL CHECK (received >= 0),
    PRIMARY KEY (slot, other)
) STRICT, WITHOUT ROWID;
