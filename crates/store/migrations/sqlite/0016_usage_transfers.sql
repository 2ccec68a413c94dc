-- 0016_usage_transfers.sql
-- Why: how much of a limit each party used in a period (`usage`). Amounts are fen; a period is yyyymmdd, yyyymm, yyyy,
--      or 0 for a whole life.
-- Lock: new tables only.
-- Undo: drop the table; nothing older reads it.
CREATE TABLE usage (
    slot      INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party     INTEGER NOT NULL CHECK (party >= 0),
    kind      TEXT    NOT NULL CHECK (
        kind = 'transfer_day' OR kind = 'transfer_month' OR kind = 'withdraw_day' OR kind = 'withdraw_free' OR
        kind = 'balance_year' OR kind = 'balance_life' OR kind = 'card_day' OR kind = 'card_month'),
    period    INTEGER NOT NULL CHECK (period >= 0),
    count     INTEGER NOT NULL CHECK (count >= 0),
    sum_minor INTEGER NOT NULL CHECK (sum_minor >= 0),
    PRIMARY KEY (slot, party, kind, period)
) STRICT, WITHOUT ROWID;
