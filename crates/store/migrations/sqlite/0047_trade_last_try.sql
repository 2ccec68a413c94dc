-- 0047_trade_last_try.sql
-- Why: whoever pays an order by card says which earlier payment by card was seen, so that a wish that is sent again
--      pays nothing a second time after the first was refused or revoked. `trade.last_try` is the last bank order that
--      was to pay the trade, also when that came to nothing.
-- Lock: a column without a default is added at once; the trades that a card pays or paid are written anew.
-- Undo: drop the column; nothing else names it.
ALTER TABLE trade ADD COLUMN last_try INTEGER CHECK (last_try >= 0);
UPDATE trade SET last_try = bank_order WHERE bank_order IS NOT NULL;
