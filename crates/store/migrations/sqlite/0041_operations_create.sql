-- 0041_operations_create.sql
-- Why: merchants without a licence receive within limits: their counters are two more kinds of `usage`, and
--      `trade.credit_off` says that a buyer's credit card does not pay such a merchant.
--      Closing a suspense takes two people: `suspense_proposal` is what one proposed, `suspense_closing.approved_by` who
--      approved it; closings of before have none, and the audit names them. Times are microseconds UTC.
--      `merchant_store` has the stores of merchants, and `orders.store_name` what the store was called when it was opened.
--      `operator` has who acts for the platform and in which role, `operator_proposal` what one admin proposed and another one
--      is to approve, `operator_book` how many there are.
-- Lock: the counters are copied before they are served; a million of them take seconds.
-- Undo: delete counters of the two kinds and copy the rest back; drop the columns and the tables.
CREATE TABLE usage_wider (
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
INSERT INTO usage_wider SELECT * FROM usage;
DROP TABLE usage;
ALTER TABLE usage_wider RENAME TO usage;

ALTER TABLE trade ADD COLUMN credit_off INTEGER NOT NULL DEFAULT 0 CHECK (credit_off = 0 OR credit_off = 1);

ALTER TABLE suspense_closing ADD COLUMN approved_by TEXT;
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

ALTER TABLE orders ADD COLUMN store_name TEXT;
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
