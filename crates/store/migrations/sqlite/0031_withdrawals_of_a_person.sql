-- 0031_withdrawals_of_a_person.sql
-- Why: what may be withdrawn without a fee is one person's for life, over all accounts, and moves with the person's limits
--      (`carried_free_minor`, `given_free_minor`); a withdrawal of a class I account uses its class's limit (`life_minor`).
-- Lock: columns only; no row is copied.
-- Undo: drop the columns; accounts of one person then have a free sum each, and withdrawals of class I no limit.
ALTER TABLE standing ADD COLUMN carried_free_minor INTEGER NOT NULL DEFAULT 0 CHECK (carried_free_minor >= 0);
ALTER TABLE standing ADD COLUMN given_free_minor INTEGER NOT NULL DEFAULT 0 CHECK (given_free_minor >= 0);
ALTER TABLE person ADD COLUMN carried_free_minor INTEGER NOT NULL DEFAULT 0 CHECK (carried_free_minor >= 0);
ALTER TABLE bank_order ADD COLUMN life_minor INTEGER NOT NULL DEFAULT 0 CHECK (life_minor >= 0);
