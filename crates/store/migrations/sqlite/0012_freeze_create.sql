-- 0012_freeze_create.sql
-- Why: pre-authorisations: the freeze and its operations at the merchant, the merchant's numbers of both, and what the
--      payer agreed to. Amounts are minor units. `adds_up` is the conservation of every freeze.
-- Lock: new tables only.
-- Undo: drop the four tables; nothing older reads them.
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
    created_at_us INTEGER NOT NULL,
    changed_at_us INTEGER NOT NULL,
    PRIMARY KEY (slot, no)
) STRICT, WITHOUT ROWID;
