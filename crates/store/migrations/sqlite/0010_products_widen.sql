-- 0010_products_widen.sql
-- Why: accounts, postings, orders and timers learn the kinds of the products that hold money for a while. A CHECK can
--      only be changed with its table, so these are copied, once for all of these products.
-- Lock: the tables are copied before they are served; a million payments take about half a minute.
-- Undo: not needed; the same rows are allowed as before.
DROP VIEW entry;
DROP VIEW v_order;

CREATE TABLE account_wider (
    slot          INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    id            INTEGER NOT NULL CHECK (id >= 0),
    owner         INTEGER NOT NULL CHECK (owner >= 0),
    kind          TEXT    NOT NULL CHECK (
        kind = 'balance' OR kind = 'transit' OR kind = 'fee_income' OR kind = 'bank_reserve' OR
        kind = 'escrow'),
    currency      TEXT    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    balance_minor INTEGER NOT NULL,
    held_minor    INTEGER NOT NULL CHECK (held_minor >= 0),
    opened_at_us  INTEGER NOT NULL,
    PRIMARY KEY (slot, id),
    CHECK (kind <> 'balance' OR (balance_minor >= held_minor AND held_minor >= 0)),
    CHECK (kind <> 'escrow' OR balance_minor >= 0)
) STRICT, WITHOUT ROWID;
INSERT INTO account_wider SELECT * FROM account;
DROP TABLE account;
ALTER TABLE account_wider RENAME TO account;

CREATE TABLE posting_wider (
    slot                  INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no                    INTEGER NOT NULL CHECK (no >= 0),
    kind                  TEXT    NOT NULL CHECK (
        kind = 'top_up' OR kind = 'pay_out' OR kind = 'pay_in' OR kind = 'pay_return' OR kind = 'refund_out' OR
        kind = 'refund_in' OR kind = 'refund_return' OR kind = 'escrow_in' OR kind = 'escrow_release' OR
        kind = 'escrow_out' OR kind = 'escrow_return' OR kind = 'split_out' OR kind = 'split_in' OR
        kind = 'split_return' OR kind = 'back_out' OR kind = 'back_return'),
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

CREATE TABLE orders_wider (
    slot               INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no                 INTEGER NOT NULL CHECK (no >= 0),
    seller             INTEGER NOT NULL CHECK (seller >= 0),
    app                INTEGER NOT NULL CHECK (app >= 0),
    out_trade_no       TEXT    NOT NULL,
    product            TEXT    NOT NULL CHECK (
        product = 'face_to_face' OR product = 'qr_code' OR product = 'mini_program' OR product = 'app' OR
        product = 'wap' OR product = 'page' OR product = 'escrow_physical' OR product = 'escrow_virtual' OR
        product = 'escrow_auto_delivery' OR product = 'escrow_top_up' OR product = 'escrow_wholesale' OR
        product = 'escrow_cross_border'),
    state              TEXT    NOT NULL CHECK (
        state = 'offered' OR state = 'wait_buyer_pay' OR state = 'paid' OR state = 'finished' OR
        state = 'closed'),
    currency           TEXT    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    total_minor        INTEGER NOT NULL CHECK (total_minor >= 0),
    refunded_minor     INTEGER NOT NULL,
    fee_minor          INTEGER NOT NULL CHECK (fee_minor >= 0),
    fee_returned_minor INTEGER NOT NULL,
    subject            TEXT    NOT NULL,
    body               TEXT,
    goods_detail       TEXT,
    named_buyer        INTEGER CHECK (named_buyer >= 0),
    buyer              INTEGER CHECK (buyer >= 0),
    buyer_login_masked TEXT,
    notify_url         TEXT,
    return_url         TEXT,
    quit_url           TEXT,
    charset            TEXT    NOT NULL CHECK (charset IN ('utf8', 'gbk')),
    rsa1               INTEGER NOT NULL CHECK (rsa1 IN (0, 1)),
    store_id           TEXT,
    terminal_id        TEXT,
    operator_id        TEXT,
    passback_params    TEXT,
    merchant_order_no  TEXT,
    opened_at_us       INTEGER NOT NULL,
    created_at_us      INTEGER,
    expires_at_us      INTEGER NOT NULL,
    code_expires_at_us INTEGER,
    paid_at_us         INTEGER,
    closed_at_us       INTEGER,
    timer              INTEGER CHECK (timer >= 0),
    PRIMARY KEY (slot, no),
    CHECK (refunded_minor BETWEEN 0 AND total_minor),
    CHECK (fee_returned_minor BETWEEN 0 AND fee_minor)
) STRICT, WITHOUT ROWID;
INSERT INTO orders_wider SELECT * FROM orders;
DROP TABLE orders;
ALTER TABLE orders_wider RENAME TO orders;

CREATE TABLE timer_wider (
    slot      INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    due_at_us INTEGER NOT NULL,
    no        INTEGER NOT NULL CHECK (no >= 0),
    task      TEXT    NOT NULL CHECK (
        task = 'expire_order' OR task = 'forget_code' OR task = 'forget_attempt' OR
        task = 'end_agreement' OR task = 'escrow_step' OR task = 'expire_freeze' OR
        task = 'end_freeze' OR task = 'free_splits'),
    order_no  INTEGER CHECK (order_no >= 0),
    code      BLOB    CHECK (length(code) = 16),
    party     INTEGER CHECK (party >= 0),
    attempt   INTEGER CHECK (attempt >= 0),
    PRIMARY KEY (slot, due_at_us, no)
) STRICT, WITHOUT ROWID;
INSERT INTO timer_wider SELECT * FROM timer;
DROP TABLE timer;
ALTER TABLE timer_wider RENAME TO timer;
CREATE INDEX timer_due ON timer (due_at_us);

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

CREATE VIEW v_order AS
SELECT strftime('%Y%m%d', no / 100000000 + 28800, 'unixepoch') || '2200140'
           || printf('%011d', (no / 100 + 28800000000) % 86400000000) || printf('%02d', no % 100) AS trade_no,
       printf('%016d', seller) AS seller,
       out_trade_no, product, state,
       CASE currency WHEN 'jpy' THEN printf('%d', total_minor)
           ELSE printf('%d.%02d', total_minor / 100, total_minor % 100) END AS total,
       CASE currency WHEN 'jpy' THEN printf('%d', refunded_minor)
           ELSE printf('%d.%02d', refunded_minor / 100, refunded_minor % 100) END AS refunded,
       upper(currency) AS currency,
       subject, buyer,
       datetime(opened_at_us / 1000000 + 28800, 'unixepoch') AS opened_at,
       datetime(created_at_us / 1000000 + 28800, 'unixepoch') AS created_at,
       datetime(paid_at_us / 1000000 + 28800, 'unixepoch') AS paid_at,
       datetime(closed_at_us / 1000000 + 28800, 'unixepoch') AS closed_at,
       datetime(expires_at_us / 1000000 + 28800, 'unixepoch') AS expires_at
FROM orders;
