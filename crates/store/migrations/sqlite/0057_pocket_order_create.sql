-- 0057_pocket_order_create.sql
-- Why: a person says in which order it pays: the balance and cards by their numbers, with a comma between each two, 21 of
--      them at most. There is no row of whoever goes by the rule.
-- Lock: none; the table is new.
-- Undo: drop the table; nothing else knows of it.
CREATE TABLE pocket_order (
    slot    INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party   INTEGER NOT NULL CHECK (party >= 0),
    pockets TEXT    NOT NULL CHECK (length(pockets) BETWEEN 1 AND 608),
    PRIMARY KEY (slot, party)
) STRICT, WITHOUT ROWID;
