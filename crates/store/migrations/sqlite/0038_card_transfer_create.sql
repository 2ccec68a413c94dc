-- 0038_card_transfer_create.sql
-- Why: merchants' transfers to bank cards (`card_transfer`) and their numbers (`card_transfer_number`). Cards learn to be
--      a payee's, bank orders to carry out a transfer; a CHECK can only be changed with its table, so these three are
--      copied. Amounts are minor units, times microseconds UTC.
-- Lock: the three tables are copied before they are served; a million bank orders take a few seconds.
-- Undo: drop the two tables; the same rows of the others are allowed as before.
CREATE TABLE card_transfer (
    slot         INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no           INTEGER NOT NULL CHECK (no >= 0),
    payer        INTEGER NOT NULL CHECK (payer >= 0),
    app          INTEGER NOT NULL CHECK (app >= 0),
    out_biz_no   TEXT    NOT NULL,
    named        BLOB    NOT NULL CHECK (length(named) = 16),
    currency     TEXT    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
    fee_minor    INTEGER NOT NULL CHECK (fee_minor >= 0),
    card         INTEGER NOT NULL CHECK (card >= 0),
    bank_order   INTEGER NOT NULL CHECK (bank_order >= 0),
    title        TEXT,
    remark       TEXT,
    passback     TEXT,
    state        TEXT    NOT NULL CHECK (state = 'under_way' OR state = 'done' OR state = 'failed'),
    notify_url   TEXT,
    gbk          INTEGER NOT NULL CHECK (gbk IN (0, 1)),
    rsa1         INTEGER NOT NULL CHECK (rsa1 IN (0, 1)),
    paid_at_us   INTEGER NOT NULL,
    ended_at_us  INTEGER,
    PRIMARY KEY (slot, no),
    CHECK ((state = 'under_way') = (ended_at_us IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE card_transfer_number (
    slot       INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    payer      INTEGER NOT NULL CHECK (payer >= 0),
    out_biz_no TEXT    NOT NULL,
    no         INTEGER NOT NULL CHECK (no >= 0),
    PRIMARY KEY (slot, payer, out_biz_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE card_wider (
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
INSERT INTO card_wider SELECT * FROM card;
DROP TABLE card;
ALTER TABLE card_wider RENAME TO card;

CREATE TABLE bank_order_wider (
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
INSERT INTO bank_order_wider SELECT * FROM bank_order;
DROP TABLE bank_order;
ALTER TABLE bank_order_wider RENAME TO bank_order;
CREATE INDEX bank_order_next ON bank_order (next_try_at_us) WHERE next_try_at_us IS NOT NULL;

CREATE TABLE bank_order_key_wider (
    slot  INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party INTEGER NOT NULL CHECK (party >= 0),
    kind  TEXT    NOT NULL CHECK (
        kind = 'top_up' OR kind = 'withdraw' OR kind = 'pay' OR kind = 'return' OR kind = 'transfer'),
    key   TEXT    NOT NULL,
    no    INTEGER NOT NULL CHECK (no >= 0),
    PRIMARY KEY (slot, party, kind, key)
) STRICT, WITHOUT ROWID;
INSERT INTO bank_order_key_wider SELECT * FROM bank_order_key;
DROP TABLE bank_order_key;
ALTER TABLE bank_order_key_wider RENAME TO bank_order_key;
