-- 0002_rules_wishes_pockets_create.sql
-- Why: what SQLite's migrations 0055 to 0057 made: dated rules of two people, what buyers ask back, and in which order a
--      person pays.
-- Lock: none; the tables are new.
-- Undo: drop the tables; the rules of `rulebook` hold on.
CREATE TABLE rules_version (
    slot                      bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    version                   bigint NOT NULL CHECK (version > 0),
    merchant_fee_ppm          bigint NOT NULL CHECK (merchant_fee_ppm BETWEEN 0 AND 1000000),
    password_free_limit_minor bigint NOT NULL CHECK (password_free_limit_minor >= 0),
    valid_from_us             bigint,
    reason                    text COLLATE "C" NOT NULL,
    proposed_by               text COLLATE "C" NOT NULL,
    proposed_at_us            bigint NOT NULL,
    approved_by               text COLLATE "C",
    approved_at_us            bigint,
    PRIMARY KEY (slot, version),
    CHECK ((approved_by IS NULL) = (approved_at_us IS NULL)),
    CHECK (approved_by IS NULL OR approved_by <> proposed_by),
    CHECK (approved_by IS NULL OR (valid_from_us IS NOT NULL AND valid_from_us >= approved_at_us))
);
CREATE TABLE rules_book (
    slot    bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    version bigint NOT NULL CHECK (version >= 0),
    PRIMARY KEY (slot)
);
CREATE TABLE refund_wish (
    slot           bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    seller         bigint NOT NULL CHECK (seller >= 0),
    order_no       bigint NOT NULL CHECK (order_no >= 0),
    buyer          bigint NOT NULL CHECK (buyer >= 0),
    state          text COLLATE "C" NOT NULL CHECK (state = 'open' OR state = 'met' OR state = 'refused'),
    asking         bigint NOT NULL CHECK (asking BETWEEN 1 AND 3),
    key            text COLLATE "C" NOT NULL,
    first_key      text COLLATE "C",
    second_key     text COLLATE "C",
    reason         text COLLATE "C" NOT NULL,
    asked_at_us    bigint NOT NULL,
    answer         text COLLATE "C",
    answered_at_us bigint,
    PRIMARY KEY (slot, seller, order_no),
    CHECK ((state = 'open') = (answered_at_us IS NULL)),
    CHECK ((state = 'refused') = (answer IS NOT NULL)),
    CHECK (answered_at_us IS NULL OR answered_at_us >= asked_at_us),
    CHECK ((first_key IS NOT NULL) = (asking > 1)),
    CHECK ((second_key IS NOT NULL) = (asking > 2))
);

CREATE INDEX refund_wish_open ON refund_wish (slot, seller, order_no) WHERE state = 'open';
CREATE TABLE pocket_order (
    slot    bigint NOT NULL CHECK (slot BETWEEN 0 AND 99),
    party   bigint NOT NULL CHECK (party >= 0),
    pockets text COLLATE "C" NOT NULL CHECK (length(pockets) BETWEEN 1 AND 608),
    PRIMARY KEY (slot, party)
);
