-- 0001_tables_create.sql
-- Why: a world that outgrows one file keeps its books in PostgreSQL. The tables of records are those that the migrations
--      of SQLite come to up to 0054_static_pay_create, column by column: integers are bigint, text compares byte by byte
--      (COLLATE "C") as it does there, bytes are bytea. Every key begins with the slot, so that rows can be spread by it;
--      nothing here is a trigger, a sequence, an enum type or a partition, which engines that speak PostgreSQL's
--      protocol lack. `fence` and `journal` are the journal: a record is one row, and `fence` says who may write the
--      next (epoch) and which was the last (sequence, hash); both move in one transaction. They and `mark` are of a
--      cell. Amounts are minor units, moments microseconds UTC.
-- Lock: none, the tables are new.
-- Undo: drop the tables.
CREATE TABLE mark (
    cell     bigint NOT NULL PRIMARY KEY CHECK (cell >= 0),
    sequence bigint NOT NULL CHECK (sequence >= 0),
    at_us    bigint NOT NULL,
    seq      bigint NOT NULL CHECK (seq >= 0),
    hash     bytea  NOT NULL CHECK (length(hash) = 32)
);
INSERT INTO mark (cell, sequence, at_us, seq, hash)
    VALUES (0, 0, 0, 0, decode('0000000000000000000000000000000000000000000000000000000000000000', 'hex'));
