-- 0053_mandate_by_buyer.sql
-- Why: a person is told which agreements were signed and which ended, newest first; by their key mandates tell only the
--      slot, so that this would read every agreement of it. A row stays its buyer's, so that only new rows are written
--      into the index, not changed ones. Numbers are microseconds UTC × 100 + slot.
-- Lock: the index is built before the tables are served; a million rows take a second or two.
-- Undo: drop the index; lists are read by the key again, only slower.
CREATE INDEX mandate_buyer ON mandate (slot, buyer, no);
