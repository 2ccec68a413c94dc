-- 0028_risk_create.sql
-- Why: versions of the risk rules (`risk_rules`) and what is proposed as the next (`risk_proposal`), on the platform's
--      slot; payments that wait for a person (`risk_case`) and what rules said of payments (`risk_decision`), in the
--      payer's slot. Ids of rules stand with spaces between. Times are microseconds UTC.
-- Lock: none; the tables are new.
-- Undo: drop the four tables; nothing older reads them.
CREATE TABLE risk_rules (
    slot            INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    version         INTEGER NOT NULL CHECK (version > 0),
    text            TEXT    NOT NULL,
    digest          BLOB    NOT NULL CHECK (length(digest) = 32),
    proposed_by     TEXT    NOT NULL,
    approved_by     TEXT    NOT NULL,
    effective_at_us INTEGER NOT NULL,
    PRIMARY KEY (slot, version),
    CHECK (proposed_by <> approved_by)
) STRICT, WITHOUT ROWID;

CREATE TABLE risk_proposal (
    slot           INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    version        INTEGER NOT NULL CHECK (version >= 0),
    text           TEXT    NOT NULL,
    digest         BLOB    NOT NULL CHECK (length(digest) = 32),
    proposed_by    TEXT    NOT NULL,
    proposed_at_us INTEGER NOT NULL,
    PRIMARY KEY (slot, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE risk_case (
    slot          INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party         INTEGER NOT NULL CHECK (party >= 0),
    subject       TEXT    NOT NULL,
    decision      INTEGER NOT NULL CHECK (decision >= 0),
    state         TEXT    NOT NULL CHECK (state = 'open' OR state = 'released' OR state = 'refused'),
    opened_at_us  INTEGER NOT NULL,
    decided_by    TEXT,
    decided_at_us INTEGER,
    PRIMARY KEY (slot, party, subject),
    CHECK ((decided_by IS NULL) = (decided_at_us IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE risk_decision (
    slot      INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party     INTEGER NOT NULL CHECK (party >= 0),
    no        INTEGER NOT NULL CHECK (no >= 0),
    at_us     INTEGER NOT NULL,
    subject   TEXT    NOT NULL,
    version   INTEGER NOT NULL CHECK (version >= 0),
    facts     TEXT    NOT NULL,
    verdict   TEXT    NOT NULL CHECK (
        verdict = 'allow' OR verdict = 'verify:password' OR verdict = 'verify:otp' OR verdict = 'verify:passkey' OR
        verdict = 'delay:2' OR verdict = 'delay:24' OR verdict = 'review' OR verdict = 'refuse'),
    outcome   TEXT    NOT NULL CHECK (outcome = 'passed' OR outcome = 'delayed' OR outcome = 'stopped'),
    fired     TEXT    NOT NULL,
    shadow    TEXT    NOT NULL,
    failed    TEXT    NOT NULL,
    reason_zh TEXT,
    reason_en TEXT,
    PRIMARY KEY (slot, party, no)
) STRICT, WITHOUT ROWID;
