-- 0030_transfer_keeps_asked.sql
-- Why: risk rules may make a transfer wait longer than its payer asked for (`asked_arrival`); what was asked for is a part
--      of the meaning of its number, so it is kept.
-- Lock: a column only; no row is copied.
-- Undo: drop the column; a transfer that rules made wait is then told from one that was asked for so no more.
ALTER TABLE transfer ADD COLUMN asked_arrival TEXT CHECK (asked_arrival = 'at_once' OR asked_arrival = 'two_hours');
