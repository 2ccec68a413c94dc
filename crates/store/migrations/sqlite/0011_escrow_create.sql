-- 0011_escrow_create.sql
-- Why: guaranteed trades: what is held for an order (`escrow`), its refund cases, and the steps of both, which are
--      written once. Amounts are minor units of the row's currency, times microseconds UTC.
-- Lock: new tables only.
-- Undo: drop the three tables; nothing older reads them.
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
