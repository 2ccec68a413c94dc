-- 0055_rules_version_create.sql
-- Why: the dated rules, what is asked of a payment without a contract and up to which amount no password is asked for, are
--      changed by two people: `rules_version` has what was proposed and agreed to, `rules_book` how many versions were
--      agreed to. What is agreed to also becomes a row of `rulebook`, which decisions read. Fees are parts per million,
--      limits fen, moments microseconds UTC.
-- Lock: none; the tables are new.
-- Undo: drop both tables; the rules of `rulebook` hold on.
CREATE TABLE rules_version (
    slot                      INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    version                   INTEGER NOT NULL CHECK (version > 0),
    merchant_fee_ppm          INTEGER NOT NULL CHECK (merchant_fee_ppm BETWEEN 0 AND 1000000),
    password_free_limit_minor INTEGER NOT NULL CHECK (password_free_limit_minor >= 0),
    valid_from_us             INTEGER,
    reason                    TEXT    NOT NULL,
    proposed_by               TEXT    NOT NULL,
    proposed_at_us            INTEGER NOT NULL,
    approved_by               TEXT,
    approved_at_us            INTEGER,
    PRIMARY KEY (slot, version),
    CHECK ((approved_by IS NULL) = (approved_at_us IS NULL)),
    CHECK (approved_by IS NULL OR approved_by <> proposed_by),
    CHECK (approved_by IS NULL OR (valid_from_us IS NOT NULL AND valid_from_us >= approved_at_us))
) STRICT, WITHOUT ROWID;
CREATE TABLE rules_book (
    slot    INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    version INTEGER NOT NULL CHECK (version >= 0),
    PRIMARY KEY (slot)
) STRICT, WITHOUT ROWID;
