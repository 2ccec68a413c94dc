-- 0004_trade_create.sql
-- Why: the rulebook, orders, trades and what surrounds them. Amounts are minor units of the row's currency, times
--      microseconds UTC, enums short texts. Secondary indexes are few, because each random one costs a page per
--      payment: `timer` and `notice` by due time, `notice` by order, which grows at its end as orders do.
--      `v_order` is for people: trade number and times as merchants read them.
-- Lock: new tables; nothing waits for them.
-- Undo: drop them; the journal can be posted again.
CREATE TABLE rulebook (
    slot                      INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    effective_at_us           INTEGER NOT NULL,
    merchant_fee_ppm          INTEGER NOT NULL CHECK (merchant_fee_ppm BETWEEN 0 AND 1000000),
    password_free_limit_minor INTEGER NOT NULL CHECK (password_free_limit_minor >= 0),
    PRIMARY KEY (slot, effective_at_us)
) STRICT, WITHOUT ROWID;

CREATE TABLE orders (
    slot               INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no                 INTEGER NOT NULL CHECK (no >= 0),
    seller             INTEGER NOT NULL CHECK (seller >= 0),
    app                INTEGER NOT NULL CHECK (app >= 0),
    out_trade_no       TEXT    NOT NULL,
    product            TEXT    NOT NULL CHECK (product IN (
        'face_to_face', 'qr_code', 'mini_program', 'app', 'wap', 'page')),
    state              TEXT    NOT NULL CHECK (state IN ('offered', 'wait_buyer_pay', 'paid', 'finished', 'closed')),
    currency           TEXT    NOT NULL CHECK (currency IN ('cny', 'usd', 'jpy')),
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

CREATE TABLE order_number (
    slot         INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    seller       INTEGER NOT NULL CHECK (seller >= 0),
    out_trade_no TEXT    NOT NULL,
    no           INTEGER NOT NULL CHECK (no >= 0),
    PRIMARY KEY (slot, seller, out_trade_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE trade (
    slot           INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no             INTEGER NOT NULL CHECK (no >= 0),
    buyer          INTEGER NOT NULL CHECK (buyer >= 0),
    seller         INTEGER NOT NULL CHECK (seller >= 0),
    state          TEXT    NOT NULL CHECK (state IN ('waiting', 'paid', 'closed')),
    subject        TEXT    NOT NULL,
    currency       TEXT    NOT NULL CHECK (currency IN ('cny', 'usd', 'jpy')),
    total_minor    INTEGER NOT NULL CHECK (total_minor >= 0),
    refunded_minor INTEGER NOT NULL,
    created_at_us  INTEGER NOT NULL,
    paid_at_us     INTEGER,
    closed_at_us   INTEGER,
    PRIMARY KEY (slot, no),
    CHECK (refunded_minor BETWEEN 0 AND total_minor)
) STRICT, WITHOUT ROWID;

CREATE TABLE refund (
    slot                 INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    order_no             INTEGER NOT NULL CHECK (order_no >= 0),
    out_request_no       TEXT    NOT NULL,
    state                TEXT    NOT NULL CHECK (state IN ('under_way', 'done', 'returned')),
    currency             TEXT    NOT NULL CHECK (currency IN ('cny', 'usd', 'jpy')),
    amount_minor         INTEGER NOT NULL CHECK (amount_minor >= 0),
    fee_back_minor       INTEGER NOT NULL CHECK (fee_back_minor >= 0),
    refunded_after_minor INTEGER NOT NULL CHECK (refunded_after_minor >= 0),
    reason               TEXT,
    by_cancel            INTEGER NOT NULL CHECK (by_cancel IN (0, 1)),
    at_us                INTEGER NOT NULL,
    PRIMARY KEY (slot, order_no, out_request_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE receipt (
    slot     INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    order_no INTEGER NOT NULL CHECK (order_no >= 0),
    attempt  BLOB    NOT NULL CHECK (length(attempt) = 16),
    outcome  TEXT    NOT NULL CHECK (outcome IN (
        'asked', 'paid', 'waiting', 'code_invalid', 'buyer_blocked', 'buyer_is_seller', 'buyer_differs',
        'balance_too_low', 'order_closed')),
    at_us    INTEGER NOT NULL,
    PRIMARY KEY (slot, order_no, attempt)
) STRICT, WITHOUT ROWID;

CREATE TABLE top_up (
    slot         INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party        INTEGER NOT NULL CHECK (party >= 0),
    key          TEXT    NOT NULL,
    currency     TEXT    NOT NULL CHECK (currency IN ('cny', 'usd', 'jpy')),
    amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
    at_us        INTEGER NOT NULL,
    PRIMARY KEY (slot, party, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE pay_code (
    slot          INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    digest        BLOB    NOT NULL CHECK (length(digest) = 16),
    party         INTEGER NOT NULL CHECK (party >= 0),
    expires_at_us INTEGER NOT NULL,
    timer         INTEGER NOT NULL CHECK (timer >= 0),
    PRIMARY KEY (slot, digest)
) STRICT, WITHOUT ROWID;

CREATE TABLE notice (
    slot           INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no             INTEGER NOT NULL CHECK (no >= 0),
    app            INTEGER NOT NULL CHECK (app >= 0),
    order_no       INTEGER NOT NULL CHECK (order_no >= 0),
    event          TEXT    NOT NULL CHECK (event IN ('paid', 'refunded', 'closed')),
    url            TEXT    NOT NULL,
    refunded_minor INTEGER NOT NULL CHECK (refunded_minor >= 0),
    closed         INTEGER NOT NULL CHECK (closed IN (0, 1)),
    out_biz_no     TEXT,
    happened_at_us INTEGER NOT NULL,
    state          TEXT    NOT NULL CHECK (state IN ('due', 'delivered', 'given_up')),
    attempts       INTEGER NOT NULL CHECK (attempts >= 0),
    next_at_us     INTEGER,
    last_error     TEXT,
    PRIMARY KEY (slot, no)
) STRICT, WITHOUT ROWID;

CREATE INDEX notice_next ON notice (next_at_us) WHERE next_at_us IS NOT NULL;
CREATE INDEX notice_order ON notice (order_no);

CREATE TABLE timer (
    slot      INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    due_at_us INTEGER NOT NULL,
    no        INTEGER NOT NULL CHECK (no >= 0),
    task      TEXT    NOT NULL CHECK (task IN ('expire_order', 'forget_code', 'forget_attempt')),
    order_no  INTEGER CHECK (order_no >= 0),
    code      BLOB    CHECK (length(code) = 16),
    party     INTEGER CHECK (party >= 0),
    attempt   INTEGER CHECK (attempt >= 0),
    PRIMARY KEY (slot, due_at_us, no)
) STRICT, WITHOUT ROWID;

CREATE INDEX timer_due ON timer (due_at_us);

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
