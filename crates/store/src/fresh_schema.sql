-- Of 0057_pocket_order_create ae44eeb0f972839b45e5ff996d693f8f7946522399afb81bea39eb0b3079bfab
-- Written by a program: see fresh_schema.rs.
CREATE TABLE mark (
    id       INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    sequence INTEGER NOT NULL CHECK (sequence >= 0),
    at_us    INTEGER NOT NULL,
    seq      INTEGER NOT NULL CHECK (seq >= 0),
    hash     BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE TABLE login (
    slot  INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    login TEXT    NOT NULL,
    party INTEGER NOT NULL CHECK (party >= 0),
    PRIMARY KEY (slot, login)
) STRICT, WITHOUT ROWID;
CREATE TABLE slot_head (
    slot    INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    parties INTEGER NOT NULL CHECK (parties >= 0),
    apps    INTEGER NOT NULL CHECK (apps >= 0),
    PRIMARY KEY (slot)
) STRICT, WITHOUT ROWID;
CREATE TABLE credential (
    slot            INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party           INTEGER NOT NULL CHECK (party >= 0),
    verifier        TEXT    NOT NULL,
    pepper_version  INTEGER NOT NULL CHECK (pepper_version >= 0),
    tries           INTEGER NOT NULL CHECK (tries >= 0),
    locked_until_us INTEGER NOT NULL,
    PRIMARY KEY (slot, party)
) STRICT, WITHOUT ROWID;
CREATE TABLE password_attempt (
    slot          INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party         INTEGER NOT NULL CHECK (party >= 0),
    no            INTEGER NOT NULL CHECK (no >= 0),
    about         INTEGER NOT NULL CHECK (about >= 0),
    proven        INTEGER NOT NULL CHECK (proven IN (0, 1)),
    expires_at_us INTEGER NOT NULL,
    PRIMARY KEY (slot, party, no)
) STRICT, WITHOUT ROWID;
CREATE TABLE app (
    slot           INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    id             INTEGER NOT NULL CHECK (id >= 0),
    seller         INTEGER NOT NULL CHECK (seller >= 0),
    mode           TEXT    NOT NULL CHECK (mode IN ('key', 'cert')),
    status         TEXT    NOT NULL CHECK (status IN ('online', 'disabled')),
    public_key     BLOB    NOT NULL,
    certificate    TEXT,
    cert_sn        TEXT,
    allow_rsa1     INTEGER NOT NULL CHECK (allow_rsa1 IN (0, 1)),
    sealed_aes_key BLOB,
    opened_at_us   INTEGER NOT NULL,
    PRIMARY KEY (slot, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE rulebook (
    slot                      INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    effective_at_us           INTEGER NOT NULL,
    merchant_fee_ppm          INTEGER NOT NULL CHECK (merchant_fee_ppm BETWEEN 0 AND 1000000),
    password_free_limit_minor INTEGER NOT NULL CHECK (password_free_limit_minor >= 0),
    PRIMARY KEY (slot, effective_at_us)
) STRICT, WITHOUT ROWID;
CREATE TABLE order_number (
    slot         INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    seller       INTEGER NOT NULL CHECK (seller >= 0),
    out_trade_no TEXT    NOT NULL,
    no           INTEGER NOT NULL CHECK (no >= 0),
    PRIMARY KEY (slot, seller, out_trade_no)
) STRICT, WITHOUT ROWID;
CREATE TABLE pay_code (
    slot          INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    digest        BLOB    NOT NULL CHECK (length(digest) = 16),
    party         INTEGER NOT NULL CHECK (party >= 0),
    expires_at_us INTEGER NOT NULL,
    timer         INTEGER NOT NULL CHECK (timer >= 0),
    PRIMARY KEY (slot, digest)
) STRICT, WITHOUT ROWID;
CREATE TABLE outbox (
    slot       INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    to_slot    INTEGER NOT NULL CHECK (to_slot BETWEEN 0 AND 99),
    no         INTEGER NOT NULL CHECK (no > 0),
    kind       TEXT    NOT NULL,
    parcel     BLOB    NOT NULL,
    sent_at_us INTEGER NOT NULL,
    PRIMARY KEY (slot, to_slot, no)
) STRICT, WITHOUT ROWID;
CREATE TABLE link (
    slot         INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    other        INTEGER NOT NULL CHECK (other BETWEEN 0 AND 99),
    sent         INTEGER NOT NULL CHECK (sent >= 0),
    acknowledged INTEGER NOT NULL CHECK (acknowledged BETWEEN 0 AND sent),
    received     INTEGER NOT NULL CHECK (received >= 0),
    PRIMARY KEY (slot, other)
) STRICT, WITHOUT ROWID;
CREATE TABLE "hold" (
    slot          INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no            INTEGER NOT NULL CHECK (no >= 0),
    account       INTEGER NOT NULL CHECK (account >= 0),
    currency      TEXT    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    amount_minor  INTEGER NOT NULL CHECK (amount_minor >= 0),
    state         TEXT    NOT NULL CHECK (state = 'open' OR state = 'captured' OR state = 'released'),
    changed_at_us INTEGER NOT NULL,
    PRIMARY KEY (slot, no)
) STRICT, WITHOUT ROWID;
CREATE TABLE "trade" (
    slot           INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no             INTEGER NOT NULL CHECK (no >= 0),
    buyer          INTEGER NOT NULL CHECK (buyer >= 0),
    seller         INTEGER NOT NULL CHECK (seller >= 0),
    state          TEXT    NOT NULL CHECK (state = 'waiting' OR state = 'paid' OR state = 'closed'),
    subject        TEXT    NOT NULL,
    currency       TEXT    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    total_minor    INTEGER NOT NULL CHECK (total_minor >= 0),
    refunded_minor INTEGER NOT NULL,
    created_at_us  INTEGER NOT NULL,
    paid_at_us     INTEGER,
    closed_at_us   INTEGER, bank_order INTEGER CHECK (bank_order >= 0), credit_off INTEGER NOT NULL DEFAULT 0 CHECK (credit_off = 0 OR credit_off = 1), last_try INTEGER CHECK (last_try >= 0),
    PRIMARY KEY (slot, no),
    CHECK (refunded_minor BETWEEN 0 AND total_minor)
) STRICT, WITHOUT ROWID;
CREATE TABLE "refund" (
    slot                 INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    order_no             INTEGER NOT NULL CHECK (order_no >= 0),
    out_request_no       TEXT    NOT NULL,
    state                TEXT    NOT NULL CHECK (state = 'under_way' OR state = 'done' OR state = 'returned'),
    currency             TEXT    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    amount_minor         INTEGER NOT NULL CHECK (amount_minor >= 0),
    fee_back_minor       INTEGER NOT NULL CHECK (fee_back_minor >= 0),
    refunded_after_minor INTEGER NOT NULL CHECK (refunded_after_minor >= 0),
    reason               TEXT,
    by_cancel            INTEGER NOT NULL CHECK (by_cancel IN (0, 1)),
    at_us                INTEGER NOT NULL,
    PRIMARY KEY (slot, order_no, out_request_no)
) STRICT, WITHOUT ROWID;
CREATE TABLE "top_up" (
    slot         INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party        INTEGER NOT NULL CHECK (party >= 0),
    key          TEXT    NOT NULL,
    currency     TEXT    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
    at_us        INTEGER NOT NULL,
    PRIMARY KEY (slot, party, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE "notice" (
    slot           INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no             INTEGER NOT NULL CHECK (no >= 0),
    app            INTEGER NOT NULL CHECK (app >= 0),
    order_no       INTEGER NOT NULL CHECK (order_no >= 0),
    event          TEXT    NOT NULL CHECK (
        event = 'paid' OR event = 'refunded' OR event = 'closed' OR event = 'message'),
    url            TEXT    NOT NULL,
    refunded_minor INTEGER NOT NULL CHECK (refunded_minor >= 0),
    closed         INTEGER NOT NULL CHECK (closed IN (0, 1)),
    out_biz_no     TEXT,
    happened_at_us INTEGER NOT NULL,
    state          TEXT    NOT NULL CHECK (state = 'due' OR state = 'delivered' OR state = 'given_up'),
    attempts       INTEGER NOT NULL CHECK (attempts >= 0),
    next_at_us     INTEGER,
    last_error     TEXT,
    content        TEXT,
    PRIMARY KEY (slot, no)
) STRICT, WITHOUT ROWID;
CREATE TABLE grants (
    slot            INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    owner           INTEGER NOT NULL CHECK (owner >= 0),
    app             INTEGER NOT NULL CHECK (app >= 0),
    kind            TEXT    NOT NULL CHECK (kind = 'user' OR kind = 'merchant'),
    scopes          TEXT    NOT NULL,
    own_app         INTEGER CHECK (own_app >= 0),
    granted_at_us   INTEGER NOT NULL,
    withdrawn_at_us INTEGER,
    tokens          BLOB    NOT NULL,
    PRIMARY KEY (slot, owner, app, kind)
) STRICT, WITHOUT ROWID;
CREATE TABLE token (
    slot          INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    digest        BLOB    NOT NULL CHECK (length(digest) = 16),
    role          TEXT    NOT NULL CHECK (role = 'code' OR role = 'access' OR role = 'refresh'),
    kind          TEXT    NOT NULL CHECK (kind = 'user' OR kind = 'merchant'),
    owner         INTEGER NOT NULL CHECK (owner >= 0),
    app           INTEGER NOT NULL CHECK (app >= 0),
    scopes        TEXT    NOT NULL,
    issued_at_us  INTEGER NOT NULL,
    expires_at_us INTEGER NOT NULL,
    ended_at_us   INTEGER,
    access        BLOB    CHECK (length(access) = 16),
    PRIMARY KEY (slot, digest)
) STRICT, WITHOUT ROWID;
CREATE TABLE callback (
    slot    INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    app     INTEGER NOT NULL CHECK (app >= 0),
    origins TEXT    NOT NULL,
    PRIMARY KEY (slot, app)
) STRICT, WITHOUT ROWID;
CREATE TABLE certification (
    slot           INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    id             BLOB    NOT NULL CHECK (length(id) = 16),
    seller         INTEGER NOT NULL CHECK (seller >= 0),
    app            INTEGER NOT NULL CHECK (app >= 0),
    outer_order_no TEXT    NOT NULL,
    meaning        BLOB    NOT NULL CHECK (length(meaning) = 16),
    return_url     TEXT,
    state          TEXT    NOT NULL CHECK (state = 'started' OR state = 'passed' OR state = 'failed'),
    opened_at_us   INTEGER NOT NULL,
    expires_at_us  INTEGER NOT NULL,
    decided_at_us  INTEGER,
    PRIMARY KEY (slot, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE agreement (
    slot                  INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no                    INTEGER NOT NULL CHECK (no >= 0),
    seller                INTEGER NOT NULL CHECK (seller >= 0),
    app                   INTEGER NOT NULL CHECK (app >= 0),
    product               TEXT    NOT NULL CHECK (product = 'cycle_pay' OR product = 'withholding'),
    sign_scene            TEXT    NOT NULL,
    external_agreement_no TEXT,
    external_logon_id     TEXT,
    currency              TEXT    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    period_unit           TEXT    CHECK (period_unit = 'day' OR period_unit = 'month'),
    period_every          INTEGER CHECK (period_every >= 0),
    first_day             INTEGER CHECK (first_day >= 0),
    single_minor          INTEGER CHECK (single_minor >= 0),
    total_minor           INTEGER CHECK (total_minor >= 0),
    payments              INTEGER CHECK (payments >= 0),
    validity_unit         TEXT    CHECK (validity_unit = 'day' OR validity_unit = 'month'),
    validity_count        INTEGER CHECK (validity_count >= 0),
    notify_url            TEXT,
    return_url            TEXT,
    charset               TEXT    NOT NULL CHECK (charset = 'utf8' OR charset = 'gbk'),
    rsa1                  INTEGER NOT NULL CHECK (rsa1 IN (0, 1)),
    offered_at_us         INTEGER NOT NULL,
    sign_until_us         INTEGER NOT NULL,
    timer                 INTEGER CHECK (timer >= 0),
    asked                 INTEGER CHECK (asked >= 0),
    buyer                 INTEGER CHECK (buyer >= 0),
    buyer_login_masked    TEXT,
    signed_at_us          INTEGER,
    invalid_at_us         INTEGER,
    state                 TEXT    NOT NULL CHECK (state = 'temp' OR state = 'normal' OR state = 'stop'),
    version               INTEGER NOT NULL CHECK (version >= 0),
    debited_minor         INTEGER NOT NULL CHECK (debited_minor >= 0),
    debits                INTEGER NOT NULL CHECK (debits >= 0),
    plan_from             INTEGER CHECK (plan_from >= 0),
    plan_step             INTEGER NOT NULL CHECK (plan_step >= 0),
    last_debit_at_us      INTEGER,
    ended_at_us           INTEGER,
    ended_by              TEXT    CHECK (ended_by = 'merchant' OR ended_by = 'buyer' OR ended_by = 'validity'),
    sign_notice           INTEGER CHECK (sign_notice >= 0),
    PRIMARY KEY (slot, no)
) STRICT, WITHOUT ROWID;
CREATE TABLE mandate (
    slot                  INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no                    INTEGER NOT NULL CHECK (no >= 0),
    buyer                 INTEGER NOT NULL CHECK (buyer >= 0),
    seller                INTEGER NOT NULL CHECK (seller >= 0),
    product               TEXT    NOT NULL CHECK (product = 'cycle_pay' OR product = 'withholding'),
    sign_scene            TEXT    NOT NULL,
    external_agreement_no TEXT,
    currency              TEXT    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    period_unit           TEXT    CHECK (period_unit = 'day' OR period_unit = 'month'),
    period_every          INTEGER CHECK (period_every >= 0),
    first_day             INTEGER CHECK (first_day >= 0),
    single_minor          INTEGER CHECK (single_minor >= 0),
    total_minor           INTEGER CHECK (total_minor >= 0),
    payments              INTEGER CHECK (payments >= 0),
    signed_at_us          INTEGER NOT NULL,
    invalid_at_us         INTEGER NOT NULL,
    timer                 INTEGER CHECK (timer >= 0),
    state                 TEXT    NOT NULL CHECK (state = 'temp' OR state = 'normal' OR state = 'stop'),
    version               INTEGER NOT NULL CHECK (version >= 0),
    debited_minor         INTEGER NOT NULL CHECK (debited_minor >= 0),
    debits                INTEGER NOT NULL CHECK (debits >= 0),
    plan_from             INTEGER CHECK (plan_from >= 0),
    plan_step             INTEGER NOT NULL CHECK (plan_step >= 0),
    last_debit_at_us      INTEGER,
    ended_at_us           INTEGER,
    ended_by              TEXT    CHECK (ended_by = 'merchant' OR ended_by = 'buyer' OR ended_by = 'validity'),
    PRIMARY KEY (slot, no)
) STRICT, WITHOUT ROWID;
CREATE TABLE agreement_name (
    slot  INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    owner INTEGER NOT NULL CHECK (owner >= 0),
    name  TEXT    NOT NULL,
    no    INTEGER NOT NULL CHECK (no >= 0),
    PRIMARY KEY (slot, owner, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE debit (
    slot         INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    order_no     INTEGER NOT NULL CHECK (order_no >= 0),
    agreement_no INTEGER NOT NULL CHECK (agreement_no >= 0),
    PRIMARY KEY (slot, order_no)
) STRICT, WITHOUT ROWID;
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
CREATE TABLE freeze (
    slot               INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no                 INTEGER NOT NULL CHECK (no >= 0),
    seller             INTEGER NOT NULL CHECK (seller >= 0),
    app                INTEGER NOT NULL CHECK (app >= 0),
    out_order_no       TEXT    NOT NULL,
    out_request_no     TEXT    NOT NULL,
    operation          INTEGER NOT NULL CHECK (operation >= 0),
    way                TEXT    NOT NULL CHECK (way = 'code' OR way = 'voucher' OR way = 'app'),
    product            TEXT    NOT NULL CHECK (
        product = 'pre_auth' OR product = 'pre_auth_online' OR product = 'preauth_pay'),
    state              TEXT    NOT NULL CHECK (
        state = 'init' OR state = 'authorized' OR state = 'finish' OR state = 'closed'),
    currency           TEXT    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    amount_minor       INTEGER NOT NULL CHECK (amount_minor >= 0),
    frozen_minor       INTEGER NOT NULL CHECK (frozen_minor >= 0),
    rest_minor         INTEGER NOT NULL CHECK (rest_minor >= 0),
    unfrozen_minor     INTEGER NOT NULL CHECK (unfrozen_minor >= 0),
    paid_minor         INTEGER NOT NULL CHECK (paid_minor >= 0),
    under_way          INTEGER NOT NULL CHECK (under_way >= 0),
    title              TEXT    NOT NULL,
    payer              INTEGER CHECK (payer >= 0),
    payer_login_masked TEXT,
    notify_url         TEXT,
    charset            TEXT    NOT NULL CHECK (charset = 'utf8' OR charset = 'gbk'),
    rsa1               INTEGER NOT NULL CHECK (rsa1 IN (0, 1)),
    attempt            BLOB    CHECK (length(attempt) = 16),
    opened_at_us       INTEGER NOT NULL,
    expires_at_us      INTEGER NOT NULL,
    frozen_at_us       INTEGER,
    ends_at_us         INTEGER,
    closed_at_us       INTEGER,
    cancelled          INTEGER NOT NULL CHECK (cancelled IN (0, 1)),
    timer              INTEGER CHECK (timer >= 0),
    PRIMARY KEY (slot, no),
    CONSTRAINT adds_up CHECK (frozen_minor = rest_minor + unfrozen_minor + paid_minor)
) STRICT, WITHOUT ROWID;
CREATE TABLE freeze_operation (
    slot             INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    freeze           INTEGER NOT NULL CHECK (freeze >= 0),
    no               INTEGER NOT NULL CHECK (no >= 0),
    kind             TEXT    NOT NULL CHECK (kind = 'freeze' OR kind = 'unfreeze' OR kind = 'pay'),
    out_request_no   TEXT    NOT NULL,
    by               TEXT    NOT NULL CHECK (
        by = 'merchant' OR by = 'cancel' OR by = 'completion' OR by = 'end'),
    state            TEXT    NOT NULL CHECK (state = 'under_way' OR state = 'done' OR state = 'returned'),
    currency         TEXT    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    amount_minor     INTEGER NOT NULL CHECK (amount_minor >= 0),
    rest_after_minor INTEGER NOT NULL CHECK (rest_after_minor >= 0),
    remark           TEXT,
    order_no         INTEGER CHECK (order_no >= 0),
    notify_url       TEXT,
    at_us            INTEGER NOT NULL,
    done_at_us       INTEGER,
    PRIMARY KEY (slot, freeze, no)
) STRICT, WITHOUT ROWID;
CREATE TABLE freeze_number (
    slot           INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    seller         INTEGER NOT NULL CHECK (seller >= 0),
    out_order_no   TEXT    NOT NULL,
    kind           TEXT    NOT NULL CHECK (kind = 'freeze' OR kind = 'unfreeze' OR kind = 'pay'),
    out_request_no TEXT    NOT NULL,
    freeze         INTEGER NOT NULL CHECK (freeze >= 0),
    operation      INTEGER NOT NULL CHECK (operation >= 0),
    PRIMARY KEY (slot, seller, out_order_no, kind, out_request_no)
) STRICT, WITHOUT ROWID;
CREATE TABLE frozen (
    slot          INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no            INTEGER NOT NULL CHECK (no >= 0),
    payer         INTEGER NOT NULL CHECK (payer >= 0),
    seller        INTEGER NOT NULL CHECK (seller >= 0),
    state         TEXT    NOT NULL CHECK (state = 'waiting' OR state = 'held' OR state = 'over'),
    title         TEXT    NOT NULL,
    currency      TEXT    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    amount_minor  INTEGER NOT NULL CHECK (amount_minor >= 0),
    held_minor    INTEGER NOT NULL CHECK (held_minor >= 0),
    hold          INTEGER CHECK (hold >= 0),
    since_us INTEGER NOT NULL,
    changed_at_us INTEGER NOT NULL,
    PRIMARY KEY (slot, no)
) STRICT, WITHOUT ROWID;
CREATE TABLE signing (
    slot                  INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    order_no              INTEGER NOT NULL CHECK (order_no >= 0),
    product               TEXT    NOT NULL CHECK (product = 'cycle_pay' OR product = 'withholding'),
    sign_scene            TEXT    NOT NULL,
    external_agreement_no TEXT,
    external_logon_id     TEXT,
    currency              TEXT    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    period_unit           TEXT    CHECK (period_unit = 'day' OR period_unit = 'month'),
    period_every          INTEGER CHECK (period_every >= 0),
    first_day             INTEGER CHECK (first_day >= 0),
    single_minor          INTEGER CHECK (single_minor >= 0),
    total_minor           INTEGER CHECK (total_minor >= 0),
    payments              INTEGER CHECK (payments >= 0),
    validity_unit         TEXT    CHECK (validity_unit = 'day' OR validity_unit = 'month'),
    validity_count        INTEGER CHECK (validity_count >= 0),
    notify_url            TEXT,
    agreement_no          INTEGER CHECK (agreement_no >= 0),
    refused               TEXT    CHECK (refused = 'seller_blocked' OR refused = 'number_taken'
                                         OR refused = 'buyer_blocked' OR refused = 'same_in_force'),
    PRIMARY KEY (slot, order_no)
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
CREATE TABLE "split_book" (
    slot          INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    order_no      INTEGER NOT NULL CHECK (order_no >= 0),
    currency      TEXT    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    freeze        INTEGER NOT NULL CHECK (freeze IN (0, 1)),
    hold          INTEGER CHECK (hold >= 0),
    timer         INTEGER CHECK (timer >= 0),
    freed         INTEGER NOT NULL CHECK (freed IN (0, 1)),
    split_minor   INTEGER NOT NULL CHECK (split_minor >= 0),
    splits        INTEGER NOT NULL CHECK (splits >= 0),
    finished      INTEGER NOT NULL CHECK (finished IN (0, 1)),
    giving_minor  INTEGER NOT NULL CHECK (giving_minor >= 0),
    fee_due_minor INTEGER NOT NULL CHECK (fee_due_minor >= 0),
    PRIMARY KEY (slot, order_no),
    CHECK ((hold IS NULL) = (timer IS NULL))
) STRICT, WITHOUT ROWID;
CREATE TABLE "split" (
    slot           INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    order_no       INTEGER NOT NULL CHECK (order_no >= 0),
    place          INTEGER NOT NULL CHECK (place >= 0),
    kind           TEXT    NOT NULL CHECK (kind = 'out' OR kind = 'back'),
    out_request_no TEXT    NOT NULL,
    refund_minor   INTEGER CHECK (refund_minor >= 0),
    reason         TEXT,
    lines          INTEGER NOT NULL CHECK (lines >= 0),
    open           INTEGER NOT NULL CHECK (open BETWEEN 0 AND lines),
    finish         INTEGER NOT NULL CHECK (finish IN (0, 1)),
    at_us          INTEGER NOT NULL,
    made_at_us     INTEGER,
    undone_at_us   INTEGER,
    PRIMARY KEY (slot, order_no, place),
    CHECK ((kind = 'back') = (refund_minor IS NOT NULL)),
    CHECK (made_at_us IS NOT NULL OR undone_at_us IS NULL)
) STRICT, WITHOUT ROWID;
CREATE TABLE "split_line" (
    slot         INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    order_no     INTEGER NOT NULL CHECK (order_no >= 0),
    place        INTEGER NOT NULL CHECK (place >= 0),
    line         INTEGER NOT NULL CHECK (line >= 0),
    receiver     INTEGER NOT NULL CHECK (receiver >= 0),
    currency     TEXT    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
    state        TEXT    NOT NULL CHECK (
        state = 'under_way' OR state = 'done' OR state = 'returned' OR state = 'asked' OR state = 'taken' OR
        state = 'refused' OR state = 'returning' OR state = 'restoring' OR state = 'kept'),
    at_us        INTEGER NOT NULL,
    PRIMARY KEY (slot, order_no, place, line)
) STRICT, WITHOUT ROWID;
CREATE TABLE transfer (
    slot         INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no           INTEGER NOT NULL CHECK (no >= 0),
    payer        INTEGER NOT NULL CHECK (payer >= 0),
    payee        INTEGER NOT NULL CHECK (payee >= 0),
    way          TEXT    NOT NULL CHECK (way = 'uni' OR way = 'to_account' OR way = 'wallet'),
    app          INTEGER CHECK (app >= 0),
    out_biz_no   TEXT    NOT NULL,
    named        BLOB    NOT NULL CHECK (length(named) = 16),
    currency     TEXT    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
    arrival      TEXT    NOT NULL CHECK (arrival = 'at_once' OR arrival = 'two_hours' OR arrival = 'one_day'),
    title        TEXT,
    remark       TEXT,
    passback     TEXT,
    state        TEXT    NOT NULL CHECK (
        state = 'offered' OR state = 'waiting' OR state = 'under_way' OR state = 'done' OR state = 'returned' OR
        state = 'cancelled'),
    notify_url   TEXT,
    gbk          INTEGER NOT NULL CHECK (gbk IN (0, 1)),
    rsa1         INTEGER NOT NULL CHECK (rsa1 IN (0, 1)),
    opened_at_us INTEGER NOT NULL,
    paid_at_us   INTEGER,
    due_at_us    INTEGER,
    ended_at_us  INTEGER,
    timer        INTEGER CHECK (timer >= 0), asked_arrival TEXT CHECK (asked_arrival = 'at_once' OR asked_arrival = 'two_hours'),
    PRIMARY KEY (slot, no),
    CHECK ((timer IS NULL) = (due_at_us IS NULL))
) STRICT, WITHOUT ROWID;
CREATE TABLE transfer_number (
    slot       INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    payer      INTEGER NOT NULL CHECK (payer >= 0),
    way        TEXT    NOT NULL CHECK (way = 'uni' OR way = 'to_account' OR way = 'wallet'),
    out_biz_no TEXT    NOT NULL,
    no         INTEGER NOT NULL CHECK (no >= 0),
    PRIMARY KEY (slot, payer, way, out_biz_no)
) STRICT, WITHOUT ROWID;
CREATE TABLE known_payee (
    slot       INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    payer      INTEGER NOT NULL CHECK (payer >= 0),
    payee      INTEGER NOT NULL CHECK (payee >= 0),
    last_at_us INTEGER NOT NULL,
    PRIMARY KEY (slot, payer, payee)
) STRICT, WITHOUT ROWID;
CREATE TABLE received (
    slot         INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no           INTEGER NOT NULL CHECK (no >= 0),
    payee        INTEGER NOT NULL CHECK (payee >= 0),
    payer        INTEGER NOT NULL CHECK (payer >= 0),
    currency     TEXT    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
    at_us        INTEGER NOT NULL,
    PRIMARY KEY (slot, no)
) STRICT, WITHOUT ROWID;
CREATE TABLE challenge (
    slot          INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    address       BLOB    NOT NULL CHECK (length(address) = 16),
    purpose       TEXT    NOT NULL CHECK (
        purpose = 'register' OR purpose = 'sign_in' OR purpose = 'login_password' OR purpose = 'pay_password' OR
        purpose = 'close_account'),
    code          BLOB    NOT NULL CHECK (length(code) = 16),
    state         TEXT    NOT NULL CHECK (state = 'open' OR state = 'proven' OR state = 'used'),
    tries         INTEGER NOT NULL CHECK (tries >= 0),
    proof         INTEGER CHECK (proof >= 0),
    sent_at_us    INTEGER NOT NULL,
    expires_at_us INTEGER NOT NULL,
    day           INTEGER NOT NULL CHECK (day >= 0),
    sends         INTEGER NOT NULL CHECK (sends >= 0),
    forget_at_us  INTEGER NOT NULL,
    timer         INTEGER NOT NULL CHECK (timer >= 0),
    PRIMARY KEY (slot, address),
    CHECK ((state = 'open') = (proof IS NULL))
) STRICT, WITHOUT ROWID;
CREATE TABLE profile (
    slot             INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party            INTEGER NOT NULL CHECK (party >= 0),
    data_key         BLOB    NOT NULL CHECK (length(data_key) = 16),
    address          BLOB    CHECK (length(address) = 16),
    sealed_address   BLOB    NOT NULL,
    sealed_name      BLOB,
    sealed_id_number BLOB,
    erased_at_us     INTEGER,
    PRIMARY KEY (slot, party)
) STRICT, WITHOUT ROWID;
CREATE TABLE sign_in (
    slot            INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party           INTEGER NOT NULL CHECK (party >= 0),
    verifier        TEXT    NOT NULL,
    pepper_version  INTEGER NOT NULL CHECK (pepper_version >= 0),
    tries           INTEGER NOT NULL CHECK (tries >= 0),
    locked_until_us INTEGER NOT NULL,
    tried           INTEGER NOT NULL CHECK (tried >= 0),
    tried_at_us     INTEGER NOT NULL,
    judged          INTEGER NOT NULL CHECK (judged >= 0),
    seen_at_us      INTEGER NOT NULL,
    changed_day     INTEGER NOT NULL CHECK (changed_day >= 0),
    changes         INTEGER NOT NULL CHECK (changes >= 0), guesses INTEGER NOT NULL DEFAULT 0 CHECK (guesses >= 0),
    PRIMARY KEY (slot, party)
) STRICT, WITHOUT ROWID;
CREATE TABLE card_name (
    slot   INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party  INTEGER NOT NULL CHECK (party >= 0),
    digest BLOB    NOT NULL CHECK (length(digest) = 16),
    no     INTEGER NOT NULL CHECK (no >= 0),
    PRIMARY KEY (slot, party, digest)
) STRICT, WITHOUT ROWID;
CREATE TABLE bank_surprise (
    slot         INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no           INTEGER NOT NULL CHECK (no >= 0),
    kind         TEXT    NOT NULL CHECK (
        kind = 'amount_differs' OR kind = 'second_reference' OR kind = 'done_after_end' OR
        kind = 'done_unasked' OR kind = 'refused_against_word'),
    bank_ref     TEXT    NOT NULL,
    currency     TEXT    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
    booked       INTEGER NOT NULL CHECK (booked IN (0, 1)),
    at_us        INTEGER NOT NULL,
    PRIMARY KEY (slot, no, kind, bank_ref)
) STRICT, WITHOUT ROWID;
CREATE TABLE "account" (
    slot          INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    id            INTEGER NOT NULL CHECK (id >= 0),
    owner         INTEGER NOT NULL CHECK (owner >= 0),
    kind          TEXT    NOT NULL CHECK (
        kind = 'balance' OR kind = 'transit' OR kind = 'fee_income' OR kind = 'bank_reserve' OR
        kind = 'escrow' OR kind = 'delayed' OR kind = 'clearing_in' OR kind = 'clearing_out' OR
        kind = 'suspense_owed' OR kind = 'suspense_due'),
    currency      TEXT    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    balance_minor INTEGER NOT NULL,
    held_minor    INTEGER NOT NULL CHECK (held_minor >= 0),
    opened_at_us  INTEGER NOT NULL,
    PRIMARY KEY (slot, id),
    CHECK (kind <> 'balance' OR (balance_minor >= held_minor AND held_minor >= 0)),
    CHECK (kind <> 'escrow' OR balance_minor >= 0),
    CHECK (kind <> 'delayed' OR balance_minor >= 0),
    CHECK ((kind <> 'clearing_out' AND kind <> 'suspense_owed') OR balance_minor >= 0),
    CHECK ((kind <> 'clearing_in' AND kind <> 'suspense_due') OR balance_minor <= 0)
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
CREATE TABLE standing (
    slot            INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party           INTEGER NOT NULL CHECK (party >= 0),
    identity        BLOB    NOT NULL CHECK (length(identity) = 16),
    evidences       INTEGER NOT NULL CHECK (evidences >= 0),
    counts_until_us INTEGER,
    holds_quota     INTEGER NOT NULL CHECK (holds_quota IN (0, 1)),
    carried_year    INTEGER NOT NULL CHECK (carried_year >= 0),
    carried_minor   INTEGER NOT NULL CHECK (carried_minor >= 0),
    given_year      INTEGER NOT NULL CHECK (given_year >= 0),
    given_minor     INTEGER NOT NULL CHECK (given_minor >= 0), carried_free_minor INTEGER NOT NULL DEFAULT 0 CHECK (carried_free_minor >= 0), given_free_minor INTEGER NOT NULL DEFAULT 0 CHECK (given_free_minor >= 0),
    PRIMARY KEY (slot, party)
) STRICT, WITHOUT ROWID;
CREATE TABLE evidence (
    slot           INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party          INTEGER NOT NULL CHECK (party >= 0),
    place          INTEGER NOT NULL CHECK (place >= 0),
    kind           TEXT    NOT NULL CHECK (
        kind = 'ministry' OR kind = 'bank_card' OR kind = 'mobile_operator' OR kind = 'education' OR
        kind = 'social_security' OR kind = 'utility' OR kind = 'exit_entry' OR kind = 'face_to_face'),
    provider       TEXT    NOT NULL,
    verified_at_us INTEGER NOT NULL,
    expires_at_us  INTEGER,
    PRIMARY KEY (slot, party, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE person (
    slot          INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    identity      BLOB    NOT NULL CHECK (length(identity) = 16),
    accounts      BLOB    NOT NULL,
    class_three   INTEGER CHECK (class_three >= 0),
    holder        INTEGER CHECK (holder >= 0),
    moving_to     INTEGER CHECK (moving_to >= 0),
    carried_year  INTEGER NOT NULL CHECK (carried_year >= 0),
    carried_minor INTEGER NOT NULL CHECK (carried_minor >= 0), carried_free_minor INTEGER NOT NULL DEFAULT 0 CHECK (carried_free_minor >= 0),
    PRIMARY KEY (slot, identity)
) STRICT, WITHOUT ROWID;
CREATE TABLE statement (
    slot          INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    account       TEXT    NOT NULL,
    day           INTEGER NOT NULL CHECK (day >= 0),
    currency      TEXT    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    opening_minor INTEGER NOT NULL,
    closing_minor INTEGER NOT NULL,
    lines         INTEGER NOT NULL CHECK (lines >= 0),
    digest        BLOB    NOT NULL CHECK (length(digest) = 32),
    booked        INTEGER NOT NULL CHECK (booked BETWEEN 0 AND lines),
    begun_at_us   INTEGER NOT NULL,
    ended_at_us   INTEGER,
    PRIMARY KEY (slot, account, day),
    CHECK ((booked = lines) = (ended_at_us IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE TABLE surprise_settlement (
    slot          INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no            INTEGER NOT NULL CHECK (no >= 0),
    reference     TEXT    NOT NULL,
    account       TEXT    NOT NULL,
    day           INTEGER NOT NULL CHECK (day >= 0),
    serial        INTEGER NOT NULL CHECK (serial >= 0),
    settled_at_us INTEGER NOT NULL,
    PRIMARY KEY (slot, no, reference)
) STRICT, WITHOUT ROWID;
CREATE TABLE app_key (
    slot          INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    app           INTEGER NOT NULL CHECK (app >= 0),
    number        INTEGER NOT NULL CHECK (number >= 0),
    state         TEXT    NOT NULL CHECK (state = 'current' OR state = 'second' OR state = 'retired'),
    public_key    BLOB    NOT NULL,
    certificate   TEXT,
    cert_sn       TEXT,
    added_at_us   INTEGER NOT NULL,
    not_after_us  INTEGER,
    retired_at_us INTEGER,
    PRIMARY KEY (slot, app, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE merchant_application (
    slot          INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    login         TEXT    NOT NULL,
    applicant     INTEGER NOT NULL CHECK (applicant >= 0),
    kind          TEXT    NOT NULL CHECK (kind = 'enterprise' OR kind = 'individually_owned' OR kind = 'individual'),
    state         TEXT    NOT NULL CHECK (
        state = 'init' OR state = 'merchant_confirm' OR state = 'auditing' OR state = 'audit_pass' OR
        state = 'audit_reject' OR state = 'signed' OR state = 'suspended' OR state = 'unsigned'),
    name          TEXT    NOT NULL,
    data_key      BLOB    NOT NULL CHECK (length(data_key) = 16),
    sealed        BLOB    NOT NULL,
    name_matches  INTEGER NOT NULL CHECK (name_matches = 0 OR name_matches = 1),
    site          TEXT,
    documents     INTEGER NOT NULL CHECK (documents >= 0),
    reviewer      TEXT,
    reasons       INTEGER NOT NULL CHECK (reasons >= 0),
    note          TEXT,
    merchant      INTEGER CHECK (merchant >= 0),
    app           INTEGER CHECK (app >= 0),
    opened_at_us  INTEGER NOT NULL,
    changed_at_us INTEGER NOT NULL,
    PRIMARY KEY (slot, login)
) STRICT, WITHOUT ROWID;
CREATE TABLE device (
    slot        INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party       INTEGER NOT NULL CHECK (party >= 0),
    place       INTEGER NOT NULL CHECK (place >= 0 AND place < 10),
    no          INTEGER NOT NULL CHECK (no >= 0),
    token       BLOB    NOT NULL CHECK (length(token) = 16),
    sealed_name BLOB    NOT NULL,
    since_us    INTEGER NOT NULL,
    seen_at_us  INTEGER NOT NULL, passkey INTEGER CHECK (passkey >= 0),
    PRIMARY KEY (slot, party, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE risk_rules (
    slot            INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    version         INTEGER NOT NULL CHECK (version > 0),
    text            TEXT    NOT NULL,
    digest          BLOB    NOT NULL CHECK (length(digest) = 32),
    proposed_by     TEXT    NOT NULL,
    approved_by     TEXT    NOT NULL,
    effective_at_us INTEGER NOT NULL,
    PRIMARY KEY (slot, version),
    CHECK (proposed_by <> approved_by)
) STRICT, WITHOUT ROWID;
CREATE TABLE risk_proposal (
    slot           INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    version        INTEGER NOT NULL CHECK (version >= 0),
    text           TEXT    NOT NULL,
    digest         BLOB    NOT NULL CHECK (length(digest) = 32),
    proposed_by    TEXT    NOT NULL,
    proposed_at_us INTEGER NOT NULL,
    PRIMARY KEY (slot, version)
) STRICT, WITHOUT ROWID;
CREATE TABLE risk_case (
    slot          INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party         INTEGER NOT NULL CHECK (party >= 0),
    subject       TEXT    NOT NULL,
    decision      INTEGER NOT NULL CHECK (decision >= 0),
    state         TEXT    NOT NULL CHECK (state = 'open' OR state = 'released' OR state = 'refused'),
    opened_at_us  INTEGER NOT NULL,
    decided_by    TEXT,
    decided_at_us INTEGER,
    PRIMARY KEY (slot, party, subject),
    CHECK ((decided_by IS NULL) = (decided_at_us IS NULL))
) STRICT, WITHOUT ROWID;
CREATE TABLE risk_decision (
    slot      INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party     INTEGER NOT NULL CHECK (party >= 0),
    no        INTEGER NOT NULL CHECK (no >= 0),
    at_us     INTEGER NOT NULL,
    subject   TEXT    NOT NULL,
    version   INTEGER NOT NULL CHECK (version >= 0),
    facts     TEXT    NOT NULL,
    verdict   TEXT    NOT NULL CHECK (
        verdict = 'allow' OR verdict = 'verify:password' OR verdict = 'verify:otp' OR verdict = 'verify:passkey' OR
        verdict = 'delay:2' OR verdict = 'delay:24' OR verdict = 'review' OR verdict = 'refuse'),
    outcome   TEXT    NOT NULL CHECK (outcome = 'passed' OR outcome = 'delayed' OR outcome = 'stopped'),
    fired     TEXT    NOT NULL,
    shadow    TEXT    NOT NULL,
    failed    TEXT    NOT NULL,
    reason_zh TEXT,
    reason_en TEXT,
    PRIMARY KEY (slot, party, no)
) STRICT, WITHOUT ROWID;
CREATE TABLE suspense_closing (
    slot         INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    account      TEXT    NOT NULL,
    day          INTEGER NOT NULL CHECK (day >= 0),
    serial       INTEGER NOT NULL CHECK (serial >= 0),
    way          TEXT    NOT NULL CHECK (way = 'given_back' OR way = 'own' OR way = 'matched'),
    bank_order   INTEGER CHECK (bank_order >= 0),
    reason       TEXT    NOT NULL,
    operator     TEXT    NOT NULL,
    closed_at_us INTEGER NOT NULL, approved_by TEXT,
    PRIMARY KEY (slot, account, day, serial)
) STRICT, WITHOUT ROWID;
CREATE TABLE contract (
    slot           INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    seller         INTEGER NOT NULL CHECK (seller >= 0),
    product        TEXT    NOT NULL CHECK (
        product = 'page' OR product = 'wap' OR product = 'app' OR product = 'face_to_face' OR
        product = 'mini_program' OR product = 'pre_authorisation' OR product = 'debit_agreement' OR
        product = 'escrow' OR product = 'transfer'),
    version        INTEGER NOT NULL CHECK (version > 0),
    status         TEXT    NOT NULL CHECK (status = 'in_force' OR status = 'ended'),
    fee_ppm        INTEGER NOT NULL CHECK (fee_ppm BETWEEN 0 AND 1000000),
    valid_from_us  INTEGER,
    reason         TEXT    NOT NULL,
    proposed_by    TEXT    NOT NULL,
    proposed_at_us INTEGER NOT NULL,
    approved_by    TEXT,
    approved_at_us INTEGER, settlement TEXT NOT NULL DEFAULT 'same_day'
    CHECK (settlement = 'same_day' OR settlement = 'next_day'),
    PRIMARY KEY (slot, seller, product, version),
    CHECK ((approved_by IS NULL) = (approved_at_us IS NULL)),
    CHECK (approved_by IS NULL OR approved_by <> proposed_by),
    CHECK (approved_by IS NULL OR (valid_from_us IS NOT NULL AND valid_from_us >= approved_at_us))
) STRICT, WITHOUT ROWID;
CREATE TABLE contract_book (
    slot    INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    seller  INTEGER NOT NULL CHECK (seller >= 0),
    product TEXT    NOT NULL CHECK (
        product = 'page' OR product = 'wap' OR product = 'app' OR product = 'face_to_face' OR
        product = 'mini_program' OR product = 'pre_authorisation' OR product = 'debit_agreement' OR
        product = 'escrow' OR product = 'transfer'),
    version INTEGER NOT NULL CHECK (version >= 0),
    PRIMARY KEY (slot, seller, product)
) STRICT, WITHOUT ROWID;
CREATE TABLE day_close (
    slot         INTEGER NOT NULL PRIMARY KEY CHECK (slot BETWEEN 0 AND 99),
    first_date   INTEGER NOT NULL,
    last_date    INTEGER NOT NULL,
    closed_at_us INTEGER NOT NULL,
    CHECK (first_date <= last_date)
) STRICT, WITHOUT ROWID;
CREATE TABLE trial_balance (
    slot          INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    business_date INTEGER NOT NULL,
    currency      TEXT    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    kind          TEXT    NOT NULL CHECK (
        kind = 'balance' OR kind = 'transit' OR kind = 'fee_income' OR kind = 'bank_reserve' OR kind = 'escrow' OR
        kind = 'delayed' OR kind = 'clearing_in' OR kind = 'clearing_out' OR kind = 'suspense_owed' OR
        kind = 'suspense_due'),
    debit_minor   INTEGER NOT NULL CHECK (debit_minor >= 0),
    credit_minor  INTEGER NOT NULL CHECK (credit_minor >= 0),
    balance_minor INTEGER NOT NULL,
    closed_at_us  INTEGER NOT NULL,
    PRIMARY KEY (slot, business_date, currency, kind)
) STRICT, WITHOUT ROWID;
CREATE TABLE "receipt" (
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
CREATE TABLE passkey (
    slot        INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party       INTEGER NOT NULL CHECK (party >= 0),
    place       INTEGER NOT NULL CHECK (place >= 0 AND place < 10),
    no          INTEGER NOT NULL CHECK (no >= 0),
    digest      BLOB    NOT NULL CHECK (length(digest) = 16),
    sealed_key  BLOB    NOT NULL,
    sealed_name BLOB    NOT NULL,
    counter     INTEGER NOT NULL CHECK (counter >= 0),
    added_at_us INTEGER NOT NULL,
    used_at_us  INTEGER NOT NULL,
    PRIMARY KEY (slot, party, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE passkey_proof (
    slot          INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party         INTEGER NOT NULL CHECK (party >= 0),
    no            INTEGER NOT NULL CHECK (no >= 0),
    place         INTEGER NOT NULL CHECK (place >= 0 AND place < 10),
    passkey       INTEGER NOT NULL CHECK (passkey >= 0),
    about         INTEGER NOT NULL CHECK (about >= 0),
    payee         INTEGER NOT NULL CHECK (payee >= 0),
    currency      TEXT    NOT NULL CHECK (currency IN ('cny', 'usd', 'jpy')),
    amount_minor  INTEGER NOT NULL CHECK (amount_minor >= 0),
    expires_at_us INTEGER NOT NULL, act TEXT NOT NULL DEFAULT 'pay_from_balance' CHECK (
    act = 'pay_from_balance' OR act = 'pay_by_card' OR act = 'transfer' OR act = 'top_up' OR act = 'withdraw' OR
    act = 'sign' OR act = 'freeze'), card INTEGER CHECK (card >= 0), delay_us INTEGER NOT NULL DEFAULT 0 CHECK (delay_us >= 0),
    PRIMARY KEY (slot, party, no)
) STRICT, WITHOUT ROWID;
CREATE TABLE settlement_batch (
    slot           INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    seller         INTEGER NOT NULL CHECK (seller >= 0),
    currency       TEXT    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    sold_on        INTEGER NOT NULL,
    sales          INTEGER NOT NULL CHECK (sales > 0),
    gross_minor    INTEGER NOT NULL CHECK (gross_minor > 0),
    fee_minor      INTEGER NOT NULL CHECK (fee_minor >= 0),
    refunded_minor INTEGER NOT NULL CHECK (refunded_minor >= 0),
    fee_back_minor INTEGER NOT NULL CHECK (fee_back_minor >= 0),
    hold           INTEGER,
    timer          INTEGER,
    settled_at_us  INTEGER,
    PRIMARY KEY (slot, seller, currency, sold_on),
    CHECK (gross_minor + fee_back_minor >= fee_minor + refunded_minor),
    CHECK ((timer IS NULL) = (settled_at_us IS NOT NULL)),
    CHECK (settled_at_us IS NULL OR hold IS NULL)
) STRICT, WITHOUT ROWID;
CREATE TABLE card_transfer_number (
    slot       INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    payer      INTEGER NOT NULL CHECK (payer >= 0),
    out_biz_no TEXT    NOT NULL,
    no         INTEGER NOT NULL CHECK (no >= 0),
    PRIMARY KEY (slot, payer, out_biz_no)
) STRICT, WITHOUT ROWID;
CREATE TABLE "card" (
    slot          INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no            INTEGER NOT NULL CHECK (no >= 0),
    party         INTEGER NOT NULL CHECK (party >= 0),
    state         TEXT    NOT NULL CHECK (
        state = 'asked' OR state = 'bound' OR state = 'unbound' OR state = 'payee'),
    bank          TEXT    NOT NULL,
    kind          TEXT    NOT NULL CHECK (kind = 'debit' OR kind = 'credit'),
    last_four     TEXT    NOT NULL,
    digest        BLOB    NOT NULL CHECK (length(digest) = 16),
    agreement     TEXT,
    asked_at_us   INTEGER NOT NULL,
    changed_at_us INTEGER NOT NULL,
    PRIMARY KEY (slot, no)
) STRICT, WITHOUT ROWID;
CREATE TABLE "bank_order" (
    slot           INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no             INTEGER NOT NULL CHECK (no >= 0),
    party          INTEGER NOT NULL CHECK (party >= 0),
    card           INTEGER NOT NULL CHECK (card >= 0),
    kind           TEXT    NOT NULL CHECK (
        kind = 'top_up' OR kind = 'withdraw' OR kind = 'pay' OR kind = 'return' OR
        kind = 'transfer'),
    state          TEXT    NOT NULL CHECK (
        state = 'draft' OR state = 'asked' OR state = 'unknown' OR state = 'given_up' OR state = 'done' OR
        state = 'failed' OR state = 'closed' OR state = 'returning' OR state = 'returned' OR
        state = 'credited'),
    currency       TEXT    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    amount_minor   INTEGER NOT NULL CHECK (amount_minor >= 0),
    fee_minor      INTEGER NOT NULL CHECK (fee_minor >= 0),
    free_minor     INTEGER NOT NULL CHECK (free_minor BETWEEN 0 AND amount_minor),
    counted_at_us  INTEGER,
    about          INTEGER CHECK (about >= 0),
    key            TEXT    NOT NULL,
    asked_at_us    INTEGER NOT NULL,
    next_try_at_us INTEGER,
    tries          INTEGER NOT NULL CHECK (tries >= 0),
    bank_ref       TEXT,
    reason         TEXT    CHECK (
        reason = 'no_money' OR reason = 'over_limit' OR reason = 'card_blocked' OR
        reason = 'agreement_ended' OR reason = 'other'),
    heard_at_us    INTEGER,
    timer          INTEGER CHECK (timer >= 0),
    gives_up_at_us INTEGER,
    life_minor     INTEGER NOT NULL DEFAULT 0 CHECK (life_minor >= 0),
    PRIMARY KEY (slot, no),
    CHECK ((timer IS NULL) = (gives_up_at_us IS NULL))
) STRICT, WITHOUT ROWID;
CREATE TABLE "bank_order_key" (
    slot  INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party INTEGER NOT NULL CHECK (party >= 0),
    kind  TEXT    NOT NULL CHECK (
        kind = 'top_up' OR kind = 'withdraw' OR kind = 'pay' OR kind = 'return' OR kind = 'transfer'),
    key   TEXT    NOT NULL,
    no    INTEGER NOT NULL CHECK (no >= 0),
    PRIMARY KEY (slot, party, kind, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE screen_list (
    slot            INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    version         INTEGER NOT NULL CHECK (version > 0),
    digest          BLOB    NOT NULL CHECK (length(digest) = 32),
    entries         INTEGER NOT NULL CHECK (entries > 0),
    threshold       INTEGER NOT NULL CHECK (threshold BETWEEN 700 AND 1000),
    proposed_by     TEXT    NOT NULL,
    approved_by     TEXT    NOT NULL,
    effective_at_us INTEGER NOT NULL,
    PRIMARY KEY (slot, version),
    CHECK (proposed_by <> approved_by)
) STRICT, WITHOUT ROWID;
CREATE TABLE screen_proposal (
    slot           INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    version        INTEGER NOT NULL CHECK (version >= 0),
    digest         BLOB    NOT NULL CHECK (length(digest) = 32),
    entries        INTEGER NOT NULL CHECK (entries >= 0),
    threshold      INTEGER NOT NULL CHECK (threshold >= 0),
    proposed_by    TEXT    NOT NULL,
    proposed_at_us INTEGER NOT NULL,
    PRIMARY KEY (slot, version)
) STRICT, WITHOUT ROWID;
CREATE TABLE screening (
    slot     INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party    INTEGER NOT NULL CHECK (party >= 0),
    about    TEXT    NOT NULL,
    version  INTEGER NOT NULL CHECK (version >= 0),
    name     BLOB    NOT NULL CHECK (length(name) = 16),
    at_us    INTEGER NOT NULL,
    subjects TEXT    NOT NULL,
    PRIMARY KEY (slot, party, about)
) STRICT, WITHOUT ROWID;
CREATE TABLE screen_hit (
    slot    INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party   INTEGER NOT NULL CHECK (party >= 0),
    subject TEXT    NOT NULL,
    no      INTEGER NOT NULL CHECK (no >= 0),
    at_us   INTEGER NOT NULL,
    about   TEXT    NOT NULL,
    name    BLOB    NOT NULL CHECK (length(name) = 16),
    version INTEGER NOT NULL CHECK (version >= 0),
    entry   TEXT    NOT NULL,
    alias   INTEGER NOT NULL CHECK (alias >= 0),
    score   INTEGER NOT NULL CHECK (score >= 0),
    measure TEXT    NOT NULL CHECK (
        measure = 'han' OR measure = 'han_variant' OR measure = 'tokens' OR measure = 'part' OR measure = 'joined' OR
        measure = 'number' OR measure = 'account'),
    matched TEXT    NOT NULL,
    PRIMARY KEY (slot, party, subject)
) STRICT, WITHOUT ROWID;
CREATE TABLE "usage" (
    slot      INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party     INTEGER NOT NULL CHECK (party >= 0),
    kind      TEXT    NOT NULL CHECK (
        kind = 'transfer_day' OR kind = 'transfer_month' OR kind = 'withdraw_day' OR kind = 'withdraw_free' OR
        kind = 'balance_year' OR kind = 'balance_life' OR kind = 'card_day' OR kind = 'card_month' OR
        kind = 'receive_day' OR kind = 'receive_month'),
    period    INTEGER NOT NULL CHECK (period >= 0),
    count     INTEGER NOT NULL CHECK (count >= 0),
    sum_minor INTEGER NOT NULL CHECK (sum_minor >= 0),
    PRIMARY KEY (slot, party, kind, period)
) STRICT, WITHOUT ROWID;
CREATE TABLE suspense_proposal (
    slot           INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    account        TEXT    NOT NULL,
    day            INTEGER NOT NULL CHECK (day >= 0),
    serial         INTEGER NOT NULL CHECK (serial >= 0),
    way            TEXT    NOT NULL CHECK (way = 'given_back' OR way = 'own' OR way = 'matched'),
    bank_order     INTEGER CHECK (bank_order >= 0),
    reason         TEXT    NOT NULL,
    operator       TEXT    NOT NULL,
    proposed_at_us INTEGER NOT NULL,
    PRIMARY KEY (slot, account, day, serial)
) STRICT, WITHOUT ROWID;
CREATE TABLE merchant_store (
    slot          INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    seller        INTEGER NOT NULL CHECK (seller >= 0),
    store_id      TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    opened_at_us  INTEGER NOT NULL,
    changed_at_us INTEGER NOT NULL,
    closed_at_us  INTEGER,
    PRIMARY KEY (slot, seller, store_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE operator (
    slot        INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    name        TEXT    NOT NULL,
    role        TEXT    NOT NULL CHECK (
        role = 'viewer' OR role = 'clerk' OR role = 'risk_officer' OR role = 'treasurer' OR role = 'admin'),
    active      INTEGER NOT NULL CHECK (active = 0 OR active = 1),
    proposed_by TEXT,
    approved_by TEXT,
    since_us    INTEGER NOT NULL,
    PRIMARY KEY (slot, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE operator_proposal (
    slot           INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    name           TEXT    NOT NULL,
    role           TEXT    NOT NULL CHECK (
        role = 'viewer' OR role = 'clerk' OR role = 'risk_officer' OR role = 'treasurer' OR role = 'admin'),
    active         INTEGER NOT NULL CHECK (active = 0 OR active = 1),
    proposed_by    TEXT    NOT NULL,
    proposed_at_us INTEGER NOT NULL,
    PRIMARY KEY (slot, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE operator_book (
    slot      INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    operators INTEGER NOT NULL CHECK (operators >= 0),
    admins    INTEGER NOT NULL CHECK (admins >= 0),
    PRIMARY KEY (slot)
) STRICT, WITHOUT ROWID;
CREATE TABLE transfer_batch (
    slot         INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no           INTEGER NOT NULL CHECK (no >= 0),
    payer        INTEGER NOT NULL CHECK (payer >= 0),
    app          INTEGER NOT NULL CHECK (app >= 0),
    out_batch_no TEXT    NOT NULL,
    said         BLOB    NOT NULL CHECK (length(said) = 16),
    product      TEXT    NOT NULL CHECK (product = 'api_to_acc' OR product = 'pay_v2'),
    scene        TEXT    NOT NULL CHECK (scene = 'approved' OR scene = 'direct'),
    currency     TEXT    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    count        INTEGER NOT NULL CHECK (count > 0),
    total_minor  INTEGER NOT NULL CHECK (total_minor > 0),
    title        TEXT,
    remark       TEXT,
    passback     TEXT,
    state        TEXT    NOT NULL CHECK (
        state = 'wait_pay' OR state = 'dealing' OR state = 'success' OR state = 'part_success' OR state = 'fail' OR
        state = 'disused'),
    started      INTEGER NOT NULL CHECK (started >= 0),
    done         INTEGER NOT NULL CHECK (done >= 0),
    done_minor   INTEGER NOT NULL CHECK (done_minor >= 0),
    failed       INTEGER NOT NULL CHECK (failed >= 0),
    failed_minor INTEGER NOT NULL CHECK (failed_minor >= 0),
    notify_url   TEXT,
    gbk          INTEGER NOT NULL CHECK (gbk IN (0, 1)),
    rsa1         INTEGER NOT NULL CHECK (rsa1 IN (0, 1)),
    opened_at_us INTEGER NOT NULL,
    begun_at_us  INTEGER,
    due_at_us    INTEGER,
    ended_at_us  INTEGER,
    timer        INTEGER CHECK (timer >= 0),
    PRIMARY KEY (slot, no),
    CHECK (done + failed <= started AND started <= count),
    CHECK ((timer IS NULL) = (due_at_us IS NULL)),
    CHECK ((state = 'wait_pay' OR state = 'dealing') = (ended_at_us IS NULL))
) STRICT, WITHOUT ROWID;
CREATE TABLE transfer_batch_number (
    slot         INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    payer        INTEGER NOT NULL CHECK (payer >= 0),
    out_batch_no TEXT    NOT NULL,
    no           INTEGER NOT NULL CHECK (no >= 0),
    PRIMARY KEY (slot, payer, out_batch_no)
) STRICT, WITHOUT ROWID;
CREATE TABLE transfer_batch_detail (
    slot           INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    batch          INTEGER NOT NULL CHECK (batch >= 0),
    line           INTEGER NOT NULL CHECK (line >= 0),
    out_biz_no     TEXT    NOT NULL,
    named          BLOB    NOT NULL CHECK (length(named) = 16),
    currency       TEXT    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    amount_minor   INTEGER NOT NULL CHECK (amount_minor > 0),
    title          TEXT,
    remark         TEXT,
    payee          INTEGER CHECK (payee >= 0),
    card_digest    BLOB    CHECK (length(card_digest) = 16),
    card_bank      TEXT,
    card_last_four TEXT,
    card_agreement TEXT,
    card_number    BLOB    CHECK (length(card_number) = 16),
    screen_version INTEGER CHECK (screen_version >= 0),
    unknown        TEXT    CHECK (
        unknown = 'not_found' OR unknown = 'name_differs' OR unknown = 'card_wrong' OR unknown = 'listed'),
    state          TEXT    NOT NULL CHECK (
        state = 'waiting' OR state = 'under_way' OR state = 'done' OR state = 'failed'),
    failure        TEXT    CHECK (
        failure = 'payer_not_found' OR failure = 'number_taken' OR failure = 'payee_not_found' OR
        failure = 'payee_name_differs' OR failure = 'payee_blocked' OR failure = 'payee_is_payer' OR
        failure = 'not_signed' OR failure = 'payer_blocked' OR failure = 'payer_stopped' OR failure = 'too_small' OR
        failure = 'too_large' OR failure = 'day_limit' OR failure = 'month_limit' OR failure = 'balance_too_low' OR
        failure = 'risk' OR failure = 'card_wrong' OR failure = 'too_many_names' OR failure = 'bank_card' OR failure = 'bank_limit' OR
        failure = 'bank_refused'),
    transfer       INTEGER CHECK (transfer >= 0),
    ended_at_us    INTEGER,
    PRIMARY KEY (slot, batch, line),
    CHECK ((payee IS NOT NULL) + (card_digest IS NOT NULL) + (unknown IS NOT NULL) = 1),
    CHECK (card_digest IS NULL OR card_number IS NOT NULL),
    CHECK ((card_digest IS NULL) = (screen_version IS NULL)),
    CHECK ((failure IS NOT NULL) = (state = 'failed')),
    CHECK ((ended_at_us IS NOT NULL) = (state = 'done' OR state = 'failed'))
) STRICT, WITHOUT ROWID;
CREATE TABLE transfer_batch_link (
    slot  INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no    INTEGER NOT NULL CHECK (no >= 0),
    batch INTEGER NOT NULL CHECK (batch >= 0),
    line  INTEGER NOT NULL CHECK (line >= 0),
    PRIMARY KEY (slot, no)
) STRICT, WITHOUT ROWID;
CREATE TABLE "timer" (
    slot      INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    due_at_us INTEGER NOT NULL,
    no        INTEGER NOT NULL CHECK (no >= 0),
    task      TEXT    NOT NULL CHECK (
        task = 'expire_order' OR task = 'forget_code' OR task = 'forget_attempt' OR
        task = 'end_agreement' OR task = 'escrow_step' OR task = 'expire_freeze' OR
        task = 'end_freeze' OR task = 'free_splits' OR task = 'transfer_clock' OR
        task = 'give_up_bank_order' OR task = 'settle_sales' OR task = 'batch_clock'),
    order_no  INTEGER CHECK (order_no >= 0),
    code      BLOB    CHECK (length(code) = 16),
    party     INTEGER CHECK (party >= 0),
    attempt   INTEGER CHECK (attempt >= 0),
    PRIMARY KEY (slot, due_at_us, no)
) STRICT, WITHOUT ROWID;
CREATE TABLE "party" (
    slot         INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    id           INTEGER NOT NULL CHECK (id >= 0),
    kind         TEXT    NOT NULL CHECK (kind IN ('person', 'merchant')),
    status       TEXT    NOT NULL CHECK (status IN ('normal', 'frozen', 'closed', 'stopped')),
    login        TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    opened_at_us INTEGER NOT NULL,
    class        TEXT    NOT NULL CHECK (
        class = 'merchant' OR class = 'sandbox' OR class = 'unverified' OR class = 'one' OR class = 'two' OR
        class = 'three'),
    login_masked TEXT,
    stop         TEXT    NOT NULL CHECK (
        stop = 'nobody' OR stop = 'owner' OR stop = 'operator' OR stop = 'both' OR stop = 'list' OR
        stop = 'owner_list' OR stop = 'operator_list' OR stop = 'all'),
    proofs_after INTEGER NOT NULL CHECK (proofs_after >= 0),
    PRIMARY KEY (slot, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE screen_release (
    slot           INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party          INTEGER NOT NULL CHECK (party >= 0),
    subject        TEXT    NOT NULL,
    proposed_by    TEXT    NOT NULL,
    proposed_at_us INTEGER NOT NULL,
    PRIMARY KEY (slot, party, subject)
) STRICT, WITHOUT ROWID;
CREATE TABLE card_guess (
    slot   INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    app    INTEGER NOT NULL CHECK (app >= 0),
    number BLOB    NOT NULL CHECK (length(number) = 16),
    day    INTEGER NOT NULL CHECK (day >= 0),
    count  INTEGER NOT NULL CHECK (count >= 0),
    named  BLOB    NOT NULL CHECK (length(named) = 16),
    PRIMARY KEY (slot, app, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE person_spend (
    slot         INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    identity     BLOB    NOT NULL CHECK (length(identity) = 16),
    bank_order   INTEGER NOT NULL CHECK (bank_order >= 0),
    kind         TEXT    NOT NULL CHECK (kind = 'card' OR kind = 'withdraw'),
    amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
    at_us        INTEGER NOT NULL,
    ask          INTEGER NOT NULL CHECK (ask >= 0),
    PRIMARY KEY (slot, identity, bank_order)
) STRICT, WITHOUT ROWID;
CREATE TABLE person_count (
    slot      INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    identity  BLOB    NOT NULL CHECK (length(identity) = 16),
    kind      TEXT    NOT NULL CHECK (
        kind = 'transfer_day' OR kind = 'transfer_month' OR kind = 'withdraw_day' OR kind = 'withdraw_free' OR
        kind = 'balance_year' OR kind = 'balance_life' OR kind = 'card_day' OR kind = 'card_month' OR
        kind = 'receive_day' OR kind = 'receive_month'),
    period    INTEGER NOT NULL CHECK (period >= 0),
    count     INTEGER NOT NULL CHECK (count >= 0),
    sum_minor INTEGER NOT NULL CHECK (sum_minor >= 0),
    PRIMARY KEY (slot, identity, kind, period)
) STRICT, WITHOUT ROWID;
CREATE TABLE "card_transfer" (
    slot           INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no             INTEGER NOT NULL CHECK (no >= 0),
    payer          INTEGER NOT NULL CHECK (payer >= 0),
    app            INTEGER NOT NULL CHECK (app >= 0),
    out_biz_no     TEXT    NOT NULL,
    named          BLOB    NOT NULL CHECK (length(named) = 16),
    currency       TEXT    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    amount_minor   INTEGER NOT NULL CHECK (amount_minor > 0),
    fee_minor      INTEGER NOT NULL CHECK (fee_minor >= 0),
    card           INTEGER NOT NULL CHECK (card >= 0),
    bank_order     INTEGER NOT NULL CHECK (bank_order >= 0),
    title          TEXT,
    remark         TEXT,
    passback       TEXT,
    state          TEXT    NOT NULL CHECK (
        state = 'under_way' OR state = 'done' OR state = 'failed' OR
        state = 'refunded'),
    notify_url     TEXT,
    gbk            INTEGER NOT NULL CHECK (gbk IN (0, 1)),
    rsa1           INTEGER NOT NULL CHECK (rsa1 IN (0, 1)),
    paid_at_us     INTEGER NOT NULL,
    ended_at_us    INTEGER,
    returned_at_us INTEGER,
    odd_lines      INTEGER NOT NULL CHECK (odd_lines >= 0),
    PRIMARY KEY (slot, no),
    CHECK ((state = 'under_way') = (ended_at_us IS NULL)),
    CHECK ((state = 'refunded') = (returned_at_us IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE TABLE "statement_line" (
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
        class = 'late' OR class = 'matched' OR class = 'came_back'),
    bank_order     INTEGER CHECK (bank_order >= 0),
    imported_at_us INTEGER NOT NULL,
    PRIMARY KEY (slot, account, day, serial)
) STRICT, WITHOUT ROWID;
CREATE TABLE "suspense" (
    slot         INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    account      TEXT    NOT NULL,
    day          INTEGER NOT NULL CHECK (day >= 0),
    serial       INTEGER NOT NULL CHECK (serial >= 0),
    class        TEXT    NOT NULL CHECK (
        class = 'theirs_only' OR class = 'currency_differs' OR class = 'sign_differs' OR class = 'amount_differs' OR
        class = 'never_sent' OR class = 'duplicate' OR class = 'against_word' OR
        class = 'late' OR class = 'matched' OR class = 'came_back'),
    owner        TEXT    NOT NULL CHECK (owner = 'bank' OR owner = 'customer'),
    party        INTEGER CHECK (party >= 0),
    is_credit    INTEGER NOT NULL CHECK (is_credit IN (0, 1)),
    currency     TEXT    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
    opened_at_us INTEGER NOT NULL,
    PRIMARY KEY (slot, account, day, serial)
) STRICT, WITHOUT ROWID;
CREATE TABLE "posting" (
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
        kind = 'suspense_borne' OR kind = 'suspense_match_in' OR kind = 'suspense_match_out' OR
        kind = 'card_sent_back' OR kind = 'suspense_sent_back'),
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
CREATE TABLE merchant_staff (
    slot     INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    seller   INTEGER NOT NULL CHECK (seller >= 0),
    user     INTEGER NOT NULL CHECK (user >= 0),
    role     TEXT    NOT NULL CHECK (
        role = 'owner' OR role = 'manager' OR role = 'finance' OR role = 'till' OR role = 'developer' OR
        role = 'viewer'),
    active   INTEGER NOT NULL CHECK (active = 0 OR active = 1),
    set_by   INTEGER CHECK (set_by >= 0),
    since_us INTEGER NOT NULL,
    PRIMARY KEY (slot, seller, user)
) STRICT, WITHOUT ROWID;
CREATE TABLE staff_book (
    slot   INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    seller INTEGER NOT NULL CHECK (seller >= 0),
    staff  INTEGER NOT NULL CHECK (staff >= 0),
    owners INTEGER NOT NULL CHECK (owners >= 0),
    ever   INTEGER NOT NULL CHECK (ever >= 0),
    acts   INTEGER NOT NULL CHECK (acts >= 0),
    PRIMARY KEY (slot, seller)
) STRICT, WITHOUT ROWID;
CREATE TABLE staff_place (
    slot   INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    user   INTEGER NOT NULL CHECK (user >= 0),
    seller INTEGER NOT NULL CHECK (seller >= 0),
    role   TEXT    NOT NULL CHECK (
        role = 'owner' OR role = 'manager' OR role = 'finance' OR role = 'till' OR role = 'developer' OR
        role = 'viewer'),
    active INTEGER NOT NULL CHECK (active = 0 OR active = 1),
    PRIMARY KEY (slot, user, seller)
) STRICT, WITHOUT ROWID;
CREATE TABLE ops_trail (
    slot          INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    number        INTEGER NOT NULL CHECK (number > 0),
    at_us         INTEGER NOT NULL,
    operator      TEXT    NOT NULL,
    act           TEXT    NOT NULL,
    subject       TEXT    NOT NULL,
    digest        BLOB    NOT NULL CHECK (length(digest) = 32),
    outcome       TEXT    NOT NULL,
    asked_no      INTEGER CHECK (asked_no > 0 AND asked_no < number),
    previous_hash BLOB    NOT NULL CHECK (length(previous_hash) = 32),
    hash          BLOB    NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (slot, number),
    CHECK ((outcome = 'asked') = (asked_no IS NULL))
) STRICT, WITHOUT ROWID;
CREATE TABLE ops_trail_head (
    slot INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    last INTEGER NOT NULL CHECK (last > 0),
    hash BLOB    NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (slot)
) STRICT, WITHOUT ROWID;
CREATE TABLE staff_act (
    slot    INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    seller  INTEGER NOT NULL CHECK (seller >= 0),
    number  INTEGER NOT NULL CHECK (number > 0),
    at_us   INTEGER NOT NULL,
    user    INTEGER NOT NULL CHECK (user >= 0),
    act     TEXT    NOT NULL,
    subject TEXT    NOT NULL,
    PRIMARY KEY (slot, seller, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE ops_trail_open (
    slot   INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    number INTEGER NOT NULL CHECK (number > 0),
    PRIMARY KEY (slot, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE "orders" (
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
CREATE TABLE rules_version (
    slot                      INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    version                   INTEGER NOT NULL CHECK (version > 0),
    merchant_fee_ppm          INTEGER NOT NULL CHECK (merchant_fee_ppm BETWEEN 0 AND 1000000),
    password_free_limit_minor INTEGER NOT NULL CHECK (password_free_limit_minor >= 0),
    valid_from_us             INTEGER,
    reason                    TEXT    NOT NULL,
    proposed_by               TEXT    NOT NULL,
    proposed_at_us            INTEGER NOT NULL,
    approved_by               TEXT,
    approved_at_us            INTEGER,
    PRIMARY KEY (slot, version),
    CHECK ((approved_by IS NULL) = (approved_at_us IS NULL)),
    CHECK (approved_by IS NULL OR approved_by <> proposed_by),
    CHECK (approved_by IS NULL OR (valid_from_us IS NOT NULL AND valid_from_us >= approved_at_us))
) STRICT, WITHOUT ROWID;
CREATE TABLE rules_book (
    slot    INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    version INTEGER NOT NULL CHECK (version >= 0),
    PRIMARY KEY (slot)
) STRICT, WITHOUT ROWID;
CREATE TABLE refund_wish (
    slot           INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    seller         INTEGER NOT NULL CHECK (seller >= 0),
    order_no       INTEGER NOT NULL CHECK (order_no >= 0),
    buyer          INTEGER NOT NULL CHECK (buyer >= 0),
    state          TEXT    NOT NULL CHECK (state = 'open' OR state = 'met' OR state = 'refused'),
    asking         INTEGER NOT NULL CHECK (asking BETWEEN 1 AND 3),
    key            TEXT    NOT NULL,
    first_key      TEXT,
    second_key     TEXT,
    reason         TEXT    NOT NULL,
    asked_at_us    INTEGER NOT NULL,
    answer         TEXT,
    answered_at_us INTEGER,
    PRIMARY KEY (slot, seller, order_no),
    CHECK ((state = 'open') = (answered_at_us IS NULL)),
    CHECK ((state = 'refused') = (answer IS NOT NULL)),
    CHECK (answered_at_us IS NULL OR answered_at_us >= asked_at_us),
    CHECK ((first_key IS NOT NULL) = (asking > 1)),
    CHECK ((second_key IS NOT NULL) = (asking > 2))
) STRICT, WITHOUT ROWID;
CREATE TABLE pocket_order (
    slot    INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party   INTEGER NOT NULL CHECK (party >= 0),
    pockets TEXT    NOT NULL CHECK (length(pockets) BETWEEN 1 AND 608),
    PRIMARY KEY (slot, party)
) STRICT, WITHOUT ROWID;
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
CREATE INDEX refund_wish_open ON refund_wish (slot, seller, order_no) WHERE state = 'open';
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
INSERT INTO mark VALUES (1, 0, 0, 0, X'0000000000000000000000000000000000000000000000000000000000000000');
