-- 0052_ops_trail_open.sql
-- Why: an outcome of what an operator did is noted once: `ops_trail_open` has the acts that were noted and of which nobody
--      noted yet how they ended.
-- Lock: none; the table is new, and notes are few.
-- Undo: drop the table; a second outcome is taken again.
CREATE TABLE ops_trail_open (
    slot   INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    number INTEGER NOT NULL CHECK (number > 0),
    PRIMARY KEY (slot, number)
) STRICT, WITHOUT ROWID;
