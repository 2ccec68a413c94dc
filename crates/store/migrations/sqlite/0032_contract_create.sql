-- 0032_contract_create.sql
-- Why: by which terms a merchant uses a product (`contract`): versions, each of two people, with a fee in parts per million
--      and the moment from which it holds; and how many of them were agreed to (`contract_book`). Times are
--      microseconds UTC.
-- Lock: none; the tables are new.
-- Undo: drop both tables; the dated rules then hold for every merchant.
CREATE TABLE contract (
    slot           INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    seller         INTEGER NOT NULL CHECK (seller >= 0),
    product        TEXT    NOT NULL CHECK (
        product = 'page' OR product = 'wap' OR product = 'app' OR product = 'face_to_face' OR
        product = 'mini_program' OR product = 'pre_authorisation' OR product = 'debit_agreement' OR
        product = 'escrow' OR product = 'transfer'),
    version        INTEGER NOT NULL CHECK (version > 0),
    status         TEXT    NOT NULL CHECK (status = 'in_force' OR status = 'ended'),
    fee_ppm        INTEGER NOT NULL CHECK (fee_ppm BETWEEN 0 AND 1000000),
    valid_from_us  INTEGER,
    reason         TEXT    NOT NULL,
    proposed_by    TEXT    NOT NULL,
    proposed_at_us INTEGER NOT NULL,
    approved_by    TEXT,
    approved_at_us INTEGER,
    PRIMARY KEY (slot, seller, product, version),
    CHECK ((approved_by IS NULL) = (approved_at_us IS NULL)),
    CHECK (approved_by IS NULL OR approved_by <> proposed_by),
    CHECK (approved_by IS NULL OR (valid_from_us IS NOT NULL AND valid_from_us >= approved_at_us))
) STRICT, WITHOUT ROWID;

CREATE TABLE contract_book (
    slot    INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 99),
    seller  INTEGER NOT NULL CHECK (seller >= 0),
    product TEXT    NOT NULL CHECK (
        product = 'page' OR product = 'wap' OR product = 'app' OR product = 'face_to_face' OR
        product = 'mini_program' OR product = 'pre_authorisation' OR product = 'debit_agreement' OR
        product = 'escrow' OR product = 'transfer'),
    version INTEGER NOT NULL CHECK (version >= 0),
    PRIMARY KEY (slot, seller, product)
) STRICT, WITHOUT ROWID;
