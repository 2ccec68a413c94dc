-- 0009_agreement_create.sql
-- Why: agreements for recurring debits: the merchant's side, the buyer's mandate that counts, the names by which both are
--      found, and under which agreement an order was debited. Days are the number yyyymmdd, amounts are minor units.
-- Lock: none; the tables are new.
-- Undo: drop the four tables; nothing older reads them.
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
