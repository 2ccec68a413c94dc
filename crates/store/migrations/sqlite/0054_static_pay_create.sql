-- 0054_static_pay_create.sql
-- Why: merchants hang a code on the counter, by which one payer may pay 500 yuan on a day. Orders learn the product
--      `static_code`; a CHECK can only be changed with its table, so these are copied. `static_pay` has the trades that
--      came by such a code, in the buyer's slot, and what of each counts since when; `static_use` what they come to by
--      payer, pocket (the digest of a card, zeros for the wallet) and day of China, yyyymmdd;
--      `static_wait` how many of a payer's wait. Amounts are fen,
--      moments microseconds UTC.
-- Lock: orders are copied before they are served; a million of them take some ten seconds.
-- Undo: drop the tables; the same orders are allowed as before.
DROP VIEW v_order;
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
        product = 'escrow_cross_border' OR product = 'static_code'),
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
    card               TEXT    CHECK (card = 'debit_card' OR card = 'credit_card'),
    card_bank          TEXT,
    settled_with       INTEGER,
    store_name         TEXT,
    PRIMARY KEY (slot, no),
    CHECK (refunded_minor BETWEEN 0 AND total_minor),
    CHECK (fee_returned_minor BETWEEN 0 AND fee_minor)
) STRICT, WITHOUT ROWID;
INSERT INTO orders_wider SELECT * FROM orders;
DROP TABLE orders;
ALTER TABLE orders_wider RENAME TO orders;
CREATE INDEX orders_seller ON orders (slot, seller, no);
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

CREATE TABLE static_pay (
    slot          INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    order_no      INTEGER NOT NULL CHECK (order_no >= 0),
    payer         INTEGER NOT NULL CHECK (payer >= 0),
    card          INTEGER CHECK (card >= 0),
    counted_at_us INTEGER,
    counted_minor INTEGER NOT NULL CHECK (counted_minor >= 0),
    PRIMARY KEY (slot, order_no)
) STRICT, WITHOUT ROWID;
CREATE TABLE static_use (
    slot      INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    payer     INTEGER NOT NULL CHECK (payer >= 0),
    pocket    BLOB    NOT NULL CHECK (length(pocket) = 16),
    day       INTEGER NOT NULL CHECK (day >= 0),
    sum_minor INTEGER NOT NULL CHECK (sum_minor >= 0),
    PRIMARY KEY (slot, payer, pocket, day)
) STRICT, WITHOUT ROWID;
CREATE TABLE static_wait (
    slot    INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    payer   INTEGER NOT NULL CHECK (payer >= 0),
    waiting INTEGER NOT NULL CHECK (waiting >= 0),
    PRIMARY KEY (slot, payer)
) STRICT, WITHOUT ROWID;
