-- 0051_staff_act.sql
-- Why: what persons do for merchants is noted, in the merchant's slot: who, what, and to which order, app, store or
--      person. Subjects are ids, never names. Notes of a merchant are numbered from one; `staff_book` has the last.
--      Times are microseconds UTC.
-- Lock: none; the table is new.
-- Undo: drop the table; nothing else names it.
CREATE TABLE staff_act (
    slot    INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    seller  INTEGER NOT NULL CHECK (seller >= 0),
    number  INTEGER NOT NULL CHECK (number > 0),
    at_us   INTEGER NOT NULL,
    user    INTEGER NOT NULL CHECK (user >= 0),
    act     TEXT    NOT NULL,
    subject TEXT    NOT NULL,
    PRIMARY KEY (slot, seller, number)
) STRICT, WITHOUT ROWID;
