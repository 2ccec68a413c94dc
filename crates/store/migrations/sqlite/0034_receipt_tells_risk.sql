-- 0034_receipt_tells_risk.sql
-- Why: a payment by a shown code is looked at by risk rules; the receipt of the attempt remembers that they stopped it.
-- Lock: receipts are copied before they are served; a million of them take seconds.
-- Undo: once no receipt says so, copy the receipts back.
CREATE TABLE receipt_wider (
    slot     INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    order_no INTEGER NOT NULL CHECK (order_no >= 0),
    attempt  BLOB    NOT NULL CHECK (length(attempt) = 16),
    outcome  TEXT    NOT NULL CHECK (
        outcome = 'asked' OR outcome = 'paid' OR outcome = 'waiting' OR outcome = 'code_invalid' OR
        outcome = 'buyer_blocked' OR outcome = 'buyer_is_seller' OR outcome = 'buyer_differs' OR
        outcome = 'balance_too_low' OR outcome = 'order_closed' OR outcome = 'buyer_limit' OR
        outcome = 'buyer_stopped' OR outcome = 'risk'),
    at_us    INTEGER NOT NULL,
    PRIMARY KEY (slot, order_no, attempt)
) STRICT, WITHOUT ROWID;
INSERT INTO receipt_wider SELECT * FROM receipt;
DROP TABLE receipt;
ALTER TABLE receipt_wider RENAME TO receipt;
