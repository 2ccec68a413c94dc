-- 0036_settlement_batch_create.sql
-- Why: sales that are settled the day after, by contract: `contract.settlement` says so, `orders.settled_with` is the day
--      whose sales an order is settled with (absent for at once), `settlement_batch` sums such a day. Timers have one
--      more task. Times are microseconds UTC, amounts minor units.
-- Lock: the table of timers is written anew; it holds what is to come only.
-- Undo: drop the table and both columns once nothing is held for a batch; older releases refuse the timers' new task.
ALTER TABLE contract ADD COLUMN settlement TEXT NOT NULL DEFAULT 'same_day'
    CHECK (settlement = 'same_day' OR settlement = 'next_day');
ALTER TABLE orders ADD COLUMN settled_with INTEGER;
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

CREATE TABLE timer_wider (
    slot      INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    due_at_us INTEGER NOT NULL,
    no        INTEGER NOT NULL CHECK (no >= 0),
    task      TEXT    NOT NULL CHECK (
        task = 'expire_order' OR task = 'forget_code' OR task = 'forget_attempt' OR
        task = 'end_agreement' OR task = 'escrow_step' OR task = 'expire_freeze' OR
        task = 'end_freeze' OR task = 'free_splits' OR task = 'transfer_clock' OR
        task = 'give_up_bank_order' OR task = 'settle_sales'),
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
