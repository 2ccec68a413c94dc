-- 0010_escrow_create.sql
-- Why: guaranteed trades: what is held for an order (`escrow`), its refund cases, and the steps of both, which are
--      written once. Amounts are minor units of the row's currency, times microseconds UTC. Accounts, postings and
--      orders learn the new kinds; a CHECK can only be changed with its table, so these three are copied.
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
        kind = 'escrow_out' OR kind = 'escrow_return'),
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

CREATE TABLE escrow (
    slot               INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    order_no           INTEGER NOT NULL CHECK (order_no >= 0),
    seller             INTEGER NOT NULL CHECK (seller >= 0),
    buyer              INTEGER NOT NULL CHECK (buyer >= 0),
    state              TEXT    NOT NULL CHECK (
        state = 'wait_seller_send' OR state = 'part_sent' OR state = 'wait_buyer_confirm' OR
        state = 'finished' OR state = 'closed'),
    goods              TEXT    NOT NULL CHECK (
        goods = 'physical' OR goods = 'virtual' OR goods = 'auto_delivery' OR goods = 'top_up' OR
        goods = 'wholesale' OR goods = 'cross_border'),
    currency           TEXT    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    paid_minor         INTEGER NOT NULL CHECK (paid_minor >= 0),
    held_minor         INTEGER NOT NULL CHECK (held_minor >= 0),
    released_minor     INTEGER NOT NULL CHECK (released_minor >= 0),
    refunded_minor     INTEGER NOT NULL CHECK (refunded_minor >= 0),
    steps              INTEGER NOT NULL CHECK (steps >= 0),
    cases              INTEGER NOT NULL CHECK (cases >= 0),
    open_case          INTEGER,
    transport          TEXT    CHECK (
        transport = 'express' OR transport = 'ems' OR transport = 'post' OR transport = 'unneeded'),
    logistics_company  TEXT,
    logistics_no       TEXT,
    reminded           INTEGER NOT NULL CHECK (reminded IN (0, 1)),
    buyer_extensions   INTEGER NOT NULL CHECK (buyer_extensions >= 0),
    seller_extensions  INTEGER NOT NULL CHECK (seller_extensions >= 0),
    paid_at_us         INTEGER NOT NULL,
    sent_at_us         INTEGER,
    ended_at_us        INTEGER,
    receipt_due_at_us  INTEGER,
    receipt_left_us    INTEGER,
    pending_no         TEXT,
    ends               INTEGER NOT NULL CHECK (ends IN (0, 1)),
    due_at_us          INTEGER,
    timer              INTEGER CHECK (timer >= 0),
    PRIMARY KEY (slot, order_no),
    CHECK (held_minor <= paid_minor AND released_minor <= paid_minor - held_minor
        AND refunded_minor = paid_minor - held_minor - released_minor)
) STRICT, WITHOUT ROWID;

CREATE TABLE escrow_case (
    slot               INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    order_no           INTEGER NOT NULL CHECK (order_no >= 0),
    no                 INTEGER NOT NULL CHECK (no >= 0),
    state              TEXT    NOT NULL CHECK (
        state = 'wait_seller_agree' OR state = 'seller_refused' OR state = 'wait_buyer_return' OR
        state = 'wait_seller_confirm' OR state = 'refunding' OR state = 'success' OR state = 'closed'),
    kind               TEXT    NOT NULL CHECK (kind = 'refund_only' OR kind = 'return_and_refund'),
    goods_state        TEXT    NOT NULL CHECK (
        goods_state = 'not_received' OR goods_state = 'received' OR goods_state = 'returned'),
    service            TEXT    NOT NULL CHECK (service = 'none' OR service = 'needed' OR service = 'done'),
    currency           TEXT    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    claim_minor        INTEGER NOT NULL CHECK (claim_minor >= 0),
    granted_minor      INTEGER NOT NULL CHECK (granted_minor >= 0),
    reason             TEXT,
    return_transport   TEXT    CHECK (
        return_transport = 'express' OR return_transport = 'ems' OR return_transport = 'post' OR
        return_transport = 'unneeded'),
    return_company     TEXT,
    return_no          TEXT,
    buyer_evidence     INTEGER NOT NULL CHECK (buyer_evidence >= 0),
    seller_evidence    INTEGER NOT NULL CHECK (seller_evidence >= 0),
    refund_no          TEXT,
    opened_at_us       INTEGER NOT NULL,
    since_us           INTEGER NOT NULL,
    ended_at_us        INTEGER,
    PRIMARY KEY (slot, order_no, no),
    CHECK (granted_minor <= claim_minor)
) STRICT, WITHOUT ROWID;

CREATE TABLE escrow_step (
    slot               INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    order_no           INTEGER NOT NULL CHECK (order_no >= 0),
    request_no         TEXT    NOT NULL,
    no                 INTEGER NOT NULL CHECK (no >= 0),
    kind               TEXT    NOT NULL CHECK (
        kind = 'paid' OR kind = 'reminded' OR kind = 'part_sent' OR kind = 'sent' OR
        kind = 'extended' OR kind = 'confirmed' OR kind = 'receipt_over' OR kind = 'released' OR
        kind = 'given_back' OR kind = 'arrived' OR kind = 'returned' OR kind = 'case_opened' OR
        kind = 'case_agreed' OR kind = 'case_refused' OR kind = 'case_edited' OR
        kind = 'return_sent' OR kind = 'return_received' OR kind = 'return_refused' OR
        kind = 'service_called' OR kind = 'evidence' OR kind = 'decided' OR kind = 'case_withdrawn' OR
        kind = 'case_lapsed' OR kind = 'case_arrived' OR kind = 'case_returned'),
    side               TEXT    NOT NULL CHECK (
        side = 'buyer' OR side = 'seller' OR side = 'arbiter' OR side = 'platform'),
    state              TEXT    NOT NULL CHECK (
        state = 'wait_seller_send' OR state = 'part_sent' OR state = 'wait_buyer_confirm' OR
        state = 'finished' OR state = 'closed'),
    case_no            INTEGER,
    case_state         TEXT    CHECK (
        case_state = 'wait_seller_agree' OR case_state = 'seller_refused' OR
        case_state = 'wait_buyer_return' OR case_state = 'wait_seller_confirm' OR
        case_state = 'refunding' OR case_state = 'success' OR case_state = 'closed'),
    case_kind          TEXT    CHECK (case_kind = 'refund_only' OR case_kind = 'return_and_refund'),
    goods_state        TEXT    CHECK (
        goods_state = 'not_received' OR goods_state = 'received' OR goods_state = 'returned'),
    amount_minor       INTEGER CHECK (amount_minor >= 0),
    transport          TEXT    CHECK (
        transport = 'express' OR transport = 'ems' OR transport = 'post' OR transport = 'unneeded'),
    logistics_company  TEXT,
    logistics_no       TEXT,
    words              TEXT,
    at_us              INTEGER NOT NULL,
    PRIMARY KEY (slot, order_no, request_no)
) STRICT, WITHOUT ROWID;

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
