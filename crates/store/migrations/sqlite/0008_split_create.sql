-- 0008_split_create.sql
-- Why: splits: what a merchant passes on of its orders' money (`split_book`, `split`, `split_line`) to receivers that it
--      bound (`royalty_relation`). Their postings are of new kinds; a CHECK can only be changed with its table.
-- Lock: `posting` is copied before it is served; the other tables are new.
-- Undo: drop them; the journal can be posted again.
DROP VIEW entry;
CREATE TABLE posting_wider (
    slot                  INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no                    INTEGER NOT NULL CHECK (no >= 0),
    kind                  TEXT    NOT NULL CHECK (
        kind = 'top_up' OR kind = 'pay_out' OR kind = 'pay_in' OR kind = 'pay_return' OR kind = 'refund_out' OR
        kind = 'refund_in' OR kind = 'refund_return' OR kind = 'split_out' OR kind = 'split_in' OR
        kind = 'split_return'),
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

CREATE TABLE split_book (
    slot        INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    order_no    INTEGER NOT NULL CHECK (order_no >= 0),
    currency    TEXT    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    freeze      INTEGER NOT NULL CHECK (freeze IN (0, 1)),
    hold        INTEGER CHECK (hold >= 0),
    split_minor INTEGER NOT NULL CHECK (split_minor >= 0),
    splits      INTEGER NOT NULL CHECK (splits >= 0),
    finished    INTEGER NOT NULL CHECK (finished IN (0, 1)),
    PRIMARY KEY (slot, order_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE split (
    slot           INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    order_no       INTEGER NOT NULL CHECK (order_no >= 0),
    place          INTEGER NOT NULL CHECK (place >= 0),
    out_request_no TEXT    NOT NULL,
    lines          INTEGER NOT NULL CHECK (lines >= 0),
    open           INTEGER NOT NULL CHECK (open BETWEEN 0 AND lines),
    finish         INTEGER NOT NULL CHECK (finish IN (0, 1)),
    at_us          INTEGER NOT NULL,
    PRIMARY KEY (slot, order_no, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE split_line (
    slot         INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    order_no     INTEGER NOT NULL CHECK (order_no >= 0),
    place        INTEGER NOT NULL CHECK (place >= 0),
    line         INTEGER NOT NULL CHECK (line >= 0),
    receiver     INTEGER NOT NULL CHECK (receiver >= 0),
    currency     TEXT    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
    state        TEXT    NOT NULL CHECK (state = 'under_way' OR state = 'done' OR state = 'returned'),
    at_us        INTEGER NOT NULL,
    PRIMARY KEY (slot, order_no, place, line)
) STRICT, WITHOUT ROWID;

CREATE TABLE royalty_relation (
    slot     INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    seller   INTEGER NOT NULL CHECK (seller >= 0),
    place    INTEGER NOT NULL CHECK (place >= 0),
    receiver INTEGER NOT NULL CHECK (receiver >= 0),
    named    TEXT    NOT NULL CHECK (named = 'user_id' OR named = 'login_name'),
    account  TEXT    NOT NULL,
    memo     TEXT,
    at_us    INTEGER NOT NULL,
    PRIMARY KEY (slot, seller, place)
) STRICT, WITHOUT ROWID;
