-- 0007_notice_tells_messages.sql
-- Why: agreements tell merchants something that no order says, and have a clock of their own: a notice may carry what
--      it says (`content`), and timers have one more task. A CHECK can only be changed with its table.
-- Lock: both tables are copied before they are served; they hold what is due and what was told.
-- Undo: not needed; the same rows are allowed as before.
CREATE TABLE notice_wider (
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
INSERT INTO notice_wider SELECT *, NULL FROM notice;
DROP TABLE notice;
ALTER TABLE notice_wider RENAME TO notice;
CREATE INDEX notice_next ON notice (next_at_us) WHERE next_at_us IS NOT NULL;
CREATE INDEX notice_order ON notice (order_no);

CREATE TABLE timer_wider (
    slot      INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    due_at_us INTEGER NOT NULL,
    no        INTEGER NOT NULL CHECK (no >= 0),
    task      TEXT    NOT NULL CHECK (
        task = 'expire_order' OR task = 'forget_code' OR task = 'forget_attempt' OR
        task = 'end_agreement'),
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
