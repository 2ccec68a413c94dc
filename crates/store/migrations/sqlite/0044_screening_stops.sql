-- 0044_screening_stops.sql
-- Why: a list of names that found a party stops its balance, by a stop of its own: four more values of `party.stop`.
--      What was found is released by two operators: `screen_release` is the word of the first. Microseconds UTC.
--      `card_guess` counts under how many wrong names an app named a card on a day. A day is the number yyyymmdd.
--      `person_count` counts by day and month what all accounts of a person bring in, pay by card and withdraw,
--      `person_spend` says by which orders, and `ask` for which question of the account. Amounts are fen.
-- Lock: parties are copied before they are served; a million of them take seconds.
-- Undo: once no list stops anybody, copy the parties back with the narrower check; drop the tables.
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
    stop         TEXT    NOT NULL CHECK (
        stop = 'nobody' OR stop = 'owner' OR stop = 'operator' OR stop = 'both' OR stop = 'list' OR
        stop = 'owner_list' OR stop = 'operator_list' OR stop = 'all'),
    proofs_after INTEGER NOT NULL CHECK (proofs_after >= 0),
    PRIMARY KEY (slot, id)
) STRICT, WITHOUT ROWID;
INSERT INTO party_wider
    SELECT slot, id, kind, status, login, name, opened_at_us, class, login_masked, stop, proofs_after FROM party;
DROP TABLE party;
ALTER TABLE party_wider RENAME TO party;

CREATE TABLE screen_release (
    slot           INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party          INTEGER NOT NULL CHECK (party >= 0),
    subject        TEXT    NOT NULL,
    proposed_by    TEXT    NOT NULL,
    proposed_at_us INTEGER NOT NULL,
    PRIMARY KEY (slot, party, subject)
) STRICT, WITHOUT ROWID;

CREATE TABLE card_guess (
    slot   INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    app    INTEGER NOT NULL CHECK (app >= 0),
    number BLOB    NOT NULL CHECK (length(number) = 16),
    day    INTEGER NOT NULL CHECK (day >= 0),
    count  INTEGER NOT NULL CHECK (count >= 0),
    named  BLOB    NOT NULL CHECK (length(named) = 16),
    PRIMARY KEY (slot, app, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE person_spend (
    slot         INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    identity     BLOB    NOT NULL CHECK (length(identity) = 16),
    bank_order   INTEGER NOT NULL CHECK (bank_order >= 0),
    kind         TEXT    NOT NULL CHECK (kind = 'card' OR kind = 'withdraw'),
    amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
    at_us        INTEGER NOT NULL,
    ask          INTEGER NOT NULL CHECK (ask >= 0),
    PRIMARY KEY (slot, identity, bank_order)
) STRICT, WITHOUT ROWID;

CREATE TABLE person_count (
    slot      INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    identity  BLOB    NOT NULL CHECK (length(identity) = 16),
    kind      TEXT    NOT NULL CHECK (
        kind = 'transfer_day' OR kind = 'transfer_month' OR kind = 'withdraw_day' OR kind = 'withdraw_free' OR
        kind = 'balance_year' OR kind = 'balance_life' OR kind = 'card_day' OR kind = 'card_month' OR
        kind = 'receive_day' OR kind = 'receive_month'),
    period    INTEGER NOT NULL CHECK (period >= 0),
    count     INTEGER NOT NULL CHECK (count >= 0),
    sum_minor INTEGER NOT NULL CHECK (sum_minor >= 0),
    PRIMARY KEY (slot, identity, kind, period)
) STRICT, WITHOUT ROWID;
