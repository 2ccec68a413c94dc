-- 0056_refund_wish_create.sql
-- Why: a buyer asks its merchant for money back, and the merchant gives it or says why not: one row of an order, with its
--      last asking and the keys of those before it, so that one that is sent again late asks for nothing anew. Those that
--      wait are found without walking those that were answered. Moments are microseconds UTC.
-- Lock: none; the table is new.
-- Undo: drop the table; nothing else knows of wishes.
CREATE TABLE refund_wish (
    slot           INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    seller         INTEGER NOT NULL CHECK (seller >= 0),
    order_no       INTEGER NOT NULL CHECK (order_no >= 0),
    buyer          INTEGER NOT NULL CHECK (buyer >= 0),
    state          TEXT    NOT NULL CHECK (state = 'open' OR state = 'met' OR state = 'refused'),
    asking         INTEGER NOT NULL CHECK (asking BETWEEN 1 AND 3),
    key            TEXT    NOT NULL,
    first_key      TEXT,
    second_key     TEXT,
    reason         TEXT    NOT NULL,
    asked_at_us    INTEGER NOT NULL,
    answer         TEXT,
    answered_at_us INTEGER,
    PRIMARY KEY (slot, seller, order_no),
    CHECK ((state = 'open') = (answered_at_us IS NULL)),
    CHECK ((state = 'refused') = (answer IS NOT NULL)),
    CHECK (answered_at_us IS NULL OR answered_at_us >= asked_at_us),
    CHECK ((first_key IS NOT NULL) = (asking > 1)),
    CHECK ((second_key IS NOT NULL) = (asking > 2))
) STRICT, WITHOUT ROWID;

CREATE INDEX refund_wish_open ON refund_wish (slot, seller, order_no) WHERE state = 'open';
