-- 0020_statement_create.sql
-- Why: lines of the bank's statements (`statement_line`), the bank orders that they settle (`settlement`), and what nothing
--      explains (`suspense`). Postings learn the four kinds that lines make; a CHECK can only be changed with its table, so
--      that table is copied. Amounts are minor units, times microseconds UTC, days the number yyyymmdd in China.
-- Lock: the table is copied before it is served; a million payments take about half a minute.
-- Undo: drop the three tables; the same rows of the other are allowed as before.
CREATE TABLE statement_line (
    slot           INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    account        TEXT    NOT NULL,
    day            INTEGER NOT NULL CHECK (day >= 0),
    serial         INTEGER NOT NULL CHECK (serial >= 1),
    of_lines       INTEGER NOT NULL CHECK (of_lines >= serial),
    value_day      INTEGER NOT NULL CHECK (value_day >= 0),
    order_key      TEXT    NOT NULL,
    reference      TEXT    NOT NULL,
    is_credit      INTEGER NOT NULL CHECK (is_credit IN (0, 1)),
    currency       TEXT    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    amount_minor   INTEGER NOT NULL CHECK (amount_minor >= 0),
    class          TEXT    NOT NULL CHECK (
        class = 'theirs_only' OR class = 'currency_differs' OR class = 'sign_differs' OR class = 'amount_differs' OR
        class = 'never_sent' OR class = 'duplicate' OR class = 'against_word' OR
        class = 'late' OR class = 'matched'),
    bank_order     INTEGER CHECK (bank_order >= 0),
    imported_at_us INTEGER NOT NULL,
    PRIMARY KEY (slot, account, day, serial)
) STRICT, WITHOUT ROWID;

CREATE TABLE suspense (
    slot         INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    account      TEXT    NOT NULL,
    day          INTEGER NOT NULL CHECK (day >= 0),
    serial       INTEGER NOT NULL CHECK (serial >= 0),
    class        TEXT    NOT NULL CHECK (
        class = 'theirs_only' OR class = 'currency_differs' OR class = 'sign_differs' OR class = 'amount_differs' OR
        class = 'never_sent' OR class = 'duplicate' OR class = 'against_word' OR
        class = 'late' OR class = 'matched'),
    owner        TEXT    NOT NULL CHECK (owner = 'bank' OR owner = 'customer'),
    party        INTEGER CHECK (party >= 0),
    is_credit    INTEGER NOT NULL CHECK (is_credit IN (0, 1)),
    currency     TEXT    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
    opened_at_us INTEGER NOT NULL,
    PRIMARY KEY (slot, account, day, serial)
) STRICT, WITHOUT ROWID;

CREATE TABLE settlement (
    slot          INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no            INTEGER NOT NULL CHECK (no >= 0),
    account       TEXT    NOT NULL,
    day           INTEGER NOT NULL CHECK (day >= 0),
    serial        INTEGER NOT NULL CHECK (serial >= 0),
    reference     TEXT    NOT NULL,
    settled_at_us INTEGER NOT NULL,
    PRIMARY KEY (slot, no)
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
        kind = 'unclear_in' OR kind = 'unclear_out'),
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
