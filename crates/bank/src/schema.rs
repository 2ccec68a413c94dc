//! The bank's tables. Amounts are fen, moments microseconds UTC, days `yyyy-MM-dd` in China. Every table but `meta`
//! belongs to one generation of a world.

/// Tells the bank's file from other databases ("tbnk" in ASCII).
pub(crate) const APPLICATION_ID: i64 = 0x7462_6e6b;

/// Made at every start where it is not there: what banks that were made before did not have.
pub(crate) const CREATE_LATER: &str = "
CREATE TABLE IF NOT EXISTS payee (
    generation TEXT NOT NULL, name TEXT NOT NULL, card TEXT NOT NULL,
    PRIMARY KEY (generation, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS holder (
    generation TEXT NOT NULL, card TEXT NOT NULL, name TEXT NOT NULL,
    PRIMARY KEY (generation, card)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sending_back (
    generation TEXT NOT NULL, due_at_us INTEGER NOT NULL, key TEXT NOT NULL,
    PRIMARY KEY (generation, due_at_us, key)
) STRICT, WITHOUT ROWID;
";

/// Made in one go at the first start.
pub(crate) const CREATE: &str = "
CREATE TABLE meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE generation (
    id TEXT NOT NULL PRIMARY KEY, now_us INTEGER NOT NULL, open_day TEXT NOT NULL, next_reference INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE account (
    generation TEXT NOT NULL, id TEXT NOT NULL, balance_minor INTEGER NOT NULL,
    PRIMARY KEY (generation, id),
    CHECK (balance_minor >= 0 OR id IN ('reserve', 'issued'))
) STRICT, WITHOUT ROWID;
CREATE TABLE posting (
    generation TEXT NOT NULL, no INTEGER NOT NULL, at_us INTEGER NOT NULL, debit TEXT NOT NULL, credit TEXT NOT NULL,
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0), order_key TEXT, reference TEXT,
    PRIMARY KEY (generation, no), CHECK (debit <> credit)
) STRICT, WITHOUT ROWID;
CREATE INDEX posting_by_debit ON posting (generation, debit, at_us);
CREATE TABLE card (
    generation TEXT NOT NULL, digest TEXT NOT NULL, last_four TEXT NOT NULL, bank TEXT NOT NULL, kind TEXT NOT NULL,
    behaviour TEXT NOT NULL, holder TEXT NOT NULL, agreement TEXT,
    PRIMARY KEY (generation, digest)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX card_by_agreement ON card (generation, agreement) WHERE agreement IS NOT NULL;
CREATE TABLE binding (
    generation TEXT NOT NULL, key TEXT NOT NULL, meaning TEXT NOT NULL, card TEXT, state TEXT NOT NULL, reason TEXT,
    code TEXT NOT NULL, tries INTEGER NOT NULL, asked_at_us INTEGER NOT NULL, mobile_tail TEXT NOT NULL,
    PRIMARY KEY (generation, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE bank_order (
    generation TEXT NOT NULL, key TEXT NOT NULL, meaning TEXT, card TEXT, direction TEXT, amount_minor INTEGER,
    state TEXT NOT NULL, due_at_us INTEGER, done_at_us INTEGER, reference TEXT, reason TEXT, arrivals INTEGER NOT NULL,
    PRIMARY KEY (generation, key),
    CHECK ((state IN ('processing', 'late')) = (due_at_us IS NOT NULL)),
    CHECK ((state = 'done') = (reference IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX bank_order_due ON bank_order (generation, due_at_us, key) WHERE due_at_us IS NOT NULL;
CREATE TABLE line (
    generation TEXT NOT NULL, no INTEGER NOT NULL, day TEXT NOT NULL, serial INTEGER, value_day TEXT NOT NULL,
    booked_at_us INTEGER NOT NULL, order_key TEXT, reference TEXT NOT NULL, is_credit INTEGER NOT NULL,
    amount_minor INTEGER NOT NULL, currency TEXT NOT NULL,
    PRIMARY KEY (generation, no)
) STRICT, WITHOUT ROWID;
CREATE INDEX line_by_day ON line (generation, day, no);
CREATE TABLE statement (
    generation TEXT NOT NULL, day TEXT NOT NULL, opening_minor INTEGER NOT NULL, closing_minor INTEGER NOT NULL,
    lines INTEGER NOT NULL, downloads INTEGER NOT NULL,
    PRIMARY KEY (generation, day)
) STRICT, WITHOUT ROWID;
CREATE TABLE truth (
    generation TEXT NOT NULL, no INTEGER NOT NULL, at_us INTEGER NOT NULL, class TEXT NOT NULL, order_key TEXT,
    reference TEXT, day TEXT, amount_minor INTEGER,
    PRIMARY KEY (generation, no)
) STRICT, WITHOUT ROWID;
";
