-- 0014_split_create.sql
-- Why: splits: what a merchant passes on of its orders' money (`split_book`, `split`, `split_line`) to receivers that it
--      bound (`royalty_relation`). Amounts are minor units of the row's currency, times microseconds UTC.
-- Lock: new tables only.
-- Undo: drop the four tables; nothing older reads them.
CREATE TABLE split_book (
    slot        INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    order_no    INTEGER NOT NULL CHECK (order_no >= 0),
    currency    TEXT    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    freeze      INTEGER NOT NULL CHECK (freeze IN (0, 1)),
    hold        INTEGER CHECK (hold >= 0),
    timer       INTEGER CHECK (timer >= 0),
    freed       INTEGER NOT NULL CHECK (freed IN (0, 1)),
    split_minor INTEGER NOT NULL CHECK (split_minor >= 0),
    splits      INTEGER NOT NULL CHECK (splits >= 0),
    finished    INTEGER NOT NULL CHECK (finished IN (0, 1)),
    PRIMARY KEY (slot, order_no),
    CHECK ((hold IS NULL) = (timer IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE split (
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
    PRIMARY KEY (slot, order_no, place),
    CHECK ((kind = 'back') = (refund_minor IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE split_line (
    slot         INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    order_no     INTEGER NOT NULL CHECK (order_no >= 0),
    place        INTEGER NOT NULL CHECK (place >= 0),
    line         INTEGER NOT NULL CHECK (line >= 0),
    receiver     INTEGER NOT NULL CHECK (receiver >= 0),
    currency     TEXT    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
    state        TEXT    NOT NULL CHECK (
        state = 'under_way' OR state = 'done' OR state = 'returned' OR state = 'asked' OR state = 'taken' OR
        state = 'refused' OR state = 'returning'),
    at_us        INTEGER NOT NULL,
    PRIMARY KEY (slot, order_no, place, line)
) STRICT, WITHOUT ROWID;

CREATE TABLE royalty_relation (
    slot     INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    seller   INTEGER NOT NULL CHECK (seller >= 0),
    place    INTEGER NOT NULL CHECK (place >= 0),
    receiver INTEGER NOT NULL CHECK (receiver >= 0),
    named    TEXT    NOT NULL CHECK (named = 'user_id' OR named = 'login_name'),
    account  TEXT    NOT NULL,
    memo     TEXT,
    at_us    INTEGER NOT NULL,
    PRIMARY KEY (slot, seller, place)
) STRICT, WITHOUT ROWID;
