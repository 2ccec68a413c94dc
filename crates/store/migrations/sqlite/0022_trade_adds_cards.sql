-- 0022_trade_adds_cards.sql
-- Why: a trade may be paid by card (`bank_order`), and its merchant is told by which kind and bank (`card`, `card_bank`).
-- Lock: columns only; no row is copied.
-- Undo: drop the columns once no card pays; older programs do not know whose money it is.
ALTER TABLE trade ADD COLUMN bank_order INTEGER CHECK (bank_order >= 0);
ALTER TABLE orders ADD COLUMN card TEXT CHECK (card = 'debit_card' OR card = 'credit_card');
ALTER TABLE orders ADD COLUMN card_bank TEXT;
