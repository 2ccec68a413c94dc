-- 0045_card_transfer_comes_back.sql
-- Why: a bank sends back what it had paid to a card: `card_transfer` gets the state `refunded`, its moment (microseconds
--      UTC), and a count of lines and words of the bank that said something else of it. Lines learn the class
--      `came_back`, postings the two kinds that bring the money to its payer; a CHECK can only be changed with its table,
--      so these four are copied.
-- Lock: the tables are copied before they are served; a million payments take about half a minute. Lines and words are
--      counted in one pass, not once for each transfer.
-- Undo: the same rows are allowed as before; drop the two columns.
CREATE TABLE card_transfer_wider (
    slot           INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no             INTEGER NOT NULL CHECK (no >= 0),
    payer          INTEGER NOT NULL CHECK (payer >= 0),
    app            INTEGER NOT NULL CHECK (app >= 0),
    out_biz_no     TEXT    NOT NULL,
    named          BLOB    NOT NULL CHECK (length(named) = 16),
    currency       TEXT    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    amount_minor   INTEGER NOT NULL CHECK (amount_minor > 0),
    fee_minor      INTEGER NOT NULL CHECK (fee_minor >= 0),
    card           INTEGER NOT NULL CHECK (card >= 0),
    bank_order     INTEGER NOT NULL CHECK (bank_order >= 0),
    title          TEXT,
    remark         TEXT,
    passback       TEXT,
    state          TEXT    NOT NULL CHECK (
        state = 'under_way' OR state = 'done' OR state = 'failed' OR
        state = 'refunded'),
    notify_url     TEXT,
    gbk            INTEGER NOT NULL CHECK (gbk IN (0, 1)),
    rsa1           INTEGER NOT NULL CHECK (rsa1 IN (0, 1)),
    paid_at_us     INTEGER NOT NULL,
    ended_at_us    INTEGER,
    returned_at_us INTEGER,
    odd_lines      INTEGER NOT NULL CHECK (odd_lines >= 0),
    PRIMARY KEY (slot, no),
    CHECK ((state = 'under_way') = (ended_at_us IS NULL)),
    CHECK ((state = 'refunded') = (returned_at_us IS NOT NULL))
) STRICT, WITHOUT ROWID;
INSERT INTO card_transfer_wider
SELECT card_transfer.*, NULL, coalesce(odd.n, 0)
FROM card_transfer LEFT JOIN (
    SELECT slot, bank_order, count(*) AS n FROM (
        SELECT slot, bank_order FROM statement_line
        WHERE bank_order IS NOT NULL AND class <> 'late' AND class <> 'matched'
        UNION ALL
        SELECT slot, no FROM bank_surprise WHERE kind = 'second_reference')
    GROUP BY slot, bank_order) AS odd
ON odd.slot = card_transfer.slot AND odd.bank_order = card_transfer.bank_order;
DROP TABLE card_transfer;
ALTER TABLE card_transfer_wider RENAME TO card_transfer;

CREATE TABLE statement_line_wider (
    slot           INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    account        TEXT    NOT NULL,
    day            INTEGER NOT NULL CHECK (day >= 0),
    serial         INTEGER NOT NULL CHECK (serial >= 1),
    of_lines       INTEGER NOT NULL CHECK (of_lines >= serial),
    value_day      INTEGER NOT NULL CHECK (value_day >= 0),
    order_key      TEXT    NOT NULL,
    reference      TEXT    NOT NULL,
    is_credit      INTEGER NOT NULL CHECK (is_credit IN (0, 1)),
    currency       TEXT    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    amount_minor   INTEGER NOT NULL CHECK (amount_minor >= 0),
    class          TEXT    NOT NULL CHECK (
        class = 'theirs_only' OR class = 'currency_differs' OR class = 'sign_differs' OR class = 'amount_differs' OR
        class = 'never_sent' OR class = 'duplicate' OR class = 'against_word' OR
        class = 'late' OR class = 'matched' OR class = 'came_back'),
    bank_order     INTEGER CHECK (bank_order >= 0),
    imported_at_us INTEGER NOT NULL,
    PRIMARY KEY (slot, account, day, serial)
) STRICT, WITHOUT ROWID;
INSERT INTO statement_line_wider SELECT * FROM statement_line;
DROP TABLE statement_line;
ALTER TABLE statement_line_wider RENAME TO statement_line;

CREATE TABLE suspense_wider (
    slot         INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    account      TEXT    NOT NULL,
    day          INTEGER NOT NULL CHECK (day >= 0),
    serial       INTEGER NOT NULL CHECK (serial >= 0),
    class        TEXT    NOT NULL CHECK (
        class = 'theirs_only' OR class = 'currency_differs' OR class = 'sign_differs' OR class = 'amount_differs' OR
        class = 'never_sent' OR class = 'duplicate' OR class = 'against_word' OR
        class = 'late' OR class = 'matched' OR class = 'came_back'),
    owner        TEXT    NOT NULL CHECK (owner = 'bank' OR owner = 'customer'),
    party        INTEGER CHECK (party >= 0),
    is_credit    INTEGER NOT NULL CHECK (is_credit IN (0, 1)),
    currency     TEXT    NOT NULL CHECK (currency = 'cny' OR currency = 'usd' OR currency = 'jpy'),
    amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
    opened_at_us INTEGER NOT NULL,
    PRIMARY KEY (slot, account, day, serial)
) STRICT, WITHOUT ROWID;
INSERT INTO suspense_wider SELECT * FROM suspense;
DROP TABLE suspense;
ALTER TABLE suspense_wider RENAME TO suspense;

DROP VIEW entry;

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
        kind = 'suspense_in' OR kind = 'suspense_out' OR kind = 'settle_in' OR kind = 'settle_out' OR
        kind = 'unclear_in' OR kind = 'unclear_out' OR kind = 'suspense_return' OR kind = 'suspense_kept' OR
        kind = 'suspense_borne' OR kind = 'suspense_match_in' OR kind = 'suspense_match_out' OR
        kind = 'card_sent_back' OR kind = 'suspense_sent_back'),
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
