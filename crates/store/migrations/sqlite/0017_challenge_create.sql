-- 0017_challenge_create.sql
-- Why: codes that are sent to phones and e-mail addresses, known by keyed digests alone. Times are microseconds UTC, a
--      day is the number yyyymmdd.
-- Lock: none; the table is new.
-- Undo: drop the table; nothing older reads it.
CREATE TABLE challenge (
    slot          INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    address       BLOB    NOT NULL CHECK (length(address) = 16),
    purpose       TEXT    NOT NULL CHECK (
        purpose = 'register' OR purpose = 'sign_in' OR purpose = 'login_password' OR purpose = 'pay_password' OR
        purpose = 'close_account'),
    code          BLOB    NOT NULL CHECK (length(code) = 16),
    state         TEXT    NOT NULL CHECK (state = 'open' OR state = 'proven' OR state = 'used'),
    tries         INTEGER NOT NULL CHECK (tries >= 0),
    proof         INTEGER CHECK (proof >= 0),
    sent_at_us    INTEGER NOT NULL,
    expires_at_us INTEGER NOT NULL,
    day           INTEGER NOT NULL CHECK (day >= 0),
    sends         INTEGER NOT NULL CHECK (sends >= 0),
    forget_at_us  INTEGER NOT NULL,
    timer         INTEGER NOT NULL CHECK (timer >= 0),
    PRIMARY KEY (slot, address),
    CHECK ((state = 'open') = (proof IS NULL))
) STRICT, WITHOUT ROWID;
