-- 0021_identity_create.sql
-- Why: who somebody is (`standing`, `evidence`) and what all accounts of one person share (`person`), known by keyed
--      digests. A payment may be refused for the class of the buyer, which receipts of attempts remember. Amounts are
--      minor units, times microseconds UTC.
-- Lock: receipts are copied before they are served; a million of them take seconds.
-- Undo: drop the three tables, and copy the receipts back.
CREATE TABLE standing (
    slot            INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party           INTEGER NOT NULL CHECK (party >= 0),
    identity        BLOB    NOT NULL CHECK (length(identity) = 16),
    evidences       INTEGER NOT NULL CHECK (evidences >= 0),
    counts_until_us INTEGER,
    holds_quota     INTEGER NOT NULL CHECK (holds_quota IN (0, 1)),
    carried_year    INTEGER NOT NULL CHECK (carried_year >= 0),
    carried_minor   INTEGER NOT NULL CHECK (carried_minor >= 0),
    given_year      INTEGER NOT NULL CHECK (given_year >= 0),
    given_minor     INTEGER NOT NULL CHECK (given_minor >= 0),
    PRIMARY KEY (slot, party)
) STRICT, WITHOUT ROWID;

CREATE TABLE evidence (
    slot           INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party          INTEGER NOT NULL CHECK (party >= 0),
    place          INTEGER NOT NULL CHECK (place >= 0),
    kind           TEXT    NOT NULL CHECK (
        kind = 'ministry' OR kind = 'bank_card' OR kind = 'mobile_operator' OR kind = 'education' OR
        kind = 'social_security' OR kind = 'utility' OR kind = 'exit_entry' OR kind = 'face_to_face'),
    provider       TEXT    NOT NULL,
    verified_at_us INTEGER NOT NULL,
    expires_at_us  INTEGER,
    PRIMARY KEY (slot, party, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE person (
    slot          INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    identity      BLOB    NOT NULL CHECK (length(identity) = 16),
    accounts      BLOB    NOT NULL,
    class_three   INTEGER CHECK (class_three >= 0),
    holder        INTEGER CHECK (holder >= 0),
    moving_to     INTEGER CHECK (moving_to >= 0),
    carried_year  INTEGER NOT NULL CHECK (carried_year >= 0),
    carried_minor INTEGER NOT NULL CHECK (carried_minor >= 0),
    PRIMARY KEY (slot, identity)
) STRICT, WITHOUT ROWID;

CREATE TABLE receipt_wider (
    slot     INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    order_no INTEGER NOT NULL CHECK (order_no >= 0),
    attempt  BLOB    NOT NULL CHECK (length(attempt) = 16),
    outcome  TEXT    NOT NULL CHECK (
        outcome = 'asked' OR outcome = 'paid' OR outcome = 'waiting' OR outcome = 'code_invalid' OR
        outcome = 'buyer_blocked' OR outcome = 'buyer_is_seller' OR outcome = 'buyer_differs' OR
        outcome = 'balance_too_low' OR outcome = 'order_closed' OR outcome = 'buyer_limit'),
    at_us    INTEGER NOT NULL,
    PRIMARY KEY (slot, order_no, attempt)
) STRICT, WITHOUT ROWID;
INSERT INTO receipt_wider SELECT * FROM receipt;
DROP TABLE receipt;
ALTER TABLE receipt_wider RENAME TO receipt;
