-- 0008_grants_create.sql
-- Why: apps that act for a merchant or know a user, with the codes and tokens that prove it, the addresses that users may
--      be sent back to, and certifications of persons. Codes, tokens and identities are keyed digests.
-- Lock: new tables; nothing waits for them.
-- Undo: drop them; the journal can be posted again.
CREATE TABLE grants (
    slot            INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    owner           INTEGER NOT NULL CHECK (owner >= 0),
    app             INTEGER NOT NULL CHECK (app >= 0),
    kind            TEXT    NOT NULL CHECK (kind = 'user' OR kind = 'merchant'),
    scopes          TEXT    NOT NULL,
    own_app         INTEGER CHECK (own_app >= 0),
    granted_at_us   INTEGER NOT NULL,
    withdrawn_at_us INTEGER,
    tokens          BLOB    NOT NULL,
    PRIMARY KEY (slot, owner, app, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE token (
    slot          INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    digest        BLOB    NOT NULL CHECK (length(digest) = 16),
    role          TEXT    NOT NULL CHECK (role = 'code' OR role = 'access' OR role = 'refresh'),
    kind          TEXT    NOT NULL CHECK (kind = 'user' OR kind = 'merchant'),
    owner         INTEGER NOT NULL CHECK (owner >= 0),
    app           INTEGER NOT NULL CHECK (app >= 0),
    scopes        TEXT    NOT NULL,
    issued_at_us  INTEGER NOT NULL,
    expires_at_us INTEGER NOT NULL,
    ended_at_us   INTEGER,
    access        BLOB    CHECK (length(access) = 16),
    PRIMARY KEY (slot, digest)
) STRICT, WITHOUT ROWID;

CREATE TABLE callback (
    slot    INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    app     INTEGER NOT NULL CHECK (app >= 0),
    origins TEXT    NOT NULL,
    PRIMARY KEY (slot, app)
) STRICT, WITHOUT ROWID;

CREATE TABLE certification (
    slot           INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    id             BLOB    NOT NULL CHECK (length(id) = 16),
    seller         INTEGER NOT NULL CHECK (seller >= 0),
    app            INTEGER NOT NULL CHECK (app >= 0),
    outer_order_no TEXT    NOT NULL,
    meaning        BLOB    NOT NULL CHECK (length(meaning) = 16),
    return_url     TEXT,
    state          TEXT    NOT NULL CHECK (state = 'started' OR state = 'passed' OR state = 'failed'),
    opened_at_us   INTEGER NOT NULL,
    expires_at_us  INTEGER NOT NULL,
    decided_at_us  INTEGER,
    PRIMARY KEY (slot, id)
) STRICT, WITHOUT ROWID;
