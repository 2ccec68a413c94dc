-- 0037_sign_in_counts_guesses.sql
-- Why: wrong guesses of whose account it is, with a code, are counted in all: `sign_in.guesses`.
-- Lock: none; a column is added.
-- Undo: drop the column; guesses are then one a day without an end, as before.
ALTER TABLE sign_in ADD COLUMN guesses INTEGER NOT NULL DEFAULT 0 CHECK (guesses >= 0);
