-- 0023_frozen_says_since.sql
-- Why: what a payer sets aside counts in the year in which that happened, not in that of the question; the column says so.
-- Lock: a name only; no row is copied.
-- Undo: rename it back.
ALTER TABLE frozen RENAME COLUMN created_at_us TO since_us;
