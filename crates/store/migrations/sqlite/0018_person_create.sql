-- 0018_person_create.sql
-- Why: registered persons. A party gets its class as a payer and what is shown of a login that is a digest; `profile`
--      holds what is known of a person, sealed; `sign_in` the login password. Times are microseconds UTC, a day is the
--      number yyyymmdd. Parties that are there were opened for trying out, or are merchants.
-- Lock: parties are copied before they are served; a million of them take seconds.
-- Undo: copy the parties back without the two columns, and drop the two tables.
CREATE TABLE party_wider (
    slot         INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    id           INTEGER NOT NULL CHECK (id >= 0),
    kind         TEXT    NOT NULL CHECK (kind IN ('person', 'merchant')),
    status       TEXT    NOT NULL CHECK (status IN ('normal', 'frozen', 'closed', 'stopped')),
    login        TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    opened_at_us INTEGER NOT NULL,
    class        TEXT    NOT NULL CHECK (
        class = 'merchant' OR class = 'sandbox' OR class = 'unverified' OR class = 'one' OR class = 'two' OR
        class = 'three'),
    login_masked TEXT,
    PRIMARY KEY (slot, id)
) STRICT, WITHOUT ROWID;
INSERT INTO party_wider
    SELECT slot, id, kind, status, login, name, opened_at_us,
           CASE kind WHEN 'merchant' THEN 'merchant' ELSE 'sandbox' END, NULL
    FROM party;
DROP TABLE party;
ALTER TABLE party_wider RENAME TO party;

CREATE TABLE profile (
    slot             INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party            INTEGER NOT NULL CHECK (party >= 0),
    data_key         BLOB    NOT NULL CHECK (length(data_key) = 16),
    address          BLOB    CHECK (length(address) = 16),
    sealed_address   BLOB    NOT NULL,
    sealed_name      BLOB,
    sealed_id_number BLOB,
    erased_at_us     INTEGER,
    PRIMARY KEY (slot, party)
) STRICT, WITHOUT ROWID;

CREATE TABLE sign_in (
    slot            INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party           INTEGER NOT NULL CHECK (party >= 0),
    verifier        TEXT    NOT NULL,
    pepper_version  INTEGER NOT NULL CHECK (pepper_version >= 0),
    tries           INTEGER NOT NULL CHECK (tries >= 0),
    locked_until_us INTEGER NOT NULL,
    tried           INTEGER NOT NULL CHECK (tried >= 0),
    tried_at_us     INTEGER NOT NULL,
    judged          INTEGER NOT NULL CHECK (judged >= 0),
    seen_at_us      INTEGER NOT NULL,
    changed_day     INTEGER NOT NULL CHECK (changed_day >= 0),
    changes         INTEGER NOT NULL CHECK (changes >= 0),
    PRIMARY KEY (slot, party)
) STRICT, WITHOUT ROWID;
