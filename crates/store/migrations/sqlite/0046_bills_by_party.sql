-- 0046_bills_by_party.sql
-- Why: a person's bills are read newest first, page by page; by their key these tables tell only the slot, so that a
--      page read every row of it. Each of the four has an index by its party now. A row stays its party's, so that only
--      new rows are written into them, not changed ones. Numbers are microseconds UTC × 100 + slot.
-- Lock: the indexes are built before the tables are served; a million rows take a second or two.
-- Undo: drop the indexes; lists are read by the key again, only slower.
CREATE INDEX trade_buyer ON trade (slot, buyer, no);
CREATE INDEX transfer_payer ON transfer (slot, payer, no);
CREATE INDEX received_payee ON received (slot, payee, no);
CREATE INDEX bank_order_party ON bank_order (slot, party, no);