CREATE TABLE fence (
    cell           bigint NOT NULL PRIMARY KEY CHECK (cell >= 0),
    world          bytea  NOT NULL CHECK (length(world) = 16),
    epoch          bigint NOT NULL CHECK (epoch >= 0),
    sequence       bigint NOT NULL CHECK (sequence >= 0),
    hash           bytea  NOT NULL CHECK (length(hash) = 32),
    owner          bytea  NOT NULL CHECK (length(owner) = 16),
    owner_process  bigint NOT NULL,
    owner_since_us bigint NOT NULL
);
CREATE TABLE journal (
    cell     bigint NOT NULL CHECK (cell >= 0),
    sequence bigint NOT NULL CHECK (sequence > 0),
    epoch    bigint NOT NULL CHECK (epoch > 0),
    record   bytea  NOT NULL,
    PRIMARY KEY (cell, sequence)
);
-- Records are written once and read from end to end: compressing them takes time in which people wait.
ALTER TABLE journal ALTER COLUMN record SET STORAGE EXTERNAL;
CREATE TABLE login (
    slot  bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    login text COLLATE "C"    NOT NULL,
    party bigint NOT NULL CHECK (party >= 0),
    PRIMARY KEY (slot, login)
);
CREATE TABLE slot_head (
    slot    bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    parties bigint NOT NULL CHECK (parties >= 0),
    apps    bigint NOT NULL CHECK (apps >= 0),
    PRIMARY KEY (slot)
);
CREATE TABLE credential (
    slot            bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party           bigint NOT NULL CHECK (party >= 0),
    verifier        text COLLATE "C"    NOT NULL,
    pepper_version  bigint NOT NULL CHECK (pepper_version >= 0),
    tries           bigint NOT NULL CHECK (tries >= 0),
    locked_until_us bigint NOT NULL,
    PRIMARY KEY (slot, party)
);
CREATE TABLE password_attempt (
    slot          bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party         bigint NOT NULL CHECK (party >= 0),
    no            bigint NOT NULL CHECK (no >= 0),
    about         bigint NOT NULL CHECK (about >= 0),
    proven        bigint NOT NULL CHECK (proven IN (0, 1)),
    expires_at_us bigint NOT NULL,
    PRIMARY KEY (slot, party, no)
);
CREATE TABLE app (
    slot           bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    id             bigint NOT NULL CHECK (id >= 0),
    seller         bigint NOT NULL CHECK (seller >= 0),
    mode           text COLLATE "C"    NOT NULL CHECK (mode IN ('key', 'cert')),
    status         text COLLATE "C"    NOT NULL CHECK (status IN ('online', 'disabled')),
    public_key     bytea    NOT NULL,
    certificate    text COLLATE "C",
    cert_sn        text COLLATE "C",
    allow_rsa1     bigint NOT NULL CHECK (allow_rsa1 IN (0, 1)),
    sealed_aes_key bytea,
    opened_at_us   bigint NOT NULL,
    PRIMARY KEY (slot, id)
);
CREATE TABLE rulebook (
    slot                      bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    effective_at_us           bigint NOT NULL,
    merchant_fee_ppm          bigint NOT NULL CHECK (merchant_fee_ppm BETWEEN 0 AND 1000000),
    password_free_limit_minor bigint NOT NULL CHECK (password_free_limit_minor >= 0),
    PRIMARY KEY (slot, effective_at_us)
);
CREATE TABLE order_number (
    slot         bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    seller       bigint NOT NULL CHECK (seller >= 0),
    out_trade_no text COLLATE "C"    NOT NULL,
    no           bigint NOT NULL CHECK (no >= 0),
    PRIMARY KEY (slot, seller, out_trade_no)
);
CREATE TABLE pay_code (
    slot          bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    digest        bytea    NOT NULL CHECK (length(digest) = 16),
    party         bigint NOT NULL CHECK (party >= 0),
    expires_at_us bigint NOT NULL,
    timer         bigint NOT NULL CHECK (timer >= 0),
    PRIMARY KEY (slot, digest)
);
CREATE TABLE outbox (
    slot       bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    to_slot    bigint NOT NULL CHECK (to_slot BETWEEN 0 AND 99),
    no         bigint NOT NULL CHECK (no > 0),
    kind       text COLLATE "C"    NOT NULL,
    parcel     bytea    NOT NULL,
    sent_at_us bigint NOT NULL,
    PRIMARY KEY (slot, to_slot, no)
);
CREATE TABLE link (
    slot         bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    other        bigint NOT NULL CHECK (other BETWEEN 0 AND 99),
    sent         bigint NOT NULL CHECK (sent >= 0),
    acknowledged bigint NOT NULL CHECK (acknowledged BETWEEN 0 AND sent),
    received     bigint NOT NULL CHECK (received >= 0),
    PRIMARY KEY (slot, other)
);
CREATE TABLE hold (
    slot          bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no            bigint NOT NULL CHECK (no >= 0),
    account       bigint NOT NULL CHECK (account >= 0),
    currency      text COLLATE "C"    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    amount_minor  bigint NOT NULL CHECK (amount_minor >= 0),
    state         text COLLATE "C"    NOT NULL CHECK (state = 'open' OR state = 'captured' OR state = 'released'),
    changed_at_us bigint NOT NULL,
    PRIMARY KEY (slot, no)
);
CREATE TABLE trade (
    slot           bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no             bigint NOT NULL CHECK (no >= 0),
    buyer          bigint NOT NULL CHECK (buyer >= 0),
    seller         bigint NOT NULL CHECK (seller >= 0),
    state          text COLLATE "C"    NOT NULL CHECK (state = 'waiting' OR state = 'paid' OR state = 'closed'),
    subject        text COLLATE "C"    NOT NULL,
    currency       text COLLATE "C"    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    total_minor    bigint NOT NULL CHECK (total_minor >= 0),
    refunded_minor bigint NOT NULL,
    created_at_us  bigint NOT NULL,
    paid_at_us     bigint,
    closed_at_us   bigint, bank_order bigint CHECK (bank_order >= 0), credit_off bigint NOT NULL DEFAULT 0 CHECK (credit_off = 0 OR credit_off = 1), last_try bigint CHECK (last_try >= 0),
    PRIMARY KEY (slot, no),
    CHECK (refunded_minor BETWEEN 0 AND total_minor)
);
CREATE TABLE refund (
    slot                 bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    order_no             bigint NOT NULL CHECK (order_no >= 0),
    out_request_no       text COLLATE "C"    NOT NULL,
    state                text COLLATE "C"    NOT NULL CHECK (state = 'under_way' OR state = 'done' OR state = 'returned'),
    currency             text COLLATE "C"    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    amount_minor         bigint NOT NULL CHECK (amount_minor >= 0),
    fee_back_minor       bigint NOT NULL CHECK (fee_back_minor >= 0),
    refunded_after_minor bigint NOT NULL CHECK (refunded_after_minor >= 0),
    reason               text COLLATE "C",
    by_cancel            bigint NOT NULL CHECK (by_cancel IN (0, 1)),
    at_us                bigint NOT NULL,
    PRIMARY KEY (slot, order_no, out_request_no)
);
CREATE TABLE top_up (
    slot         bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party        bigint NOT NULL CHECK (party >= 0),
    key          text COLLATE "C"    NOT NULL,
    currency     text COLLATE "C"    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
    at_us        bigint NOT NULL,
    PRIMARY KEY (slot, party, key)
);
CREATE TABLE notice (
    slot           bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no             bigint NOT NULL CHECK (no >= 0),
    app            bigint NOT NULL CHECK (app >= 0),
    order_no       bigint NOT NULL CHECK (order_no >= 0),
    event          text COLLATE "C"    NOT NULL CHECK (
        event = 'paid' OR event = 'refunded' OR event = 'closed' OR event = 'message'),
    url            text COLLATE "C"    NOT NULL,
    refunded_minor bigint NOT NULL CHECK (refunded_minor >= 0),
    closed         bigint NOT NULL CHECK (closed IN (0, 1)),
    out_biz_no     text COLLATE "C",
    happened_at_us bigint NOT NULL,
    state          text COLLATE "C"    NOT NULL CHECK (state = 'due' OR state = 'delivered' OR state = 'given_up'),
    attempts       bigint NOT NULL CHECK (attempts >= 0),
    next_at_us     bigint,
    last_error     text COLLATE "C",
    content        text COLLATE "C",
    PRIMARY KEY (slot, no)
);
CREATE TABLE grants (
    slot            bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    owner           bigint NOT NULL CHECK (owner >= 0),
    app             bigint NOT NULL CHECK (app >= 0),
    kind            text COLLATE "C"    NOT NULL CHECK (kind = 'user' OR kind = 'merchant'),
    scopes          text COLLATE "C"    NOT NULL,
    own_app         bigint CHECK (own_app >= 0),
    granted_at_us   bigint NOT NULL,
    withdrawn_at_us bigint,
    tokens          bytea    NOT NULL,
    PRIMARY KEY (slot, owner, app, kind)
);
CREATE TABLE token (
    slot          bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    digest        bytea    NOT NULL CHECK (length(digest) = 16),
    role          text COLLATE "C"    NOT NULL CHECK (role = 'code' OR role = 'access' OR role = 'refresh'),
    kind          text COLLATE "C"    NOT NULL CHECK (kind = 'user' OR kind = 'merchant'),
    owner         bigint NOT NULL CHECK (owner >= 0),
    app           bigint NOT NULL CHECK (app >= 0),
    scopes        text COLLATE "C"    NOT NULL,
    issued_at_us  bigint NOT NULL,
    expires_at_us bigint NOT NULL,
    ended_at_us   bigint,
    access        bytea    CHECK (length(access) = 16),
    PRIMARY KEY (slot, digest)
);
CREATE TABLE callback (
    slot    bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    app     bigint NOT NULL CHECK (app >= 0),
    origins text COLLATE "C"    NOT NULL,
    PRIMARY KEY (slot, app)
);
CREATE TABLE certification (
    slot           bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    id             bytea    NOT NULL CHECK (length(id) = 16),
    seller         bigint NOT NULL CHECK (seller >= 0),
    app            bigint NOT NULL CHECK (app >= 0),
    outer_order_no text COLLATE "C"    NOT NULL,
    meaning        bytea    NOT NULL CHECK (length(meaning) = 16),
    return_url     text COLLATE "C",
    state          text COLLATE "C"    NOT NULL CHECK (state = 'started' OR state = 'passed' OR state = 'failed'),
    opened_at_us   bigint NOT NULL,
    expires_at_us  bigint NOT NULL,
    decided_at_us  bigint,
    PRIMARY KEY (slot, id)
);
CREATE TABLE agreement (
    slot                  bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no                    bigint NOT NULL CHECK (no >= 0),
    seller                bigint NOT NULL CHECK (seller >= 0),
    app                   bigint NOT NULL CHECK (app >= 0),
    product               text COLLATE "C"    NOT NULL CHECK (product = 'cycle_pay' OR product = 'withholding'),
    sign_scene            text COLLATE "C"    NOT NULL,
    external_agreement_no text COLLATE "C",
    external_logon_id     text COLLATE "C",
    currency              text COLLATE "C"    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    period_unit           text COLLATE "C"    CHECK (period_unit = 'day' OR period_unit = 'month'),
    period_every          bigint CHECK (period_every >= 0),
    first_day             bigint CHECK (first_day >= 0),
    single_minor          bigint CHECK (single_minor >= 0),
    total_minor           bigint CHECK (total_minor >= 0),
    payments              bigint CHECK (payments >= 0),
    validity_unit         text COLLATE "C"    CHECK (validity_unit = 'day' OR validity_unit = 'month'),
    validity_count        bigint CHECK (validity_count >= 0),
    notify_url            text COLLATE "C",
    return_url            text COLLATE "C",
    charset               text COLLATE "C"    NOT NULL CHECK (charset = 'utf8' OR charset = 'gbk'),
    rsa1                  bigint NOT NULL CHECK (rsa1 IN (0, 1)),
    offered_at_us         bigint NOT NULL,
    sign_until_us         bigint NOT NULL,
    timer                 bigint CHECK (timer >= 0),
    asked                 bigint CHECK (asked >= 0),
    buyer                 bigint CHECK (buyer >= 0),
    buyer_login_masked    text COLLATE "C",
    signed_at_us          bigint,
    invalid_at_us         bigint,
    state                 text COLLATE "C"    NOT NULL CHECK (state = 'temp' OR state = 'normal' OR state = 'stop'),
    version               bigint NOT NULL CHECK (version >= 0),
    debited_minor         bigint NOT NULL CHECK (debited_minor >= 0),
    debits                bigint NOT NULL CHECK (debits >= 0),
    plan_from             bigint CHECK (plan_from >= 0),
    plan_step             bigint NOT NULL CHECK (plan_step >= 0),
    last_debit_at_us      bigint,
    ended_at_us           bigint,
    ended_by              text COLLATE "C"    CHECK (ended_by = 'merchant' OR ended_by = 'buyer' OR ended_by = 'validity'),
    sign_notice           bigint CHECK (sign_notice >= 0),
    PRIMARY KEY (slot, no)
);
CREATE TABLE mandate (
    slot                  bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no                    bigint NOT NULL CHECK (no >= 0),
    buyer                 bigint NOT NULL CHECK (buyer >= 0),
    seller                bigint NOT NULL CHECK (seller >= 0),
    product               text COLLATE "C"    NOT NULL CHECK (product = 'cycle_pay' OR product = 'withholding'),
    sign_scene            text COLLATE "C"    NOT NULL,
    external_agreement_no text COLLATE "C",
    currency              text COLLATE "C"    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    period_unit           text COLLATE "C"    CHECK (period_unit = 'day' OR period_unit = 'month'),
    period_every          bigint CHECK (period_every >= 0),
    first_day             bigint CHECK (first_day >= 0),
    single_minor          bigint CHECK (single_minor >= 0),
    total_minor           bigint CHECK (total_minor >= 0),
    payments              bigint CHECK (payments >= 0),
    signed_at_us          bigint NOT NULL,
    invalid_at_us         bigint NOT NULL,
    timer                 bigint CHECK (timer >= 0),
    state                 text COLLATE "C"    NOT NULL CHECK (state = 'temp' OR state = 'normal' OR state = 'stop'),
    version               bigint NOT NULL CHECK (version >= 0),
    debited_minor         bigint NOT NULL CHECK (debited_minor >= 0),
    debits                bigint NOT NULL CHECK (debits >= 0),
    plan_from             bigint CHECK (plan_from >= 0),
    plan_step             bigint NOT NULL CHECK (plan_step >= 0),
    last_debit_at_us      bigint,
    ended_at_us           bigint,
    ended_by              text COLLATE "C"    CHECK (ended_by = 'merchant' OR ended_by = 'buyer' OR ended_by = 'validity'),
    PRIMARY KEY (slot, no)
);
CREATE TABLE agreement_name (
    slot  bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    owner bigint NOT NULL CHECK (owner >= 0),
    name  text COLLATE "C"    NOT NULL,
    no    bigint NOT NULL CHECK (no >= 0),
    PRIMARY KEY (slot, owner, name)
);
CREATE TABLE debit (
    slot         bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    order_no     bigint NOT NULL CHECK (order_no >= 0),
    agreement_no bigint NOT NULL CHECK (agreement_no >= 0),
    PRIMARY KEY (slot, order_no)
);
CREATE TABLE escrow (
    slot               bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    order_no           bigint NOT NULL CHECK (order_no >= 0),
    seller             bigint NOT NULL CHECK (seller >= 0),
    buyer              bigint NOT NULL CHECK (buyer >= 0),
    state              text COLLATE "C"    NOT NULL CHECK (
        state = 'wait_seller_send' OR state = 'part_sent' OR state = 'wait_buyer_confirm' OR
        state = 'finished' OR state = 'closed'),
    goods              text COLLATE "C"    NOT NULL CHECK (
        goods = 'physical' OR goods = 'virtual' OR goods = 'auto_delivery' OR goods = 'top_up' OR
        goods = 'wholesale' OR goods = 'cross_border'),
    currency           text COLLATE "C"    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    paid_minor         bigint NOT NULL CHECK (paid_minor >= 0),
    held_minor         bigint NOT NULL CHECK (held_minor >= 0),
    released_minor     bigint NOT NULL CHECK (released_minor >= 0),
    refunded_minor     bigint NOT NULL CHECK (refunded_minor >= 0),
    steps              bigint NOT NULL CHECK (steps >= 0),
    cases              bigint NOT NULL CHECK (cases >= 0),
    open_case          bigint,
    transport          text COLLATE "C"    CHECK (
        transport = 'express' OR transport = 'ems' OR transport = 'post' OR transport = 'unneeded'),
    logistics_company  text COLLATE "C",
    logistics_no       text COLLATE "C",
    reminded           bigint NOT NULL CHECK (reminded IN (0, 1)),
    buyer_extensions   bigint NOT NULL CHECK (buyer_extensions >= 0),
    seller_extensions  bigint NOT NULL CHECK (seller_extensions >= 0),
    paid_at_us         bigint NOT NULL,
    sent_at_us         bigint,
    ended_at_us        bigint,
    receipt_due_at_us  bigint,
    receipt_left_us    bigint,
    pending_no         text COLLATE "C",
    ends               bigint NOT NULL CHECK (ends IN (0, 1)),
    due_at_us          bigint,
    timer              bigint CHECK (timer >= 0),
    PRIMARY KEY (slot, order_no),
    CHECK (held_minor <= paid_minor AND released_minor <= paid_minor - held_minor
        AND refunded_minor = paid_minor - held_minor - released_minor)
);
CREATE TABLE escrow_case (
    slot               bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    order_no           bigint NOT NULL CHECK (order_no >= 0),
    no                 bigint NOT NULL CHECK (no >= 0),
    state              text COLLATE "C"    NOT NULL CHECK (
        state = 'wait_seller_agree' OR state = 'seller_refused' OR state = 'wait_buyer_return' OR
        state = 'wait_seller_confirm' OR state = 'refunding' OR state = 'success' OR state = 'closed'),
    kind               text COLLATE "C"    NOT NULL CHECK (kind = 'refund_only' OR kind = 'return_and_refund'),
    goods_state        text COLLATE "C"    NOT NULL CHECK (
        goods_state = 'not_received' OR goods_state = 'received' OR goods_state = 'returned'),
    service            text COLLATE "C"    NOT NULL CHECK (service = 'none' OR service = 'needed' OR service = 'done'),
    currency           text COLLATE "C"    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    claim_minor        bigint NOT NULL CHECK (claim_minor >= 0),
    granted_minor      bigint NOT NULL CHECK (granted_minor >= 0),
    reason             text COLLATE "C",
    return_transport   text COLLATE "C"    CHECK (
        return_transport = 'express' OR return_transport = 'ems' OR return_transport = 'post' OR
        return_transport = 'unneeded'),
    return_company     text COLLATE "C",
    return_no          text COLLATE "C",
    buyer_evidence     bigint NOT NULL CHECK (buyer_evidence >= 0),
    seller_evidence    bigint NOT NULL CHECK (seller_evidence >= 0),
    refund_no          text COLLATE "C",
    opened_at_us       bigint NOT NULL,
    since_us           bigint NOT NULL,
    ended_at_us        bigint,
    PRIMARY KEY (slot, order_no, no),
    CHECK (granted_minor <= claim_minor)
);
CREATE TABLE escrow_step (
    slot               bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    order_no           bigint NOT NULL CHECK (order_no >= 0),
    request_no         text COLLATE "C"    NOT NULL,
    no                 bigint NOT NULL CHECK (no >= 0),
    kind               text COLLATE "C"    NOT NULL CHECK (
        kind = 'paid' OR kind = 'reminded' OR kind = 'part_sent' OR kind = 'sent' OR
        kind = 'extended' OR kind = 'confirmed' OR kind = 'receipt_over' OR kind = 'released' OR
        kind = 'given_back' OR kind = 'arrived' OR kind = 'returned' OR kind = 'case_opened' OR
        kind = 'case_agreed' OR kind = 'case_refused' OR kind = 'case_edited' OR
        kind = 'return_sent' OR kind = 'return_received' OR kind = 'return_refused' OR
        kind = 'service_called' OR kind = 'evidence' OR kind = 'decided' OR kind = 'case_withdrawn' OR
        kind = 'case_lapsed' OR kind = 'case_arrived' OR kind = 'case_returned'),
    side               text COLLATE "C"    NOT NULL CHECK (
        side = 'buyer' OR side = 'seller' OR side = 'arbiter' OR side = 'platform'),
    state              text COLLATE "C"    NOT NULL CHECK (
        state = 'wait_seller_send' OR state = 'part_sent' OR state = 'wait_buyer_confirm' OR
        state = 'finished' OR state = 'closed'),
    case_no            bigint,
    case_state         text COLLATE "C"    CHECK (
        case_state = 'wait_seller_agree' OR case_state = 'seller_refused' OR
        case_state = 'wait_buyer_return' OR case_state = 'wait_seller_confirm' OR
        case_state = 'refunding' OR case_state = 'success' OR case_state = 'closed'),
    case_kind          text COLLATE "C"    CHECK (case_kind = 'refund_only' OR case_kind = 'return_and_refund'),
    goods_state        text COLLATE "C"    CHECK (
        goods_state = 'not_received' OR goods_state = 'received' OR goods_state = 'returned'),
    amount_minor       bigint CHECK (amount_minor >= 0),
    transport          text COLLATE "C"    CHECK (
        transport = 'express' OR transport = 'ems' OR transport = 'post' OR transport = 'unneeded'),
    logistics_company  text COLLATE "C",
    logistics_no       text COLLATE "C",
    words              text COLLATE "C",
    at_us              bigint NOT NULL,
    PRIMARY KEY (slot, order_no, request_no)
);
CREATE TABLE "freeze" (
    slot               bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no                 bigint NOT NULL CHECK (no >= 0),
    seller             bigint NOT NULL CHECK (seller >= 0),
    app                bigint NOT NULL CHECK (app >= 0),
    out_order_no       text COLLATE "C"    NOT NULL,
    out_request_no     text COLLATE "C"    NOT NULL,
    operation          bigint NOT NULL CHECK (operation >= 0),
    way                text COLLATE "C"    NOT NULL CHECK (way = 'code' OR way = 'voucher' OR way = 'app'),
    product            text COLLATE "C"    NOT NULL CHECK (
        product = 'pre_auth' OR product = 'pre_auth_online' OR product = 'preauth_pay'),
    state              text COLLATE "C"    NOT NULL CHECK (
        state = 'init' OR state = 'authorized' OR state = 'finish' OR state = 'closed'),
    currency           text COLLATE "C"    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    amount_minor       bigint NOT NULL CHECK (amount_minor >= 0),
    frozen_minor       bigint NOT NULL CHECK (frozen_minor >= 0),
    rest_minor         bigint NOT NULL CHECK (rest_minor >= 0),
    unfrozen_minor     bigint NOT NULL CHECK (unfrozen_minor >= 0),
    paid_minor         bigint NOT NULL CHECK (paid_minor >= 0),
    under_way          bigint NOT NULL CHECK (under_way >= 0),
    title              text COLLATE "C"    NOT NULL,
    payer              bigint CHECK (payer >= 0),
    payer_login_masked text COLLATE "C",
    notify_url         text COLLATE "C",
    charset            text COLLATE "C"    NOT NULL CHECK (charset = 'utf8' OR charset = 'gbk'),
    rsa1               bigint NOT NULL CHECK (rsa1 IN (0, 1)),
    attempt            bytea    CHECK (length(attempt) = 16),
    opened_at_us       bigint NOT NULL,
    expires_at_us      bigint NOT NULL,
    frozen_at_us       bigint,
    ends_at_us         bigint,
    closed_at_us       bigint,
    cancelled          bigint NOT NULL CHECK (cancelled IN (0, 1)),
    timer              bigint CHECK (timer >= 0),
    PRIMARY KEY (slot, no),
    CONSTRAINT adds_up CHECK (frozen_minor = rest_minor + unfrozen_minor + paid_minor)
);
CREATE TABLE freeze_operation (
    slot             bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    "freeze"           bigint NOT NULL CHECK ("freeze" >= 0),
    no               bigint NOT NULL CHECK (no >= 0),
    kind             text COLLATE "C"    NOT NULL CHECK (kind = 'freeze' OR kind = 'unfreeze' OR kind = 'pay'),
    out_request_no   text COLLATE "C"    NOT NULL,
    by               text COLLATE "C"    NOT NULL CHECK (
        by = 'merchant' OR by = 'cancel' OR by = 'completion' OR by = 'end'),
    state            text COLLATE "C"    NOT NULL CHECK (state = 'under_way' OR state = 'done' OR state = 'returned'),
    currency         text COLLATE "C"    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    amount_minor     bigint NOT NULL CHECK (amount_minor >= 0),
    rest_after_minor bigint NOT NULL CHECK (rest_after_minor >= 0),
    remark           text COLLATE "C",
    order_no         bigint CHECK (order_no >= 0),
    notify_url       text COLLATE "C",
    at_us            bigint NOT NULL,
    done_at_us       bigint,
    PRIMARY KEY (slot, "freeze", no)
);
CREATE TABLE freeze_number (
    slot           bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    seller         bigint NOT NULL CHECK (seller >= 0),
    out_order_no   text COLLATE "C"    NOT NULL,
    kind           text COLLATE "C"    NOT NULL CHECK (kind = 'freeze' OR kind = 'unfreeze' OR kind = 'pay'),
    out_request_no text COLLATE "C"    NOT NULL,
    "freeze"         bigint NOT NULL CHECK ("freeze" >= 0),
    operation      bigint NOT NULL CHECK (operation >= 0),
    PRIMARY KEY (slot, seller, out_order_no, kind, out_request_no)
);
CREATE TABLE frozen (
    slot          bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no            bigint NOT NULL CHECK (no >= 0),
    payer         bigint NOT NULL CHECK (payer >= 0),
    seller        bigint NOT NULL CHECK (seller >= 0),
    state         text COLLATE "C"    NOT NULL CHECK (state = 'waiting' OR state = 'held' OR state = 'over'),
    title         text COLLATE "C"    NOT NULL,
    currency      text COLLATE "C"    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    amount_minor  bigint NOT NULL CHECK (amount_minor >= 0),
    held_minor    bigint NOT NULL CHECK (held_minor >= 0),
    hold          bigint CHECK (hold >= 0),
    since_us bigint NOT NULL,
    changed_at_us bigint NOT NULL,
    PRIMARY KEY (slot, no)
);
CREATE TABLE signing (
    slot                  bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    order_no              bigint NOT NULL CHECK (order_no >= 0),
    product               text COLLATE "C"    NOT NULL CHECK (product = 'cycle_pay' OR product = 'withholding'),
    sign_scene            text COLLATE "C"    NOT NULL,
    external_agreement_no text COLLATE "C",
    external_logon_id     text COLLATE "C",
    currency              text COLLATE "C"    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    period_unit           text COLLATE "C"    CHECK (period_unit = 'day' OR period_unit = 'month'),
    period_every          bigint CHECK (period_every >= 0),
    first_day             bigint CHECK (first_day >= 0),
    single_minor          bigint CHECK (single_minor >= 0),
    total_minor           bigint CHECK (total_minor >= 0),
    payments              bigint CHECK (payments >= 0),
    validity_unit         text COLLATE "C"    CHECK (validity_unit = 'day' OR validity_unit = 'month'),
    validity_count        bigint CHECK (validity_count >= 0),
    notify_url            text COLLATE "C",
    agreement_no          bigint CHECK (agreement_no >= 0),
    refused               text COLLATE "C"    CHECK (refused = 'seller_blocked' OR refused = 'number_taken'
                                         OR refused = 'buyer_blocked' OR refused = 'same_in_force'),
    PRIMARY KEY (slot, order_no)
);
CREATE TABLE royalty_relation (
    slot     bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    seller   bigint NOT NULL CHECK (seller >= 0),
    place    bigint NOT NULL CHECK (place >= 0),
    receiver bigint NOT NULL CHECK (receiver >= 0),
    named    text COLLATE "C"    NOT NULL CHECK (named = 'user_id' OR named = 'login_name'),
    account  text COLLATE "C"    NOT NULL,
    memo     text COLLATE "C",
    at_us    bigint NOT NULL,
    PRIMARY KEY (slot, seller, place)
);
CREATE TABLE split_book (
    slot          bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    order_no      bigint NOT NULL CHECK (order_no >= 0),
    currency      text COLLATE "C"    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    "freeze"        bigint NOT NULL CHECK ("freeze" IN (0, 1)),
    hold          bigint CHECK (hold >= 0),
    timer         bigint CHECK (timer >= 0),
    freed         bigint NOT NULL CHECK (freed IN (0, 1)),
    split_minor   bigint NOT NULL CHECK (split_minor >= 0),
    splits        bigint NOT NULL CHECK (splits >= 0),
    finished      bigint NOT NULL CHECK (finished IN (0, 1)),
    giving_minor  bigint NOT NULL CHECK (giving_minor >= 0),
    fee_due_minor bigint NOT NULL CHECK (fee_due_minor >= 0),
    PRIMARY KEY (slot, order_no),
    CHECK ((hold IS NULL) = (timer IS NULL))
);
CREATE TABLE split (
    slot           bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    order_no       bigint NOT NULL CHECK (order_no >= 0),
    place          bigint NOT NULL CHECK (place >= 0),
    kind           text COLLATE "C"    NOT NULL CHECK (kind = 'out' OR kind = 'back'),
    out_request_no text COLLATE "C"    NOT NULL,
    refund_minor   bigint CHECK (refund_minor >= 0),
    reason         text COLLATE "C",
    lines          bigint NOT NULL CHECK (lines >= 0),
    open           bigint NOT NULL CHECK (open BETWEEN 0 AND lines),
    finish         bigint NOT NULL CHECK (finish IN (0, 1)),
    at_us          bigint NOT NULL,
    made_at_us     bigint,
    undone_at_us   bigint,
    PRIMARY KEY (slot, order_no, place),
    CHECK ((kind = 'back') = (refund_minor IS NOT NULL)),
    CHECK (made_at_us IS NOT NULL OR undone_at_us IS NULL)
);
CREATE TABLE split_line (
    slot         bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    order_no     bigint NOT NULL CHECK (order_no >= 0),
    place        bigint NOT NULL CHECK (place >= 0),
    line         bigint NOT NULL CHECK (line >= 0),
    receiver     bigint NOT NULL CHECK (receiver >= 0),
    currency     text COLLATE "C"    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
    state        text COLLATE "C"    NOT NULL CHECK (
        state = 'under_way' OR state = 'done' OR state = 'returned' OR state = 'asked' OR state = 'taken' OR
        state = 'refused' OR state = 'returning' OR state = 'restoring' OR state = 'kept'),
    at_us        bigint NOT NULL,
    PRIMARY KEY (slot, order_no, place, line)
);
CREATE TABLE transfer (
    slot         bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no           bigint NOT NULL CHECK (no >= 0),
    payer        bigint NOT NULL CHECK (payer >= 0),
    payee        bigint NOT NULL CHECK (payee >= 0),
    way          text COLLATE "C"    NOT NULL CHECK (way = 'uni' OR way = 'to_account' OR way = 'wallet'),
    app          bigint CHECK (app >= 0),
    out_biz_no   text COLLATE "C"    NOT NULL,
    named        bytea    NOT NULL CHECK (length(named) = 16),
    currency     text COLLATE "C"    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    arrival      text COLLATE "C"    NOT NULL CHECK (arrival = 'at_once' OR arrival = 'two_hours' OR arrival = 'one_day'),
    title        text COLLATE "C",
    remark       text COLLATE "C",
    passback     text COLLATE "C",
    state        text COLLATE "C"    NOT NULL CHECK (
        state = 'offered' OR state = 'waiting' OR state = 'under_way' OR state = 'done' OR state = 'returned' OR
        state = 'cancelled'),
    notify_url   text COLLATE "C",
    gbk          bigint NOT NULL CHECK (gbk IN (0, 1)),
    rsa1         bigint NOT NULL CHECK (rsa1 IN (0, 1)),
    opened_at_us bigint NOT NULL,
    paid_at_us   bigint,
    due_at_us    bigint,
    ended_at_us  bigint,
    timer        bigint CHECK (timer >= 0), asked_arrival text COLLATE "C" CHECK (asked_arrival = 'at_once' OR asked_arrival = 'two_hours'),
    PRIMARY KEY (slot, no),
    CHECK ((timer IS NULL) = (due_at_us IS NULL))
);
CREATE TABLE transfer_number (
    slot       bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    payer      bigint NOT NULL CHECK (payer >= 0),
    way        text COLLATE "C"    NOT NULL CHECK (way = 'uni' OR way = 'to_account' OR way = 'wallet'),
    out_biz_no text COLLATE "C"    NOT NULL,
    no         bigint NOT NULL CHECK (no >= 0),
    PRIMARY KEY (slot, payer, way, out_biz_no)
);
CREATE TABLE known_payee (
    slot       bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    payer      bigint NOT NULL CHECK (payer >= 0),
    payee      bigint NOT NULL CHECK (payee >= 0),
    last_at_us bigint NOT NULL,
    PRIMARY KEY (slot, payer, payee)
);
CREATE TABLE received (
    slot         bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no           bigint NOT NULL CHECK (no >= 0),
    payee        bigint NOT NULL CHECK (payee >= 0),
    payer        bigint NOT NULL CHECK (payer >= 0),
    currency     text COLLATE "C"    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
    at_us        bigint NOT NULL,
    PRIMARY KEY (slot, no)
);
CREATE TABLE challenge (
    slot          bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    address       bytea    NOT NULL CHECK (length(address) = 16),
    purpose       text COLLATE "C"    NOT NULL CHECK (
        purpose = 'register' OR purpose = 'sign_in' OR purpose = 'login_password' OR purpose = 'pay_password' OR
        purpose = 'close_account'),
    code          bytea    NOT NULL CHECK (length(code) = 16),
    state         text COLLATE "C"    NOT NULL CHECK (state = 'open' OR state = 'proven' OR state = 'used'),
    tries         bigint NOT NULL CHECK (tries >= 0),
    proof         bigint CHECK (proof >= 0),
    sent_at_us    bigint NOT NULL,
    expires_at_us bigint NOT NULL,
    day           bigint NOT NULL CHECK (day >= 0),
    sends         bigint NOT NULL CHECK (sends >= 0),
    forget_at_us  bigint NOT NULL,
    timer         bigint NOT NULL CHECK (timer >= 0),
    PRIMARY KEY (slot, address),
    CHECK ((state = 'open') = (proof IS NULL))
);
CREATE TABLE profile (
    slot             bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party            bigint NOT NULL CHECK (party >= 0),
    data_key         bytea    NOT NULL CHECK (length(data_key) = 16),
    address          bytea    CHECK (length(address) = 16),
    sealed_address   bytea    NOT NULL,
    sealed_name      bytea,
    sealed_id_number bytea,
    erased_at_us     bigint,
    PRIMARY KEY (slot, party)
);
CREATE TABLE sign_in (
    slot            bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party           bigint NOT NULL CHECK (party >= 0),
    verifier        text COLLATE "C"    NOT NULL,
    pepper_version  bigint NOT NULL CHECK (pepper_version >= 0),
    tries           bigint NOT NULL CHECK (tries >= 0),
    locked_until_us bigint NOT NULL,
    tried           bigint NOT NULL CHECK (tried >= 0),
    tried_at_us     bigint NOT NULL,
    judged          bigint NOT NULL CHECK (judged >= 0),
    seen_at_us      bigint NOT NULL,
    changed_day     bigint NOT NULL CHECK (changed_day >= 0),
    changes         bigint NOT NULL CHECK (changes >= 0), guesses bigint NOT NULL DEFAULT 0 CHECK (guesses >= 0),
    PRIMARY KEY (slot, party)
);
CREATE TABLE card_name (
    slot   bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party  bigint NOT NULL CHECK (party >= 0),
    digest bytea    NOT NULL CHECK (length(digest) = 16),
    no     bigint NOT NULL CHECK (no >= 0),
    PRIMARY KEY (slot, party, digest)
);
CREATE TABLE bank_surprise (
    slot         bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no           bigint NOT NULL CHECK (no >= 0),
    kind         text COLLATE "C"    NOT NULL CHECK (
        kind = 'amount_differs' OR kind = 'second_reference' OR kind = 'done_after_end' OR
        kind = 'done_unasked' OR kind = 'refused_against_word'),
    bank_ref     text COLLATE "C"    NOT NULL,
    currency     text COLLATE "C"    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
    booked       bigint NOT NULL CHECK (booked IN (0, 1)),
    at_us        bigint NOT NULL,
    PRIMARY KEY (slot, no, kind, bank_ref)
);
CREATE TABLE account (
    slot          bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    id            bigint NOT NULL CHECK (id >= 0),
    owner         bigint NOT NULL CHECK (owner >= 0),
    kind          text COLLATE "C"    NOT NULL CHECK (
        kind = 'balance' OR kind = 'transit' OR kind = 'fee_income' OR kind = 'bank_reserve' OR
        kind = 'escrow' OR kind = 'delayed' OR kind = 'clearing_in' OR kind = 'clearing_out' OR
        kind = 'suspense_owed' OR kind = 'suspense_due'),
    currency      text COLLATE "C"    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    balance_minor bigint NOT NULL,
    held_minor    bigint NOT NULL CHECK (held_minor >= 0),
    opened_at_us  bigint NOT NULL,
    PRIMARY KEY (slot, id),
    CHECK (kind <> 'balance' OR (balance_minor >= held_minor AND held_minor >= 0)),
    CHECK (kind <> 'escrow' OR balance_minor >= 0),
    CHECK (kind <> 'delayed' OR balance_minor >= 0),
    CHECK ((kind <> 'clearing_out' AND kind <> 'suspense_owed') OR balance_minor >= 0),
    CHECK ((kind <> 'clearing_in' AND kind <> 'suspense_due') OR balance_minor <= 0)
);
CREATE TABLE settlement (
    slot          bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no            bigint NOT NULL CHECK (no >= 0),
    account       text COLLATE "C"    NOT NULL,
    day           bigint NOT NULL CHECK (day >= 0),
    serial        bigint NOT NULL CHECK (serial >= 0),
    reference     text COLLATE "C"    NOT NULL,
    settled_at_us bigint NOT NULL,
    PRIMARY KEY (slot, no)
);
CREATE TABLE standing (
    slot            bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party           bigint NOT NULL CHECK (party >= 0),
    identity        bytea    NOT NULL CHECK (length(identity) = 16),
    evidences       bigint NOT NULL CHECK (evidences >= 0),
    counts_until_us bigint,
    holds_quota     bigint NOT NULL CHECK (holds_quota IN (0, 1)),
    carried_year    bigint NOT NULL CHECK (carried_year >= 0),
    carried_minor   bigint NOT NULL CHECK (carried_minor >= 0),
    given_year      bigint NOT NULL CHECK (given_year >= 0),
    given_minor     bigint NOT NULL CHECK (given_minor >= 0), carried_free_minor bigint NOT NULL DEFAULT 0 CHECK (carried_free_minor >= 0), given_free_minor bigint NOT NULL DEFAULT 0 CHECK (given_free_minor >= 0),
    PRIMARY KEY (slot, party)
);
CREATE TABLE evidence (
    slot           bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party          bigint NOT NULL CHECK (party >= 0),
    place          bigint NOT NULL CHECK (place >= 0),
    kind           text COLLATE "C"    NOT NULL CHECK (
        kind = 'ministry' OR kind = 'bank_card' OR kind = 'mobile_operator' OR kind = 'education' OR
        kind = 'social_security' OR kind = 'utility' OR kind = 'exit_entry' OR kind = 'face_to_face'),
    provider       text COLLATE "C"    NOT NULL,
    verified_at_us bigint NOT NULL,
    expires_at_us  bigint,
    PRIMARY KEY (slot, party, place)
);
CREATE TABLE person (
    slot          bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    identity      bytea    NOT NULL CHECK (length(identity) = 16),
    accounts      bytea    NOT NULL,
    class_three   bigint CHECK (class_three >= 0),
    holder        bigint CHECK (holder >= 0),
    moving_to     bigint CHECK (moving_to >= 0),
    carried_year  bigint NOT NULL CHECK (carried_year >= 0),
    carried_minor bigint NOT NULL CHECK (carried_minor >= 0), carried_free_minor bigint NOT NULL DEFAULT 0 CHECK (carried_free_minor >= 0),
    PRIMARY KEY (slot, identity)
);
CREATE TABLE statement (
    slot          bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    account       text COLLATE "C"    NOT NULL,
    day           bigint NOT NULL CHECK (day >= 0),
    currency      text COLLATE "C"    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    opening_minor bigint NOT NULL,
    closing_minor bigint NOT NULL,
    lines         bigint NOT NULL CHECK (lines >= 0),
    digest        bytea    NOT NULL CHECK (length(digest) = 32),
    booked        bigint NOT NULL CHECK (booked BETWEEN 0 AND lines),
    begun_at_us   bigint NOT NULL,
    ended_at_us   bigint,
    PRIMARY KEY (slot, account, day),
    CHECK ((booked = lines) = (ended_at_us IS NOT NULL))
);
CREATE TABLE surprise_settlement (
    slot          bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no            bigint NOT NULL CHECK (no >= 0),
    reference     text COLLATE "C"    NOT NULL,
    account       text COLLATE "C"    NOT NULL,
    day           bigint NOT NULL CHECK (day >= 0),
    serial        bigint NOT NULL CHECK (serial >= 0),
    settled_at_us bigint NOT NULL,
    PRIMARY KEY (slot, no, reference)
);
CREATE TABLE app_key (
    slot          bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    app           bigint NOT NULL CHECK (app >= 0),
    number        bigint NOT NULL CHECK (number >= 0),
    state         text COLLATE "C"    NOT NULL CHECK (state = 'current' OR state = 'second' OR state = 'retired'),
    public_key    bytea    NOT NULL,
    certificate   text COLLATE "C",
    cert_sn       text COLLATE "C",
    added_at_us   bigint NOT NULL,
    not_after_us  bigint,
    retired_at_us bigint,
    PRIMARY KEY (slot, app, number)
);
CREATE TABLE merchant_application (
    slot          bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    login         text COLLATE "C"    NOT NULL,
    applicant     bigint NOT NULL CHECK (applicant >= 0),
    kind          text COLLATE "C"    NOT NULL CHECK (kind = 'enterprise' OR kind = 'individually_owned' OR kind = 'individual'),
    state         text COLLATE "C"    NOT NULL CHECK (
        state = 'init' OR state = 'merchant_confirm' OR state = 'auditing' OR state = 'audit_pass' OR
        state = 'audit_reject' OR state = 'signed' OR state = 'suspended' OR state = 'unsigned'),
    name          text COLLATE "C"    NOT NULL,
    data_key      bytea    NOT NULL CHECK (length(data_key) = 16),
    sealed        bytea    NOT NULL,
    name_matches  bigint NOT NULL CHECK (name_matches = 0 OR name_matches = 1),
    site          text COLLATE "C",
    documents     bigint NOT NULL CHECK (documents >= 0),
    reviewer      text COLLATE "C",
    reasons       bigint NOT NULL CHECK (reasons >= 0),
    note          text COLLATE "C",
    merchant      bigint CHECK (merchant >= 0),
    app           bigint CHECK (app >= 0),
    opened_at_us  bigint NOT NULL,
    changed_at_us bigint NOT NULL,
    PRIMARY KEY (slot, login)
);
CREATE TABLE device (
    slot        bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party       bigint NOT NULL CHECK (party >= 0),
    place       bigint NOT NULL CHECK (place >= 0 AND place < 10),
    no          bigint NOT NULL CHECK (no >= 0),
    token       bytea    NOT NULL CHECK (length(token) = 16),
    sealed_name bytea    NOT NULL,
    since_us    bigint NOT NULL,
    seen_at_us  bigint NOT NULL, passkey bigint CHECK (passkey >= 0),
    PRIMARY KEY (slot, party, place)
);
CREATE TABLE risk_rules (
    slot            bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    version         bigint NOT NULL CHECK (version > 0),
    text            text COLLATE "C"    NOT NULL,
    digest          bytea    NOT NULL CHECK (length(digest) = 32),
    proposed_by     text COLLATE "C"    NOT NULL,
    approved_by     text COLLATE "C"    NOT NULL,
    effective_at_us bigint NOT NULL,
    PRIMARY KEY (slot, version),
    CHECK (proposed_by <> approved_by)
);
CREATE TABLE risk_proposal (
    slot           bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    version        bigint NOT NULL CHECK (version >= 0),
    text           text COLLATE "C"    NOT NULL,
    digest         bytea    NOT NULL CHECK (length(digest) = 32),
    proposed_by    text COLLATE "C"    NOT NULL,
    proposed_at_us bigint NOT NULL,
    PRIMARY KEY (slot, version)
);
CREATE TABLE risk_case (
    slot          bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party         bigint NOT NULL CHECK (party >= 0),
    subject       text COLLATE "C"    NOT NULL,
    decision      bigint NOT NULL CHECK (decision >= 0),
    state         text COLLATE "C"    NOT NULL CHECK (state = 'open' OR state = 'released' OR state = 'refused'),
    opened_at_us  bigint NOT NULL,
    decided_by    text COLLATE "C",
    decided_at_us bigint,
    PRIMARY KEY (slot, party, subject),
    CHECK ((decided_by IS NULL) = (decided_at_us IS NULL))
);
CREATE TABLE risk_decision (
    slot      bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party     bigint NOT NULL CHECK (party >= 0),
    no        bigint NOT NULL CHECK (no >= 0),
    at_us     bigint NOT NULL,
    subject   text COLLATE "C"    NOT NULL,
    version   bigint NOT NULL CHECK (version >= 0),
    facts     text COLLATE "C"    NOT NULL,
    verdict   text COLLATE "C"    NOT NULL CHECK (
        verdict = 'allow' OR verdict = 'verify:password' OR verdict = 'verify:otp' OR verdict = 'verify:passkey' OR
        verdict = 'delay:2' OR verdict = 'delay:24' OR verdict = 'review' OR verdict = 'refuse'),
    outcome   text COLLATE "C"    NOT NULL CHECK (outcome = 'passed' OR outcome = 'delayed' OR outcome = 'stopped'),
    fired     text COLLATE "C"    NOT NULL,
    shadow    text COLLATE "C"    NOT NULL,
    failed    text COLLATE "C"    NOT NULL,
    reason_zh text COLLATE "C",
    reason_en text COLLATE "C",
    PRIMARY KEY (slot, party, no)
);
CREATE TABLE suspense_closing (
    slot         bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    account      text COLLATE "C"    NOT NULL,
    day          bigint NOT NULL CHECK (day >= 0),
    serial       bigint NOT NULL CHECK (serial >= 0),
    way          text COLLATE "C"    NOT NULL CHECK (way = 'given_back' OR way = 'own' OR way = 'matched'),
    bank_order   bigint CHECK (bank_order >= 0),
    reason       text COLLATE "C"    NOT NULL,
    operator     text COLLATE "C"    NOT NULL,
    closed_at_us bigint NOT NULL, approved_by text COLLATE "C",
    PRIMARY KEY (slot, account, day, serial)
);
CREATE TABLE contract (
    slot           bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    seller         bigint NOT NULL CHECK (seller >= 0),
    product        text COLLATE "C"    NOT NULL CHECK (
        product = 'page' OR product = 'wap' OR product = 'app' OR product = 'face_to_face' OR
        product = 'mini_program' OR product = 'pre_authorisation' OR product = 'debit_agreement' OR
        product = 'escrow' OR product = 'transfer'),
    version        bigint NOT NULL CHECK (version > 0),
    status         text COLLATE "C"    NOT NULL CHECK (status = 'in_force' OR status = 'ended'),
    fee_ppm        bigint NOT NULL CHECK (fee_ppm BETWEEN 0 AND 1000000),
    valid_from_us  bigint,
    reason         text COLLATE "C"    NOT NULL,
    proposed_by    text COLLATE "C"    NOT NULL,
    proposed_at_us bigint NOT NULL,
    approved_by    text COLLATE "C",
    approved_at_us bigint, settlement text COLLATE "C" NOT NULL DEFAULT 'same_day'
    CHECK (settlement = 'same_day' OR settlement = 'next_day'),
    PRIMARY KEY (slot, seller, product, version),
    CHECK ((approved_by IS NULL) = (approved_at_us IS NULL)),
    CHECK (approved_by IS NULL OR approved_by <> proposed_by),
    CHECK (approved_by IS NULL OR (valid_from_us IS NOT NULL AND valid_from_us >= approved_at_us))
);
CREATE TABLE contract_book (
    slot    bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    seller  bigint NOT NULL CHECK (seller >= 0),
    product text COLLATE "C"    NOT NULL CHECK (
        product = 'page' OR product = 'wap' OR product = 'app' OR product = 'face_to_face' OR
        product = 'mini_program' OR product = 'pre_authorisation' OR product = 'debit_agreement' OR
        product = 'escrow' OR product = 'transfer'),
    version bigint NOT NULL CHECK (version >= 0),
    PRIMARY KEY (slot, seller, product)
);
CREATE TABLE day_close (
    slot         bigint NOT NULL PRIMARY KEY CHECK (slot BETWEEN 0 AND 99),
    first_date   bigint NOT NULL,
    last_date    bigint NOT NULL,
    closed_at_us bigint NOT NULL,
    CHECK (first_date <= last_date)
);
CREATE TABLE trial_balance (
    slot          bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    business_date bigint NOT NULL,
    currency      text COLLATE "C"    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    kind          text COLLATE "C"    NOT NULL CHECK (
        kind = 'balance' OR kind = 'transit' OR kind = 'fee_income' OR kind = 'bank_reserve' OR kind = 'escrow' OR
        kind = 'delayed' OR kind = 'clearing_in' OR kind = 'clearing_out' OR kind = 'suspense_owed' OR
        kind = 'suspense_due'),
    debit_minor   bigint NOT NULL CHECK (debit_minor >= 0),
    credit_minor  bigint NOT NULL CHECK (credit_minor >= 0),
    balance_minor bigint NOT NULL,
    closed_at_us  bigint NOT NULL,
    PRIMARY KEY (slot, business_date, currency, kind)
);
CREATE TABLE receipt (
    slot     bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    order_no bigint NOT NULL CHECK (order_no >= 0),
    attempt  bytea    NOT NULL CHECK (length(attempt) = 16),
    outcome  text COLLATE "C"    NOT NULL CHECK (
        outcome = 'asked' OR outcome = 'paid' OR outcome = 'waiting' OR outcome = 'code_invalid' OR
        outcome = 'buyer_blocked' OR outcome = 'buyer_is_seller' OR outcome = 'buyer_differs' OR
        outcome = 'balance_too_low' OR outcome = 'order_closed' OR outcome = 'buyer_limit' OR
        outcome = 'buyer_stopped' OR outcome = 'risk'),
    at_us    bigint NOT NULL,
    PRIMARY KEY (slot, order_no, attempt)
);
CREATE TABLE passkey (
    slot        bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party       bigint NOT NULL CHECK (party >= 0),
    place       bigint NOT NULL CHECK (place >= 0 AND place < 10),
    no          bigint NOT NULL CHECK (no >= 0),
    digest      bytea    NOT NULL CHECK (length(digest) = 16),
    sealed_key  bytea    NOT NULL,
    sealed_name bytea    NOT NULL,
    counter     bigint NOT NULL CHECK (counter >= 0),
    added_at_us bigint NOT NULL,
    used_at_us  bigint NOT NULL,
    PRIMARY KEY (slot, party, place)
);
CREATE TABLE passkey_proof (
    slot          bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party         bigint NOT NULL CHECK (party >= 0),
    no            bigint NOT NULL CHECK (no >= 0),
    place         bigint NOT NULL CHECK (place >= 0 AND place < 10),
    passkey       bigint NOT NULL CHECK (passkey >= 0),
    about         bigint NOT NULL CHECK (about >= 0),
    payee         bigint NOT NULL CHECK (payee >= 0),
    currency      text COLLATE "C"    NOT NULL CHECK (currency IN ('cny', 'usd', 'jpy')),
    amount_minor  bigint NOT NULL CHECK (amount_minor >= 0),
    expires_at_us bigint NOT NULL, act text COLLATE "C" NOT NULL DEFAULT 'pay_from_balance' CHECK (
    act = 'pay_from_balance' OR act = 'pay_by_card' OR act = 'transfer' OR act = 'top_up' OR act = 'withdraw' OR
    act = 'sign' OR act = 'freeze'), card bigint CHECK (card >= 0), delay_us bigint NOT NULL DEFAULT 0 CHECK (delay_us >= 0),
    PRIMARY KEY (slot, party, no)
);
CREATE TABLE settlement_batch (
    slot           bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    seller         bigint NOT NULL CHECK (seller >= 0),
    currency       text COLLATE "C"    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    sold_on        bigint NOT NULL,
    sales          bigint NOT NULL CHECK (sales > 0),
    gross_minor    bigint NOT NULL CHECK (gross_minor > 0),
    fee_minor      bigint NOT NULL CHECK (fee_minor >= 0),
    refunded_minor bigint NOT NULL CHECK (refunded_minor >= 0),
    fee_back_minor bigint NOT NULL CHECK (fee_back_minor >= 0),
    hold           bigint,
    timer          bigint,
    settled_at_us  bigint,
    PRIMARY KEY (slot, seller, currency, sold_on),
    CHECK (gross_minor + fee_back_minor >= fee_minor + refunded_minor),
    CHECK ((timer IS NULL) = (settled_at_us IS NOT NULL)),
    CHECK (settled_at_us IS NULL OR hold IS NULL)
);
CREATE TABLE card_transfer_number (
    slot       bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    payer      bigint NOT NULL CHECK (payer >= 0),
    out_biz_no text COLLATE "C"    NOT NULL,
    no         bigint NOT NULL CHECK (no >= 0),
    PRIMARY KEY (slot, payer, out_biz_no)
);
CREATE TABLE card (
    slot          bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no            bigint NOT NULL CHECK (no >= 0),
    party         bigint NOT NULL CHECK (party >= 0),
    state         text COLLATE "C"    NOT NULL CHECK (
        state = 'asked' OR state = 'bound' OR state = 'unbound' OR state = 'payee'),
    bank          text COLLATE "C"    NOT NULL,
    kind          text COLLATE "C"    NOT NULL CHECK (kind = 'debit' OR kind = 'credit'),
    last_four     text COLLATE "C"    NOT NULL,
    digest        bytea    NOT NULL CHECK (length(digest) = 16),
    agreement     text COLLATE "C",
    asked_at_us   bigint NOT NULL,
    changed_at_us bigint NOT NULL,
    PRIMARY KEY (slot, no)
);
CREATE TABLE bank_order (
    slot           bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no             bigint NOT NULL CHECK (no >= 0),
    party          bigint NOT NULL CHECK (party >= 0),
    card           bigint NOT NULL CHECK (card >= 0),
    kind           text COLLATE "C"    NOT NULL CHECK (
        kind = 'top_up' OR kind = 'withdraw' OR kind = 'pay' OR kind = 'return' OR
        kind = 'transfer'),
    state          text COLLATE "C"    NOT NULL CHECK (
        state = 'draft' OR state = 'asked' OR state = 'unknown' OR state = 'given_up' OR state = 'done' OR
        state = 'failed' OR state = 'closed' OR state = 'returning' OR state = 'returned' OR
        state = 'credited'),
    currency       text COLLATE "C"    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    amount_minor   bigint NOT NULL CHECK (amount_minor >= 0),
    fee_minor      bigint NOT NULL CHECK (fee_minor >= 0),
    free_minor     bigint NOT NULL CHECK (free_minor BETWEEN 0 AND amount_minor),
    counted_at_us  bigint,
    about          bigint CHECK (about >= 0),
    key            text COLLATE "C"    NOT NULL,
    asked_at_us    bigint NOT NULL,
    next_try_at_us bigint,
    tries          bigint NOT NULL CHECK (tries >= 0),
    bank_ref       text COLLATE "C",
    reason         text COLLATE "C"    CHECK (
        reason = 'no_money' OR reason = 'over_limit' OR reason = 'card_blocked' OR
        reason = 'agreement_ended' OR reason = 'other'),
    heard_at_us    bigint,
    timer          bigint CHECK (timer >= 0),
    gives_up_at_us bigint,
    life_minor     bigint NOT NULL DEFAULT 0 CHECK (life_minor >= 0),
    PRIMARY KEY (slot, no),
    CHECK ((timer IS NULL) = (gives_up_at_us IS NULL))
);
CREATE TABLE bank_order_key (
    slot  bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party bigint NOT NULL CHECK (party >= 0),
    kind  text COLLATE "C"    NOT NULL CHECK (
        kind = 'top_up' OR kind = 'withdraw' OR kind = 'pay' OR kind = 'return' OR kind = 'transfer'),
    key   text COLLATE "C"    NOT NULL,
    no    bigint NOT NULL CHECK (no >= 0),
    PRIMARY KEY (slot, party, kind, key)
);
CREATE TABLE screen_list (
    slot            bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    version         bigint NOT NULL CHECK (version > 0),
    digest          bytea    NOT NULL CHECK (length(digest) = 32),
    entries         bigint NOT NULL CHECK (entries > 0),
    threshold       bigint NOT NULL CHECK (threshold BETWEEN 700 AND 1000),
    proposed_by     text COLLATE "C"    NOT NULL,
    approved_by     text COLLATE "C"    NOT NULL,
    effective_at_us bigint NOT NULL,
    PRIMARY KEY (slot, version),
    CHECK (proposed_by <> approved_by)
);
CREATE TABLE screen_proposal (
    slot           bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    version        bigint NOT NULL CHECK (version >= 0),
    digest         bytea    NOT NULL CHECK (length(digest) = 32),
    entries        bigint NOT NULL CHECK (entries >= 0),
    threshold      bigint NOT NULL CHECK (threshold >= 0),
    proposed_by    text COLLATE "C"    NOT NULL,
    proposed_at_us bigint NOT NULL,
    PRIMARY KEY (slot, version)
);
CREATE TABLE screening (
    slot     bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party    bigint NOT NULL CHECK (party >= 0),
    about    text COLLATE "C"    NOT NULL,
    version  bigint NOT NULL CHECK (version >= 0),
    name     bytea    NOT NULL CHECK (length(name) = 16),
    at_us    bigint NOT NULL,
    subjects text COLLATE "C"    NOT NULL,
    PRIMARY KEY (slot, party, about)
);
CREATE TABLE screen_hit (
    slot    bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party   bigint NOT NULL CHECK (party >= 0),
    subject text COLLATE "C"    NOT NULL,
    no      bigint NOT NULL CHECK (no >= 0),
    at_us   bigint NOT NULL,
    about   text COLLATE "C"    NOT NULL,
    name    bytea    NOT NULL CHECK (length(name) = 16),
    version bigint NOT NULL CHECK (version >= 0),
    entry   text COLLATE "C"    NOT NULL,
    alias   bigint NOT NULL CHECK (alias >= 0),
    score   bigint NOT NULL CHECK (score >= 0),
    measure text COLLATE "C"    NOT NULL CHECK (
        measure = 'han' OR measure = 'han_variant' OR measure = 'tokens' OR measure = 'part' OR measure = 'joined' OR
        measure = 'number' OR measure = 'account'),
    matched text COLLATE "C"    NOT NULL,
    PRIMARY KEY (slot, party, subject)
);
CREATE TABLE usage (
    slot      bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party     bigint NOT NULL CHECK (party >= 0),
    kind      text COLLATE "C"    NOT NULL CHECK (
        kind = 'transfer_day' OR kind = 'transfer_month' OR kind = 'withdraw_day' OR kind = 'withdraw_free' OR
        kind = 'balance_year' OR kind = 'balance_life' OR kind = 'card_day' OR kind = 'card_month' OR
        kind = 'receive_day' OR kind = 'receive_month'),
    period    bigint NOT NULL CHECK (period >= 0),
    count     bigint NOT NULL CHECK (count >= 0),
    sum_minor bigint NOT NULL CHECK (sum_minor >= 0),
    PRIMARY KEY (slot, party, kind, period)
);
CREATE TABLE suspense_proposal (
    slot           bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    account        text COLLATE "C"    NOT NULL,
    day            bigint NOT NULL CHECK (day >= 0),
    serial         bigint NOT NULL CHECK (serial >= 0),
    way            text COLLATE "C"    NOT NULL CHECK (way = 'given_back' OR way = 'own' OR way = 'matched'),
    bank_order     bigint CHECK (bank_order >= 0),
    reason         text COLLATE "C"    NOT NULL,
    operator       text COLLATE "C"    NOT NULL,
    proposed_at_us bigint NOT NULL,
    PRIMARY KEY (slot, account, day, serial)
);
CREATE TABLE merchant_store (
    slot          bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    seller        bigint NOT NULL CHECK (seller >= 0),
    store_id      text COLLATE "C"    NOT NULL,
    name          text COLLATE "C"    NOT NULL,
    opened_at_us  bigint NOT NULL,
    changed_at_us bigint NOT NULL,
    closed_at_us  bigint,
    PRIMARY KEY (slot, seller, store_id)
);
CREATE TABLE operator (
    slot        bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    name        text COLLATE "C"    NOT NULL,
    role        text COLLATE "C"    NOT NULL CHECK (
        role = 'viewer' OR role = 'clerk' OR role = 'risk_officer' OR role = 'treasurer' OR role = 'admin'),
    active      bigint NOT NULL CHECK (active = 0 OR active = 1),
    proposed_by text COLLATE "C",
    approved_by text COLLATE "C",
    since_us    bigint NOT NULL,
    PRIMARY KEY (slot, name)
);
CREATE TABLE operator_proposal (
    slot           bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    name           text COLLATE "C"    NOT NULL,
    role           text COLLATE "C"    NOT NULL CHECK (
        role = 'viewer' OR role = 'clerk' OR role = 'risk_officer' OR role = 'treasurer' OR role = 'admin'),
    active         bigint NOT NULL CHECK (active = 0 OR active = 1),
    proposed_by    text COLLATE "C"    NOT NULL,
    proposed_at_us bigint NOT NULL,
    PRIMARY KEY (slot, name)
);
CREATE TABLE operator_book (
    slot      bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    operators bigint NOT NULL CHECK (operators >= 0),
    admins    bigint NOT NULL CHECK (admins >= 0),
    PRIMARY KEY (slot)
);
CREATE TABLE transfer_batch (
    slot         bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no           bigint NOT NULL CHECK (no >= 0),
    payer        bigint NOT NULL CHECK (payer >= 0),
    app          bigint NOT NULL CHECK (app >= 0),
    out_batch_no text COLLATE "C"    NOT NULL,
    said         bytea    NOT NULL CHECK (length(said) = 16),
    product      text COLLATE "C"    NOT NULL CHECK (product = 'api_to_acc' OR product = 'pay_v2'),
    scene        text COLLATE "C"    NOT NULL CHECK (scene = 'approved' OR scene = 'direct'),
    currency     text COLLATE "C"    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    count        bigint NOT NULL CHECK (count > 0),
    total_minor  bigint NOT NULL CHECK (total_minor > 0),
    title        text COLLATE "C",
    remark       text COLLATE "C",
    passback     text COLLATE "C",
    state        text COLLATE "C"    NOT NULL CHECK (
        state = 'wait_pay' OR state = 'dealing' OR state = 'success' OR state = 'part_success' OR state = 'fail' OR
        state = 'disused'),
    started      bigint NOT NULL CHECK (started >= 0),
    done         bigint NOT NULL CHECK (done >= 0),
    done_minor   bigint NOT NULL CHECK (done_minor >= 0),
    failed       bigint NOT NULL CHECK (failed >= 0),
    failed_minor bigint NOT NULL CHECK (failed_minor >= 0),
    notify_url   text COLLATE "C",
    gbk          bigint NOT NULL CHECK (gbk IN (0, 1)),
    rsa1         bigint NOT NULL CHECK (rsa1 IN (0, 1)),
    opened_at_us bigint NOT NULL,
    begun_at_us  bigint,
    due_at_us    bigint,
    ended_at_us  bigint,
    timer        bigint CHECK (timer >= 0),
    PRIMARY KEY (slot, no),
    CHECK (done + failed <= started AND started <= count),
    CHECK ((timer IS NULL) = (due_at_us IS NULL)),
    CHECK ((state = 'wait_pay' OR state = 'dealing') = (ended_at_us IS NULL))
);
CREATE TABLE transfer_batch_number (
    slot         bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    payer        bigint NOT NULL CHECK (payer >= 0),
    out_batch_no text COLLATE "C"    NOT NULL,
    no           bigint NOT NULL CHECK (no >= 0),
    PRIMARY KEY (slot, payer, out_batch_no)
);
CREATE TABLE transfer_batch_detail (
    slot           bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    batch          bigint NOT NULL CHECK (batch >= 0),
    line           bigint NOT NULL CHECK (line >= 0),
    out_biz_no     text COLLATE "C"    NOT NULL,
    named          bytea    NOT NULL CHECK (length(named) = 16),
    currency       text COLLATE "C"    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    amount_minor   bigint NOT NULL CHECK (amount_minor > 0),
    title          text COLLATE "C",
    remark         text COLLATE "C",
    payee          bigint CHECK (payee >= 0),
    card_digest    bytea    CHECK (length(card_digest) = 16),
    card_bank      text COLLATE "C",
    card_last_four text COLLATE "C",
    card_agreement text COLLATE "C",
    card_number    bytea    CHECK (length(card_number) = 16),
    screen_version bigint CHECK (screen_version >= 0),
    unknown        text COLLATE "C"    CHECK (
        unknown = 'not_found' OR unknown = 'name_differs' OR unknown = 'card_wrong' OR unknown = 'listed'),
    state          text COLLATE "C"    NOT NULL CHECK (
        state = 'waiting' OR state = 'under_way' OR state = 'done' OR state = 'failed'),
    failure        text COLLATE "C"    CHECK (
        failure = 'payer_not_found' OR failure = 'number_taken' OR failure = 'payee_not_found' OR
        failure = 'payee_name_differs' OR failure = 'payee_blocked' OR failure = 'payee_is_payer' OR
        failure = 'not_signed' OR failure = 'payer_blocked' OR failure = 'payer_stopped' OR failure = 'too_small' OR
        failure = 'too_large' OR failure = 'day_limit' OR failure = 'month_limit' OR failure = 'balance_too_low' OR
        failure = 'risk' OR failure = 'card_wrong' OR failure = 'too_many_names' OR failure = 'bank_card' OR failure = 'bank_limit' OR
        failure = 'bank_refused'),
    transfer       bigint CHECK (transfer >= 0),
    ended_at_us    bigint,
    PRIMARY KEY (slot, batch, line),
    CHECK ((payee IS NOT NULL)::int + (card_digest IS NOT NULL)::int + (unknown IS NOT NULL)::int = 1),
    CHECK (card_digest IS NULL OR card_number IS NOT NULL),
    CHECK ((card_digest IS NULL) = (screen_version IS NULL)),
    CHECK ((failure IS NOT NULL) = (state = 'failed')),
    CHECK ((ended_at_us IS NOT NULL) = (state = 'done' OR state = 'failed'))
);
CREATE TABLE transfer_batch_link (
    slot  bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no    bigint NOT NULL CHECK (no >= 0),
    batch bigint NOT NULL CHECK (batch >= 0),
    line  bigint NOT NULL CHECK (line >= 0),
    PRIMARY KEY (slot, no)
);
CREATE TABLE timer (
    slot      bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    due_at_us bigint NOT NULL,
    no        bigint NOT NULL CHECK (no >= 0),
    task      text COLLATE "C"    NOT NULL CHECK (
        task = 'expire_order' OR task = 'forget_code' OR task = 'forget_attempt' OR
        task = 'end_agreement' OR task = 'escrow_step' OR task = 'expire_freeze' OR
        task = 'end_freeze' OR task = 'free_splits' OR task = 'transfer_clock' OR
        task = 'give_up_bank_order' OR task = 'settle_sales' OR task = 'batch_clock'),
    order_no  bigint CHECK (order_no >= 0),
    code      bytea    CHECK (length(code) = 16),
    party     bigint CHECK (party >= 0),
    attempt   bigint CHECK (attempt >= 0),
    PRIMARY KEY (slot, due_at_us, no)
);
CREATE TABLE party (
    slot         bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    id           bigint NOT NULL CHECK (id >= 0),
    kind         text COLLATE "C"    NOT NULL CHECK (kind IN ('person', 'merchant')),
    status       text COLLATE "C"    NOT NULL CHECK (status IN ('normal', 'frozen', 'closed', 'stopped')),
    login        text COLLATE "C"    NOT NULL,
    name         text COLLATE "C"    NOT NULL,
    opened_at_us bigint NOT NULL,
    class        text COLLATE "C"    NOT NULL CHECK (
        class = 'merchant' OR class = 'sandbox' OR class = 'unverified' OR class = 'one' OR class = 'two' OR
        class = 'three'),
    login_masked text COLLATE "C",
    stop         text COLLATE "C"    NOT NULL CHECK (
        stop = 'nobody' OR stop = 'owner' OR stop = 'operator' OR stop = 'both' OR stop = 'list' OR
        stop = 'owner_list' OR stop = 'operator_list' OR stop = 'all'),
    proofs_after bigint NOT NULL CHECK (proofs_after >= 0),
    PRIMARY KEY (slot, id)
);
CREATE TABLE screen_release (
    slot           bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party          bigint NOT NULL CHECK (party >= 0),
    subject        text COLLATE "C"    NOT NULL,
    proposed_by    text COLLATE "C"    NOT NULL,
    proposed_at_us bigint NOT NULL,
    PRIMARY KEY (slot, party, subject)
);
CREATE TABLE card_guess (
    slot   bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    app    bigint NOT NULL CHECK (app >= 0),
    number bytea    NOT NULL CHECK (length(number) = 16),
    day    bigint NOT NULL CHECK (day >= 0),
    count  bigint NOT NULL CHECK (count >= 0),
    named  bytea    NOT NULL CHECK (length(named) = 16),
    PRIMARY KEY (slot, app, number)
);
CREATE TABLE person_spend (
    slot         bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    identity     bytea    NOT NULL CHECK (length(identity) = 16),
    bank_order   bigint NOT NULL CHECK (bank_order >= 0),
    kind         text COLLATE "C"    NOT NULL CHECK (kind = 'card' OR kind = 'withdraw'),
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
    at_us        bigint NOT NULL,
    ask          bigint NOT NULL CHECK (ask >= 0),
    PRIMARY KEY (slot, identity, bank_order)
);
CREATE TABLE person_count (
    slot      bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    identity  bytea    NOT NULL CHECK (length(identity) = 16),
    kind      text COLLATE "C"    NOT NULL CHECK (
        kind = 'transfer_day' OR kind = 'transfer_month' OR kind = 'withdraw_day' OR kind = 'withdraw_free' OR
        kind = 'balance_year' OR kind = 'balance_life' OR kind = 'card_day' OR kind = 'card_month' OR
        kind = 'receive_day' OR kind = 'receive_month'),
    period    bigint NOT NULL CHECK (period >= 0),
    count     bigint NOT NULL CHECK (count >= 0),
    sum_minor bigint NOT NULL CHECK (sum_minor >= 0),
    PRIMARY KEY (slot, identity, kind, period)
);
CREATE TABLE card_transfer (
    slot           bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no             bigint NOT NULL CHECK (no >= 0),
    payer          bigint NOT NULL CHECK (payer >= 0),
    app            bigint NOT NULL CHECK (app >= 0),
    out_biz_no     text COLLATE "C"    NOT NULL,
    named          bytea    NOT NULL CHECK (length(named) = 16),
    currency       text COLLATE "C"    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    amount_minor   bigint NOT NULL CHECK (amount_minor > 0),
    fee_minor      bigint NOT NULL CHECK (fee_minor >= 0),
    card           bigint NOT NULL CHECK (card >= 0),
    bank_order     bigint NOT NULL CHECK (bank_order >= 0),
    title          text COLLATE "C",
    remark         text COLLATE "C",
    passback       text COLLATE "C",
    state          text COLLATE "C"    NOT NULL CHECK (
        state = 'under_way' OR state = 'done' OR state = 'failed' OR
        state = 'refunded'),
    notify_url     text COLLATE "C",
    gbk            bigint NOT NULL CHECK (gbk IN (0, 1)),
    rsa1           bigint NOT NULL CHECK (rsa1 IN (0, 1)),
    paid_at_us     bigint NOT NULL,
    ended_at_us    bigint,
    returned_at_us bigint,
    odd_lines      bigint NOT NULL CHECK (odd_lines >= 0),
    PRIMARY KEY (slot, no),
    CHECK ((state = 'under_way') = (ended_at_us IS NULL)),
    CHECK ((state = 'refunded') = (returned_at_us IS NOT NULL))
);
CREATE TABLE statement_line (
    slot           bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    account        text COLLATE "C"    NOT NULL,
    day            bigint NOT NULL CHECK (day >= 0),
    serial         bigint NOT NULL CHECK (serial >= 1),
    of_lines       bigint NOT NULL CHECK (of_lines >= serial),
    value_day      bigint NOT NULL CHECK (value_day >= 0),
    order_key      text COLLATE "C"    NOT NULL,
    reference      text COLLATE "C"    NOT NULL,
    is_credit      bigint NOT NULL CHECK (is_credit IN (0, 1)),
    currency       text COLLATE "C"    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    amount_minor   bigint NOT NULL CHECK (amount_minor >= 0),
    class          text COLLATE "C"    NOT NULL CHECK (
        class = 'theirs_only' OR class = 'currency_differs' OR class = 'sign_differs' OR class = 'amount_differs' OR
        class = 'never_sent' OR class = 'duplicate' OR class = 'against_word' OR
        class = 'late' OR class = 'matched' OR class = 'came_back'),
    bank_order     bigint CHECK (bank_order >= 0),
    imported_at_us bigint NOT NULL,
    PRIMARY KEY (slot, account, day, serial)
);
CREATE TABLE suspense (
    slot         bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    account      text COLLATE "C"    NOT NULL,
    day          bigint NOT NULL CHECK (day >= 0),
    serial       bigint NOT NULL CHECK (serial >= 0),
    class        text COLLATE "C"    NOT NULL CHECK (
        class = 'theirs_only' OR class = 'currency_differs' OR class = 'sign_differs' OR class = 'amount_differs' OR
        class = 'never_sent' OR class = 'duplicate' OR class = 'against_word' OR
        class = 'late' OR class = 'matched' OR class = 'came_back'),
    owner        text COLLATE "C"    NOT NULL CHECK (owner = 'bank' OR owner = 'customer'),
    party        bigint CHECK (party >= 0),
    is_credit    bigint NOT NULL CHECK (is_credit IN (0, 1)),
    currency     text COLLATE "C"    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
    opened_at_us bigint NOT NULL,
    PRIMARY KEY (slot, account, day, serial)
);
CREATE TABLE posting (
    slot                  bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no                    bigint NOT NULL CHECK (no >= 0),
    kind                  text COLLATE "C"    NOT NULL CHECK (
        kind = 'top_up' OR kind = 'pay_out' OR kind = 'pay_in' OR kind = 'pay_return' OR kind = 'refund_out' OR
        kind = 'refund_in' OR kind = 'refund_return' OR kind = 'escrow_in' OR kind = 'escrow_release' OR
        kind = 'escrow_out' OR kind = 'escrow_return' OR kind = 'split_out' OR kind = 'split_in' OR
        kind = 'split_return' OR kind = 'back_out' OR kind = 'back_return' OR kind = 'transfer_out' OR
        kind = 'transfer_wait' OR kind = 'transfer_send' OR kind = 'transfer_undo' OR kind = 'transfer_in' OR
        kind = 'transfer_return' OR kind = 'card_in' OR kind = 'card_out' OR kind = 'card_fee' OR
        kind = 'card_out_return' OR kind = 'card_turn' OR kind = 'card_pay' OR kind = 'card_back' OR
        kind = 'suspense_in' OR kind = 'suspense_out' OR kind = 'settle_in' OR kind = 'settle_out' OR
        kind = 'unclear_in' OR kind = 'unclear_out' OR kind = 'suspense_return' OR kind = 'suspense_kept' OR
        kind = 'suspense_borne' OR kind = 'suspense_match_in' OR kind = 'suspense_match_out' OR
        kind = 'card_sent_back' OR kind = 'suspense_sent_back'),
    business_date         bigint NOT NULL CHECK (business_date >= 0),
    order_no              bigint CHECK (order_no >= 0),
    currency              text COLLATE "C"    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    account_1             bigint CHECK (account_1 >= 0),
    side_1                text COLLATE "C"    CHECK (side_1 IN ('debit', 'credit')),
    amount_1_minor        bigint CHECK (amount_1_minor > 0),
    balance_after_1_minor bigint,
    account_2             bigint CHECK (account_2 >= 0),
    side_2                text COLLATE "C"    CHECK (side_2 IN ('debit', 'credit')),
    amount_2_minor        bigint CHECK (amount_2_minor > 0),
    balance_after_2_minor bigint,
    account_3             bigint CHECK (account_3 >= 0),
    side_3                text COLLATE "C"    CHECK (side_3 IN ('debit', 'credit')),
    amount_3_minor        bigint CHECK (amount_3_minor > 0),
    balance_after_3_minor bigint,
    account_4             bigint CHECK (account_4 >= 0),
    side_4                text COLLATE "C"    CHECK (side_4 IN ('debit', 'credit')),
    amount_4_minor        bigint CHECK (amount_4_minor > 0),
    balance_after_4_minor bigint,
    PRIMARY KEY (slot, no),
    CHECK (account_1 IS NOT NULL AND account_2 IS NOT NULL),
    CHECK ((account_1 IS NULL)::int + (side_1 IS NULL)::int
         + (amount_1_minor IS NULL)::int + (balance_after_1_minor IS NULL)::int IN (0, 4)),
    CHECK ((account_2 IS NULL)::int + (side_2 IS NULL)::int
         + (amount_2_minor IS NULL)::int + (balance_after_2_minor IS NULL)::int IN (0, 4)),
    CHECK ((account_3 IS NULL)::int + (side_3 IS NULL)::int
         + (amount_3_minor IS NULL)::int + (balance_after_3_minor IS NULL)::int IN (0, 4)),
    CHECK ((account_4 IS NULL)::int + (side_4 IS NULL)::int
         + (amount_4_minor IS NULL)::int + (balance_after_4_minor IS NULL)::int IN (0, 4)),
    CHECK (CASE side_1 WHEN 'debit' THEN amount_1_minor WHEN 'credit' THEN -amount_1_minor ELSE 0 END
         + CASE side_2 WHEN 'debit' THEN amount_2_minor WHEN 'credit' THEN -amount_2_minor ELSE 0 END
         + CASE side_3 WHEN 'debit' THEN amount_3_minor WHEN 'credit' THEN -amount_3_minor ELSE 0 END
         + CASE side_4 WHEN 'debit' THEN amount_4_minor WHEN 'credit' THEN -amount_4_minor ELSE 0 END = 0)
);
CREATE TABLE merchant_staff (
    slot     bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    seller   bigint NOT NULL CHECK (seller >= 0),
    "user"     bigint NOT NULL CHECK ("user" >= 0),
    role     text COLLATE "C"    NOT NULL CHECK (
        role = 'owner' OR role = 'manager' OR role = 'finance' OR role = 'till' OR role = 'developer' OR
        role = 'viewer'),
    active   bigint NOT NULL CHECK (active = 0 OR active = 1),
    set_by   bigint CHECK (set_by >= 0),
    since_us bigint NOT NULL,
    PRIMARY KEY (slot, seller, "user")
);
CREATE TABLE staff_book (
    slot   bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    seller bigint NOT NULL CHECK (seller >= 0),
    staff  bigint NOT NULL CHECK (staff >= 0),
    owners bigint NOT NULL CHECK (owners >= 0),
    ever   bigint NOT NULL CHECK (ever >= 0),
    acts   bigint NOT NULL CHECK (acts >= 0),
    PRIMARY KEY (slot, seller)
);
CREATE TABLE staff_place (
    slot   bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    "user"   bigint NOT NULL CHECK ("user" >= 0),
    seller bigint NOT NULL CHECK (seller >= 0),
    role   text COLLATE "C"    NOT NULL CHECK (
        role = 'owner' OR role = 'manager' OR role = 'finance' OR role = 'till' OR role = 'developer' OR
        role = 'viewer'),
    active bigint NOT NULL CHECK (active = 0 OR active = 1),
    PRIMARY KEY (slot, "user", seller)
);
CREATE TABLE ops_trail (
    slot          bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    number        bigint NOT NULL CHECK (number > 0),
    at_us         bigint NOT NULL,
    operator      text COLLATE "C"    NOT NULL,
    act           text COLLATE "C"    NOT NULL,
    subject       text COLLATE "C"    NOT NULL,
    digest        bytea    NOT NULL CHECK (length(digest) = 32),
    outcome       text COLLATE "C"    NOT NULL,
    asked_no      bigint CHECK (asked_no > 0 AND asked_no < number),
    previous_hash bytea    NOT NULL CHECK (length(previous_hash) = 32),
    hash          bytea    NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (slot, number),
    CHECK ((outcome = 'asked') = (asked_no IS NULL))
);
CREATE TABLE ops_trail_head (
    slot bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    last bigint NOT NULL CHECK (last > 0),
    hash bytea    NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (slot)
);
CREATE TABLE staff_act (
    slot    bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    seller  bigint NOT NULL CHECK (seller >= 0),
    number  bigint NOT NULL CHECK (number > 0),
    at_us   bigint NOT NULL,
    "user"    bigint NOT NULL CHECK ("user" >= 0),
    act     text COLLATE "C"    NOT NULL,
    subject text COLLATE "C"    NOT NULL,
    PRIMARY KEY (slot, seller, number)
);
CREATE TABLE ops_trail_open (
    slot   bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    number bigint NOT NULL CHECK (number > 0),
    PRIMARY KEY (slot, number)
);
CREATE TABLE orders (
    slot               bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no                 bigint NOT NULL CHECK (no >= 0),
    seller             bigint NOT NULL CHECK (seller >= 0),
    app                bigint NOT NULL CHECK (app >= 0),
    out_trade_no       text COLLATE "C"    NOT NULL,
    product            text COLLATE "C"    NOT NULL CHECK (
        product = 'face_to_face' OR product = 'qr_code' OR product = 'mini_program' OR product = 'app' OR
        product = 'wap' OR product = 'page' OR product = 'escrow_physical' OR product = 'escrow_virtual' OR
        product = 'escrow_auto_delivery' OR product = 'escrow_top_up' OR product = 'escrow_wholesale' OR
        product = 'escrow_cross_border' OR product = 'static_code'),
    state              text COLLATE "C"    NOT NULL CHECK (
        state = 'offered' OR state = 'wait_buyer_pay' OR state = 'paid' OR state = 'finished' OR
        state = 'closed'),
    currency           text COLLATE "C"    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    total_minor        bigint NOT NULL CHECK (total_minor >= 0),
    refunded_minor     bigint NOT NULL,
    fee_minor          bigint NOT NULL CHECK (fee_minor >= 0),
    fee_returned_minor bigint NOT NULL,
    subject            text COLLATE "C"    NOT NULL,
    body               text COLLATE "C",
    goods_detail       text COLLATE "C",
    named_buyer        bigint CHECK (named_buyer >= 0),
    buyer              bigint CHECK (buyer >= 0),
    buyer_login_masked text COLLATE "C",
    notify_url         text COLLATE "C",
    return_url         text COLLATE "C",
    quit_url           text COLLATE "C",
    charset            text COLLATE "C"    NOT NULL CHECK (charset IN ('utf8', 'gbk')),
    rsa1               bigint NOT NULL CHECK (rsa1 IN (0, 1)),
    store_id           text COLLATE "C",
    terminal_id        text COLLATE "C",
    operator_id        text COLLATE "C",
    passback_params    text COLLATE "C",
    merchant_order_no  text COLLATE "C",
    opened_at_us       bigint NOT NULL,
    created_at_us      bigint,
    expires_at_us      bigint NOT NULL,
    code_expires_at_us bigint,
    paid_at_us         bigint,
    closed_at_us       bigint,
    timer              bigint CHECK (timer >= 0),
    card               text COLLATE "C"    CHECK (card = 'debit_card' OR card = 'credit_card'),
    card_bank          text COLLATE "C",
    settled_with       bigint,
    store_name         text COLLATE "C",
    PRIMARY KEY (slot, no),
    CHECK (refunded_minor BETWEEN 0 AND total_minor),
    CHECK (fee_returned_minor BETWEEN 0 AND fee_minor)
);
CREATE TABLE static_pay (
    slot          bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    order_no      bigint NOT NULL CHECK (order_no >= 0),
    payer         bigint NOT NULL CHECK (payer >= 0),
    card          bigint CHECK (card >= 0),
    counted_at_us bigint,
    counted_minor bigint NOT NULL CHECK (counted_minor >= 0),
    PRIMARY KEY (slot, order_no)
);
CREATE TABLE static_use (
    slot      bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    payer     bigint NOT NULL CHECK (payer >= 0),
    pocket    bytea    NOT NULL CHECK (length(pocket) = 16),
    day       bigint NOT NULL CHECK (day >= 0),
    sum_minor bigint NOT NULL CHECK (sum_minor >= 0),
    PRIMARY KEY (slot, payer, pocket, day)
);
CREATE TABLE static_wait (
    slot    bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    payer   bigint NOT NULL CHECK (payer >= 0),
    waiting bigint NOT NULL CHECK (waiting >= 0),
    PRIMARY KEY (slot, payer)
);
CREATE INDEX notice_next ON notice (next_at_us) WHERE next_at_us IS NOT NULL;
CREATE INDEX notice_order ON notice (order_no);
CREATE INDEX bank_order_next ON bank_order (next_try_at_us) WHERE next_try_at_us IS NOT NULL;
CREATE INDEX timer_due ON timer (due_at_us);
CREATE INDEX trade_buyer ON trade (slot, buyer, no);
CREATE INDEX transfer_payer ON transfer (slot, payer, no);
CREATE INDEX received_payee ON received (slot, payee, no);
CREATE INDEX bank_order_party ON bank_order (slot, party, no);
CREATE INDEX mandate_buyer ON mandate (slot, buyer, no);
CREATE INDEX orders_seller ON orders (slot, seller, no);
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
SELECT to_char(to_timestamp(no / 100000000 + 28800) AT TIME ZONE 'UTC', 'YYYYMMDD') || '2200140'
           || lpad(((no / 100 + 28800000000) % 86400000000)::text, 11, '0') || lpad((no % 100)::text, 2, '0') AS trade_no,
       lpad(seller::text, 16, '0') AS seller,
       out_trade_no, product, state,
       CASE currency WHEN 'jpy' THEN total_minor::text
           ELSE (total_minor / 100)::text || '.' || lpad((total_minor % 100)::text, 2, '0') END AS total,
       CASE currency WHEN 'jpy' THEN refunded_minor::text
           ELSE (refunded_minor / 100)::text || '.' || lpad((refunded_minor % 100)::text, 2, '0') END AS refunded,
       upper(currency) AS currency,
       subject, buyer,
       to_char(to_timestamp(opened_at_us / 1000000 + 28800) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS opened_at,
       to_char(to_timestamp(created_at_us / 1000000 + 28800) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS created_at,
       to_char(to_timestamp(paid_at_us / 1000000 + 28800) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS paid_at,
       to_char(to_timestamp(closed_at_us / 1000000 + 28800) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS closed_at,
       to_char(to_timestamp(expires_at_us / 1000000 + 28800) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS expires_at
FROM orders;
