-- 0003_ledger_create.sql
-- Why: accounts, postings and holds. Amounts are minor units of the row's currency. A posting is one row with up to
--      four entries, because a row and an index for each entry halves what the tables can take; the view `entry`
--      shows them one by one. The last check of `posting` is double entry itself: debits equal credits.
-- Lock: new tables; nothing waits for them.
-- Undo: drop them; the journal can be posted again.
CREATE TABLE account (
    slot          INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    id            INTEGER NOT NULL CHECK (id >= 0),
    owner         INTEGER NOT NULL CHECK (owner >= 0),
    kind          TEXT    NOT NULL CHECK (kind IN ('balance', 'transit', 'fee_income', 'bank_reserve')),
    currency      TEXT    NOT NULL CHECK (currency IN ('cny', 'usd', 'jpy')),
    balance_minor INTEGER NOT NULL,
    held_minor    INTEGER NOT NULL CHECK (held_minor >= 0),
    opened_at_us  INTEGER NOT NULL,
    PRIMARY KEY (slot, id),
    CHECK (kind <> 'balance' OR (balance_minor >= held_minor AND held_minor >= 0))
) STRICT, WITHOUT ROWID;

CREATE TABLE posting (
    slot                  INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no                    INTEGER NOT NULL CHECK (no >= 0),
    kind                  TEXT    NOT NULL CHECK (kind IN (
        'top_up', 'pay_out', 'pay_in', 'pay_return', 'refund_out', 'refund_in', 'refund_return')),
    business_date         INTEGER NOT NULL CHECK (business_date >= 0),
    order_no              INTEGER CHECK (order_no >= 0),
    currency              TEXT    NOT NULL CHECK (currency IN ('cny', 'usd', 'jpy')),
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

CREATE TABLE hold (
    slot          INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    no            INTEGER NOT NULL CHECK (no >= 0),
    account       INTEGER NOT NULL CHECK (account >= 0),
    currency      TEXT    NOT NULL CHECK (currency IN ('cny', 'usd', 'jpy')),
    amount_minor  INTEGER NOT NULL CHECK (amount_minor >= 0),
    state         TEXT    NOT NULL CHECK (state IN ('open', 'captured', 'released')),
    changed_at_us INTEGER NOT NULL,
    PRIMARY KEY (slot, no)
) STRICT, WITHOUT ROWID;

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
