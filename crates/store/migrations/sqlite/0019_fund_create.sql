-- 0019_fund_create.sql
-- Why: bank cards (`card`, `card_name`), orders to banks (`bank_order`, `bank_order_key`), and what a bank said against
--      its own word (`bank_surprise`). Accounts, postings and timers learn the kinds that belong to them; a CHECK can
--      only be changed with its table, so these three are copied. Amounts are minor units, times microseconds UTC.
-- Lock: the tables are copied before they are served; a million payments take about half a minute.
-- Undo: drop the five tables; the same rows of the others are allowed as before.
CREATE TABLE card (
    slot          INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no            INTEGER NOT NULL CHECK (no >= 0),
    party         INTEGER NOT NULL CHECK (party >= 0),
    state         TEXT    NOT NULL CHECK (state = 'asked' OR state = 'bound' OR state = 'unbound'),
    bank          TEXT    NOT NULL,
    kind          TEXT    NOT NULL CHECK (kind = 'debit' OR kind = 'credit'),
    last_four     TEXT    NOT NULL,
    digest        BLOB    NOT NULL CHECK (length(digest) = 16),
    agreement     TEXT,
    asked_at_us   INTEGER NOT NULL,
    changed_at_us INTEGER NOT NULL,
    PRIMARY KEY (slot, no)
) STRICT, WITHOUT ROWID;

CREATE TABLE card_name (
    slot   INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party  INTEGER NOT NULL CHECK (party >= 0),
    digest BLOB    NOT NULL CHECK (length(digest) = 16),
    no     INTEGER NOT NULL CHECK (no >= 0),
    PRIMARY KEY (slot, party, digest)
) STRICT, WITHOUT ROWID;

CREATE TABLE bank_order (
    slot           INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no             INTEGER NOT NULL CHECK (no >= 0),
    party          INTEGER NOT NULL CHECK (party >= 0),
    card           INTEGER NOT NULL CHECK (card >= 0),
    kind           TEXT    NOT NULL CHECK (
        kind = 'top_up' OR kind = 'withdraw' OR kind = 'pay' OR kind = 'return'),
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
    PRIMARY KEY (slot, no),
    CHECK ((timer IS NULL) = (gives_up_at_us IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX bank_order_next ON bank_order (next_try_at_us) WHERE next_try_at_us IS NOT NULL;

CREATE TABLE bank_order_key (
    slot  INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party INTEGER NOT NULL CHECK (party >= 0),
    kind  TEXT    NOT NULL CHECK (kind = 'top_up' OR kind = 'withdraw' OR kind = 'pay' OR kind = 'return'),
    key   TEXT    NOT NULL,
    no    INTEGER NOT NULL CHECK (no >= 0),
    PRIMARY KEY (slot, party, kind, key)
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

DROP VIEW entry;

CREATE TABLE account_wider (
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
INSERT INTO account_wider SELECT * FROM account;
DROP TABLE account;
ALTER TABLE account_wider RENAME TO account;

CREATE TABLE posting_wider (
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
        kind = 'suspense_in' OR kind = 'suspense_out'),
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

CREATE TABLE timer_wider (
    slot      INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    due_at_us INTEGER NOT NULL,
    no        INTEGER NOT NULL CHECK (no >= 0),
    task      TEXT    NOT NULL CHECK (
        task = 'expire_order' OR task = 'forget_code' OR task = 'forget_attempt' OR
        task = 'end_agreement' OR task = 'escrow_step' OR task = 'expire_freeze' OR
        task = 'end_freeze' OR task = 'free_splits' OR task = 'transfer_clock' OR
        task = 'give_up_bank_order'),
    order_no  INTEGER CHECK (order_no >= 0),
    code      BLOB    CHECK (length(code) = 16),
    party     INTEGER CHECK (party >= 0),
    attempt   INTEGER CHECK (attempt >= 0),
    PRIMARY KEY (slot, due_at_us, no)
) STRICT, WITHOUT ROWID;
INSERT INTO timer_wider SELECT * FROM timer;
DROP TABLE timer;
ALTER TABLE timer_wider RENAME TO timer;
CREATE INDEX timer_due ON timer (due_at_us);

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
