-- 0013_signing_create.sql
-- Why: what the buyer of an order signs by paying it, beside the order, and what came of it. Days are the number yyyymmdd,
--      amounts are minor units.
-- Lock: none; the table is new.
-- Undo: drop the table; nothing older reads it.
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
