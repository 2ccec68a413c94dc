-- 0001_mark_create.sql
-- Why: how far the journal has been posted into these tables. One row, written in the transaction of the rows
--      themselves, so that the tables and their mark cannot disagree.
-- Lock: a new table; nothing waits for it.
-- Undo: drop the table; the journal then has to be posted again from its start.
CREATE TABLE mark (
    id       INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    sequence INTEGER NOT NULL CHECK (sequence >= 0),
    at_us    INTEGER NOT NULL,
    seq      INTEGER NOT NULL CHECK (seq >= 0),
    hash     BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;

INSERT INTO mark (id, sequence, at_us, seq, hash) VALUES (1, 0, 0, 0, zeroblob(32));
