-- 0039_screening_create.sql
-- Why: versions of the list of names (`screen_list`) and what is proposed as the next (`screen_proposal`), on the
--      platform's slot; where a party stands with it (`screening`) and what was found (`screen_hit`), in its own slot.
--      Scores and thresholds are thousandths. Names are no columns: digests stand for them. Times are microseconds UTC.
-- Lock: none; the tables are new.
-- Undo: drop the four tables; nothing older reads them.
CREATE TABLE screen_list (
    slot            INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    version         INTEGER NOT NULL CHECK (version > 0),
    digest          BLOB    NOT NULL CHECK (length(digest) = 32),
    entries         INTEGER NOT NULL CHECK (entries > 0),
    threshold       INTEGER NOT NULL CHECK (threshold BETWEEN 700 AND 1000),
    proposed_by     TEXT    NOT NULL,
    approved_by     TEXT    NOT NULL,
    effective_at_us INTEGER NOT NULL,
    PRIMARY KEY (slot, version),
    CHECK (proposed_by <> approved_by)
) STRICT, WITHOUT ROWID;

CREATE TABLE screen_proposal (
    slot           INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    version        INTEGER NOT NULL CHECK (version >= 0),
    digest         BLOB    NOT NULL CHECK (length(digest) = 32),
    entries        INTEGER NOT NULL CHECK (entries >= 0),
    threshold      INTEGER NOT NULL CHECK (threshold >= 0),
    proposed_by    TEXT    NOT NULL,
    proposed_at_us INTEGER NOT NULL,
    PRIMARY KEY (slot, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE screening (
    slot     INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party    INTEGER NOT NULL CHECK (party >= 0),
    about    TEXT    NOT NULL,
    version  INTEGER NOT NULL CHECK (version >= 0),
    name     BLOB    NOT NULL CHECK (length(name) = 16),
    at_us    INTEGER NOT NULL,
    subjects TEXT    NOT NULL,
    PRIMARY KEY (slot, party, about)
) STRICT, WITHOUT ROWID;

CREATE TABLE screen_hit (
    slot    INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party   INTEGER NOT NULL CHECK (party >= 0),
    subject TEXT    NOT NULL,
    no      INTEGER NOT NULL CHECK (no >= 0),
    at_us   INTEGER NOT NULL,
    about   TEXT    NOT NULL,
    name    BLOB    NOT NULL CHECK (length(name) = 16),
    version INTEGER NOT NULL CHECK (version >= 0),
    entry   TEXT    NOT NULL,
    alias   INTEGER NOT NULL CHECK (alias >= 0),
    score   INTEGER NOT NULL CHECK (score >= 0),
    measure TEXT    NOT NULL CHECK (
        measure = 'han' OR measure = 'han_variant' OR measure = 'tokens' OR measure = 'part' OR measure = 'joined' OR
        measure = 'number' OR measure = 'account'),
    matched TEXT    NOT NULL,
    PRIMARY KEY (slot, party, subject)
) STRICT, WITHOUT ROWID;
