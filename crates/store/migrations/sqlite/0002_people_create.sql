-- 0002_people_create.sql
-- Why: parties, their logins, passwords and apps. Times are microseconds UTC; enums are short texts.
-- Lock: new tables; nothing waits for them.
-- Undo: drop them; the journal can be posted again.
CREATE TABLE party (
    slot         INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    id           INTEGER NOT NULL CHECK (id >= 0),
    kind         TEXT    NOT NULL CHECK (kind IN ('person', 'merchant')),
    status       TEXT    NOT NULL CHECK (status IN ('normal', 'frozen', 'closed')),
    login        TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    opened_at_us INTEGER NOT NULL,
    PRIMARY KEY (slot, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE login (
    slot  INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    login TEXT    NOT NULL,
    party INTEGER NOT NULL CHECK (party >= 0),
    PRIMARY KEY (slot, login)
) STRICT, WITHOUT ROWID;

CREATE TABLE slot_head (
    slot    INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    parties INTEGER NOT NULL CHECK (parties >= 0),
    apps    INTEGER NOT NULL CHECK (apps >= 0),
    PRIMARY KEY (slot)
) STRICT, WITHOUT ROWID;

CREATE TABLE credential (
    slot            INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party           INTEGER NOT NULL CHECK (party >= 0),
    verifier        TEXT    NOT NULL,
    pepper_version  INTEGER NOT NULL CHECK (pepper_version >= 0),
    tries           INTEGER NOT NULL CHECK (tries >= 0),
    locked_until_us INTEGER NOT NULL,
    PRIMARY KEY (slot, party)
) STRICT, WITHOUT ROWID;

CREATE TABLE password_attempt (
    slot          INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party         INTEGER NOT NULL CHECK (party >= 0),
    no            INTEGER NOT NULL CHECK (no >= 0),
    about         INTEGER NOT NULL CHECK (about >= 0),
    proven        INTEGER NOT NULL CHECK (proven IN (0, 1)),
    expires_at_us INTEGER NOT NULL,
    PRIMARY KEY (slot, party, no)
) STRICT, WITHOUT ROWID;

CREATE TABLE app (
    slot           INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    id             INTEGER NOT NULL CHECK (id >= 0),
    seller         INTEGER NOT NULL CHECK (seller >= 0),
    mode           TEXT    NOT NULL CHECK (mode IN ('key', 'cert')),
    status         TEXT    NOT NULL CHECK (status IN ('online', 'disabled')),
    public_key     BLOB    NOT NULL,
    certificate    TEXT,
    cert_sn        TEXT,
    allow_rsa1     INTEGER NOT NULL CHECK (allow_rsa1 IN (0, 1)),
    sealed_aes_key BLOB,
    opened_at_us   INTEGER NOT NULL,
    PRIMARY KEY (slot, id)
) STRICT, WITHOUT ROWID;
