-- 0050_orders_by_seller.sql
-- Why: a merchant's orders are read newest first, page by page; by their key they tell only the slot, so that a page of a
--      merchant that sells little read every order of its slot. A row stays its seller's, so that only new rows are
--      written into the index, not changed ones. Numbers are microseconds UTC × 100 + slot.
-- Lock: the index is built before the tables are served; a million rows take a second or two.
-- Undo: drop the index; lists are read by the key again, only slower.
CREATE INDEX orders_seller ON orders (slot, seller, no);
