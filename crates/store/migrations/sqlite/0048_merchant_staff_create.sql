-- 0048_merchant_staff_create.sql
-- Why: persons act for merchants in roles. `merchant_staff` has who does or did, in the merchant's slot; `staff_book` how
--      many do, how many of them are owners, how many ever were, and the number of the last note of what they did;
--      `staff_place` is the person's own copy, in the person's slot, so that whoever signs in finds the merchants to act
--      for. Times are microseconds UTC.
-- Lock: none; the tables are new.
-- Undo: drop the tables; nothing else names them.
CREATE TABLE merchant_staff (
    slot     INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    seller   INTEGER NOT NULL CHECK (seller >= 0),
    user     INTEGER NOT NULL CHECK (user >= 0),
    role     TEXT    NOT NULL CHECK (
        role = 'owner' OR role = 'manager' OR role = 'finance' OR role = 'till' OR role = 'developer' OR
        role = 'viewer'),
    active   INTEGER NOT NULL CHECK (active = 0 OR active = 1),
    set_by   INTEGER CHECK (set_by >= 0),
    since_us INTEGER NOT NULL,
    PRIMARY KEY (slot, seller, user)
) STRICT, WITHOUT ROWID;
CREATE TABLE staff_book (
    slot   INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    seller INTEGER NOT NULL CHECK (seller >= 0),
    staff  INTEGER NOT NULL CHECK (staff >= 0),
    owners INTEGER NOT NULL CHECK (owners >= 0),
    ever   INTEGER NOT NULL CHECK (ever >= 0),
    acts   INTEGER NOT NULL CHECK (acts >= 0),
    PRIMARY KEY (slot, seller)
) STRICT, WITHOUT ROWID;
CREATE TABLE staff_place (
    slot   INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    user   INTEGER NOT NULL CHECK (user >= 0),
    seller INTEGER NOT NULL CHECK (seller >= 0),
    role   TEXT    NOT NULL CHECK (
        role = 'owner' OR role = 'manager' OR role = 'finance' OR role = 'till' OR role = 'developer' OR
        role = 'viewer'),
    active INTEGER NOT NULL CHECK (active = 0 OR active = 1),
    PRIMARY KEY (slot, user, seller)
) STRICT, WITHOUT ROWID;
