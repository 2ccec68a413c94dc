-- 0029_suspense_closes.sql
-- Why: how money that nothing explained was explained after all (`suspense_closing`). Postings learn the five kinds that
--      closings make; a CHECK can only be changed with its table, so that table is copied. Times are microseconds UTC, days
--      the number yyyymmdd in China.
-- Lock: the table is copied before it is served; a million payments take about half a minute.
-- Undo: drop the new table; the same rows of the other are allowed as before.
CREATE TABLE suspense_closing (
    slot         INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    account      TEXT    NOT NULL,
    day          INTEGER NOT NULL CHECK (day >= 0),
    serial       INTEGER NOT NULL CHECK (serial >= 0),
    way          TEXT    NOT NULL CHECK (way = 'given_back' OR way = 'own' OR way = 'matched'),
    bank_order   INTEGER CHECK (bank_order >= 0),
    reason       TEXT    NOT NULL,
    operator     TEXT    NOT NULL,
    closed_at_us INTEGER NOT NULL,
    PRIMARY KEY (slot, account, day, serial)
) STRICT, WITHOUT ROWID;

DROP VIEW entry;

CREATE TABLE posting_wider (
    slot                  INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no                    INTEGER NOT NULL CHECK (no >= 0),
    kind                  TEXT    NOT NULL CHECK (
        kind = 'top_up' OR kind = 'pay_out' OR kind = 'pay_in' OR kind = 'pay_return' OR kind = 'refund_out' OR
        kind = 'refund_in' OR kind = 'refund_return' OR kind = 'escrow_in' OR kind = 'escrow_release' OR
        kind = 'escrow_out' OR kind = 'escrow_return' OR kind = 'split_out' OR kind = 'split_in' OR
        kind = 'split_return' OR kind = 'back_out' OR kind = 'back_return' OR kind = 'transfer_out' OR
        kind = 'transfer_wait' OR kind = 'transfer_send' OR kind = 'transfer_undo' OR kind = 'transfer_in' OR
        kind = 'transfer_return' OR kind = 'card_in' OR kind = 'card_out' OR kind = 'card_fee' OR
        kind = 'card_out_return' OR kind = 'card_turn' OR kind = 'card_pay' OR kind = 'card_back' OR
        kind = 'suspense_in' OR kind = 'suspense_out' OR kind = 'settle_in' OR kind = 'settle_out' OR
        kind = 'unclear_in' OR kind = 'unclear_out' OR kind = 'suspense_return' OR kind = 'suspense_kept' OR
        kind = 'suspense_borne' OR kind = 'suspense_match_in' OR kind = 'suspense_match_out'),
    business_date         INTEGER NOT NULL CHECK (business_date >= 0),
    order_no              INTEGER CHECK (order_no >= 0),
    currency              TEXT    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    account_1             INTEGER CHECK (account_1 >= 0),
    side_1                TEXT    CHECK (side_1 IN ('debit', 'credit')),
    amount_1_minor        INTEGER CHECK (amount_1_minor > 0),
    balance_after_1_minor INTEGER,
    account_2             INTEGER CHECK (account_2 >= 0),
    side_2                TEXT    CHECK (side_2 IN ('debit', 'credit')),
    amount_2_minor        INTEGER CHECK (amount_2_minor > 0),
    balance_after_2_minor INTEGER,
    account_3             INTEGER CHECK (account_3 >= 0),
    side_3                TEXT    CHECK (side_3 IN ('debit', 'credit')),
    amount_3_minor        INTEGER CHECK (amount_3_minor > 0),
    balance_after_3_minor INTEGER,
    account_4             INTEGER CHECK (account_4 >= 0),
    side_4                TEXT    CHECK (side_4 IN ('debit', 'credit')),
    amount_4_minor        INTEGER CHECK (amount_4_minor > 0),
    balance_after_4_minor INTEGER,
    PRIMARY KEY (slot, no),
    CHECK (account_1 IS NOT NULL AND account_2 IS NOT NULL),
    CHECK ((account_1 IS NULL) + (side_1 IS NULL)
         + (amount_1_minor IS NULL) + (balance_after_1_minor IS NULL) IN (0, 4)),
    CHECK ((account_2 IS NULL) + (side_2 IS NULL)
         + (amount_2_minor IS NULL) + (balance_after_2_minor IS NULL) IN (0, 4)),
    CHECK ((account_3 IS NULL) + (side_3 IS NULL)
         + (amount_3_minor IS NULL) + (balance_after_3_minor IS NULL) IN (0, 4)),
    CHECK ((account_4 IS NULL) + (side_4 IS NULL)
         + (amount_4_minor IS NULL) + (balance_after_4_minor IS NULL) IN (0, 4)),
    CHECK (CASE side_1 WHEN 'debit' THEN amount_1_minor WHEN 'credit' THEN -amount_1_minor ELSE 0 END
         + CASE side_2 WHEN 'debit' THEN amount_2_minor WHEN 'credit' THEN -amount_2_minor ELSE 0 END
         + CASE side_3 WHEN 'debit' THEN amount_3_minor WHEN 'credit' THEN -amount_3_minor ELSE 0 END
         + CASE side_4 WHEN 'debit' THEN amount_4_minor WHEN 'credit' THEN -amount_4_minor ELSE 0 END = 0)
) STRICT, WITHOUT ROWID;
INSERT INTO posting_wider SELECT * FROM posting;
DROP TABLE posting;
ALTER TABLE posting_wider RENAME TO posting;

CREATE VIEW entry (slot, posting_no, leg, kind, business_date, order_no, currency,
                   account, side, amount_minor, balance_after_minor) AS
SELECT slot, no, 1, kind, business_date, order_no, currency,
       account_1, side_1, amount_1_minor, balance_after_1_minor
FROM posting WHERE account_1 IS NOT NULL
UNION ALL
SELECT slot, no, 2, kind, business_date, order_no, currency,
       account_2, side_2, amount_2_minor, balance_after_2_minor
FROM posting WHERE account_2 IS NOT NULL
UNION ALL
SELECT slot, no, 3, kind, business_date, order_no, currency,
       account_3, side_3, amount_3_minor, balance_after_3_minor
FROM posting WHERE account_3 IS NOT NULL
UNION ALL
SELECT slot, no, 4, kind, business_date, order_no, currency,
       account_4, side_4, amount_4_minor, balance_after_4_minor
FROM posting WHERE account_4 IS NOT NULL;
