-- 0015_split_learns_returns.sql
-- Why: a refund that comes back gives receivers their parts again: when each was made and undone (`split`), what waits
--      for refunds to arrive (`split_book`), and two more states of a part (`split_line`). A CHECK can only be changed
--      with its table. Amounts are minor units, times microseconds UTC.
-- Lock: the three tables are copied before they are served; only orders that were split have rows in them.
-- Undo: drop the columns once no refund is under way; older programs do not know the two states.
CREATE TABLE split_book_wider (
    slot          INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    order_no      INTEGER NOT NULL CHECK (order_no >= 0),
    currency      TEXT    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    freeze        INTEGER NOT NULL CHECK (freeze IN (0, 1)),
    hold          INTEGER CHECK (hold >= 0),
    timer         INTEGER CHECK (timer >= 0),
    freed         INTEGER NOT NULL CHECK (freed IN (0, 1)),
    split_minor   INTEGER NOT NULL CHECK (split_minor >= 0),
    splits        INTEGER NOT NULL CHECK (splits >= 0),
    finished      INTEGER NOT NULL CHECK (finished IN (0, 1)),
    giving_minor  INTEGER NOT NULL CHECK (giving_minor >= 0),
    fee_due_minor INTEGER NOT NULL CHECK (fee_due_minor >= 0),
    PRIMARY KEY (slot, order_no),
    CHECK ((hold IS NULL) = (timer IS NULL))
) STRICT, WITHOUT ROWID;
INSERT INTO split_book_wider SELECT *, 0, 0 FROM split_book;
DROP TABLE split_book;
ALTER TABLE split_book_wider RENAME TO split_book;

CREATE TABLE split_wider (
    slot           INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    order_no       INTEGER NOT NULL CHECK (order_no >= 0),
    place          INTEGER NOT NULL CHECK (place >= 0),
    kind           TEXT    NOT NULL CHECK (kind = 'out' OR kind = 'back'),
    out_request_no TEXT    NOT NULL,
    refund_minor   INTEGER CHECK (refund_minor >= 0),
    reason         TEXT,
    lines          INTEGER NOT NULL CHECK (lines >= 0),
    open           INTEGER NOT NULL CHECK (open BETWEEN 0 AND lines),
    finish         INTEGER NOT NULL CHECK (finish IN (0, 1)),
    at_us          INTEGER NOT NULL,
    made_at_us     INTEGER,
    undone_at_us   INTEGER,
    PRIMARY KEY (slot, order_no, place),
    CHECK ((kind = 'back') = (refund_minor IS NOT NULL)),
    CHECK (made_at_us IS NOT NULL OR undone_at_us IS NULL)
) STRICT, WITHOUT ROWID;
INSERT INTO split_wider
SELECT *, CASE WHEN kind = 'back' THEN (
    SELECT max(at_us) FROM split_line AS line
    WHERE line.slot = split.slot AND line.order_no = split.order_no AND line.place = split.place AND line.state = 'done'
) END, NULL FROM split;
DROP TABLE split;
ALTER TABLE split_wider RENAME TO split;

CREATE TABLE split_line_wider (
    slot         INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    order_no     INTEGER NOT NULL CHECK (order_no >= 0),
    place        INTEGER NOT NULL CHECK (place >= 0),
    line         INTEGER NOT NULL CHECK (line >= 0),
    receiver     INTEGER NOT NULL CHECK (receiver >= 0),
    currency     TEXT    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
    state        TEXT    NOT NULL CHECK (
        state = 'under_way' OR state = 'done' OR state = 'returned' OR state = 'asked' OR state = 'taken' OR
        state = 'refused' OR state = 'returning' OR state = 'restoring' OR state = 'kept'),
    at_us        INTEGER NOT NULL,
    PRIMARY KEY (slot, order_no, place, line)
) STRICT, WITHOUT ROWID;
INSERT INTO split_line_wider SELECT * FROM split_line;
DROP TABLE split_line;
ALTER TABLE split_line_wider RENAME TO split_line;
