-- 0035_passkey_create.sql
-- Why: persons sign in and pay by passkeys: `passkey` holds the public half of each, sealed, and its counter; `digest` is
--      of the credential's id. `passkey_proof` is a payment that one of them confirmed, as it was shown, until it is paid
--      or ten minutes passed. Times are microseconds UTC, amounts minor units.
-- Lock: none; the tables are new.
-- Undo: drop both tables; nothing older reads them, and their owners sign in with passwords.
CREATE TABLE passkey (
    slot        INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party       INTEGER NOT NULL CHECK (party >= 0),
    place       INTEGER NOT NULL CHECK (place >= 0 AND place < 10),
    no          INTEGER NOT NULL CHECK (no >= 0),
    digest      BLOB    NOT NULL CHECK (length(digest) = 16),
    sealed_key  BLOB    NOT NULL,
    sealed_name BLOB    NOT NULL,
    counter     INTEGER NOT NULL CHECK (counter >= 0),
    added_at_us INTEGER NOT NULL,
    used_at_us  INTEGER NOT NULL,
    PRIMARY KEY (slot, party, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE passkey_proof (
    slot          INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party         INTEGER NOT NULL CHECK (party >= 0),
    no            INTEGER NOT NULL CHECK (no >= 0),
    place         INTEGER NOT NULL CHECK (place >= 0 AND place < 10),
    passkey       INTEGER NOT NULL CHECK (passkey >= 0),
    about         INTEGER NOT NULL CHECK (about >= 0),
    payee         INTEGER NOT NULL CHECK (payee >= 0),
    currency      TEXT    NOT NULL CHECK (currency IN ('cny', 'usd', 'jpy')),
    amount_minor  INTEGER NOT NULL CHECK (amount_minor >= 0),
    expires_at_us INTEGER NOT NULL,
    PRIMARY KEY (slot, party, no)
) STRICT, WITHOUT ROWID;
