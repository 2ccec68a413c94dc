-- 0042_transfer_batch_create.sql
-- Why: batches of transfers: `transfer_batch` and its payer's number (`transfer_batch_number`), its details
--      (`transfer_batch_detail`), and which detail a transfer carries out (`transfer_batch_link`). Timers have one more
--      task. Amounts are minor units, times microseconds UTC; of payees there are keyed digests only.
-- Lock: the table of timers is written anew; it holds what is to come only.
-- Undo: drop the four tables once no batch is open; older releases refuse the timers' new task.
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

CREATE TABLE timer_wider (
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
INSERT INTO timer_wider SELECT * FROM timer;
DROP TABLE timer;
ALTER TABLE timer_wider RENAME TO timer;
CREATE INDEX timer_due ON timer (due_at_us);
