-- 0033_day_close_create.sql
-- Why: the close of business dates: how far each slot is closed (`day_close`), and what each kind of account moved on a
--      day and came to at its end (`trial_balance`). Dates are yyyymmdd in China, sums minor units, times
--      microseconds UTC.
-- Lock: none; the tables are new.
-- Undo: drop both tables; nothing older reads them.
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
