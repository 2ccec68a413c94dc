-- 0041_operations_create.sql
-- Why: merchants without a licence receive within limits: their counters are two more kinds of `usage`, and
--      `trade.credit_off` says that a buyer's credit card does not pay such a merchant.
-- Lock: the counters are copied before they are served; a million of them take seconds.
-- Undo: delete counters of the two kinds and copy the rest back; drop the column.
CREATE TABLE usage_wider (
    slot      INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party     INTEGER NOT NULL CHECK (party >= 0),
    kind      TEXT    NOT NULL CHECK (
        kind = 'transfer_day' OR kind = 'transfer_month' OR kind = 'withdraw_day' OR kind = 'withdraw_free' OR
        kind = 'balance_year' OR kind = 'balance_life' OR kind = 'card_day' OR kind = 'card_month' OR
        kind = 'receive_day' OR kind = 'receive_month'),
    period    INTEGER NOT NULL CHECK (period >= 0),
    count     INTEGER NOT NULL CHECK (count >= 0),
    sum_minor INTEGER NOT NULL CHECK (sum_minor >= 0),
    PRIMARY KEY (slot, party, kind, period)
) STRICT, WITHOUT ROWID;
INSERT INTO usage_wider SELECT * FROM usage;
DROP TABLE usage;
ALTER TABLE usage_wider RENAME TO usage;

ALTER TABLE trade ADD COLUMN credit_off INTEGER NOT NULL DEFAULT 0 CHECK (credit_off = 0 OR credit_off = 1);
