-- 0027_device_create.sql
-- Why: sessions of persons outlive a restart: `device` holds a keyed digest of each token and the sealed name; `no` is
--      the sequence of the sign-in. A party says who stopped its payments (`stop`), and up to which try of the payment
--      password nothing is proven any more (`proofs_after`). A receipt may say that a stop refused it. Times are
--      microseconds UTC.
-- Lock: receipts are copied before they are served; a million of them take seconds.
-- Undo: drop the table and the columns once nobody stopped anything, and copy the receipts back.
CREATE TABLE device (
    slot        INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party       INTEGER NOT NULL CHECK (party >= 0),
    place       INTEGER NOT NULL CHECK (place >= 0 AND place < 10),
    no          INTEGER NOT NULL CHECK (no >= 0),
    token       BLOB    NOT NULL CHECK (length(token) = 16),
    sealed_name BLOB    NOT NULL,
    since_us    INTEGER NOT NULL,
    seen_at_us  INTEGER NOT NULL,
    PRIMARY KEY (slot, party, place)
) STRICT, WITHOUT ROWID;

ALTER TABLE party ADD COLUMN stop TEXT NOT NULL DEFAULT 'nobody' CHECK (
    stop = 'nobody' OR stop = 'owner' OR stop = 'operator' OR stop = 'both');
ALTER TABLE party ADD COLUMN proofs_after INTEGER NOT NULL DEFAULT 0 CHECK (proofs_after >= 0);

CREATE TABLE receipt_wider (
    slot     INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    order_no INTEGER NOT NULL CHECK (order_no >= 0),
    attempt  BLOB    NOT NULL CHECK (length(attempt) = 16),
    outcome  TEXT    NOT NULL CHECK (
        outcome = 'asked' OR outcome = 'paid' OR outcome = 'waiting' OR outcome = 'code_invalid' OR
        outcome = 'buyer_blocked' OR outcome = 'buyer_is_seller' OR outcome = 'buyer_differs' OR
        outcome = 'balance_too_low' OR outcome = 'order_closed' OR outcome = 'buyer_limit' OR
        outcome = 'buyer_stopped'),
    at_us    INTEGER NOT NULL,
    PRIMARY KEY (slot, order_no, attempt)
) STRICT, WITHOUT ROWID;
INSERT INTO receipt_wider SELECT * FROM receipt;
DROP TABLE receipt;
ALTER TABLE receipt_wider RENAME TO receipt;
