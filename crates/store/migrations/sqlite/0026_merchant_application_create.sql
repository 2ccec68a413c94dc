-- 0026_merchant_application_create.sql
-- Why: somebody applies to be a merchant, is reviewed, and signs. What is known by name is sealed; documents lie in the
--      vault, `documents` and `reasons` are bits. Times are microseconds UTC.
-- Lock: none; the table is new.
-- Undo: drop the table; merchants that were signed stay.
CREATE TABLE merchant_application (
    slot          INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    login         TEXT    NOT NULL,
    applicant     INTEGER NOT NULL CHECK (applicant >= 0),
    kind          TEXT    NOT NULL CHECK (kind = 'enterprise' OR kind = 'individually_owned' OR kind = 'individual'),
    state         TEXT    NOT NULL CHECK (
        state = 'init' OR state = 'merchant_confirm' OR state = 'auditing' OR state = 'audit_pass' OR
        state = 'audit_reject' OR state = 'signed' OR state = 'suspended' OR state = 'unsigned'),
    name          TEXT    NOT NULL,
    data_key      BLOB    NOT NULL CHECK (length(data_key) = 16),
    sealed        BLOB    NOT NULL,
    name_matches  INTEGER NOT NULL CHECK (name_matches = 0 OR name_matches = 1),
    site          TEXT,
    documents     INTEGER NOT NULL CHECK (documents >= 0),
    reviewer      TEXT,
    reasons       INTEGER NOT NULL CHECK (reasons >= 0),
    note          TEXT,
    merchant      INTEGER CHECK (merchant >= 0),
    app           INTEGER CHECK (app >= 0),
    opened_at_us  INTEGER NOT NULL,
    changed_at_us INTEGER NOT NULL,
    PRIMARY KEY (slot, login)
) STRICT, WITHOUT ROWID;
