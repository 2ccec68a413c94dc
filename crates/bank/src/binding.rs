//! Cards are bound by four elements (three, without the identity number) and a code that the bank sends to the
//! holder's phone. What comes of it is an agreement, one for each card and generation, by which the platform orders
//! later.
//!
//! The card number is not kept: a keyed digest finds the card again, and its last four digits are shown. Name,
//! identity number and mobile number are kept as one keyed digest.

use crate::books::{BooksError, Desk};
use crate::issuer::{Behaviour, Issuer, issuer_of};
use base::MINUTE_US;
use rusqlite::{OptionalExtension, Row};
use serde::Deserialize;
use serde_json::{Value, json};
use std::fmt;

/// A code is good for so long, microseconds: long enough for a message to arrive.
const CODE_LIFE_US: i64 = 10 * MINUTE_US;
/// Wrong codes before a binding is refused for good.
const TRIES_MAX: i64 = 5;

/// `POST /bindings`. Prints no element of it.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AskBinding {
    pub(crate) key: String,
    pub(crate) card: String,
    pub(crate) holder: String,
    /// Empty when the platform does not know it: three elements are compared then.
    #[serde(default)]
    pub(crate) identity: String,
    pub(crate) mobile: String,
}

impl fmt::Debug for AskBinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AskBinding").field("key", &self.key).finish_non_exhaustive()
    }
}

/// `POST /bindings/{key}/confirm`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfirmBinding {
    pub(crate) otp: String,
}

/// `POST /payees`. Prints nothing of it.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AskPayee {
    pub(crate) card: String,
    pub(crate) holder: String,
}

impl fmt::Debug for AskPayee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AskPayee(***)")
    }
}

/// Why a binding is refused. The first that holds is the one reported.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum BindingRefused {
    CardNumberWrong,
    CardLost,
    HolderDiffers,
    IdentityDiffers,
    MobileDiffers,
}

impl BindingRefused {
    const fn code(self) -> &'static str {
        match self {
            BindingRefused::CardNumberWrong => "card_number_wrong",
            BindingRefused::CardLost => "card_lost",
            BindingRefused::HolderDiffers => "holder_differs",
            BindingRefused::IdentityDiffers => "identity_differs",
            BindingRefused::MobileDiffers => "mobile_differs",
        }
    }
}

/// A binding as it is kept.
struct Kept {
    meaning: String,
    card: Option<String>,
    state: String,
    reason: Option<String>,
    code: String,
    tries: i64,
    asked_at_us: i64,
}

impl Desk<'_> {
    /// Asks for a binding. `None`: the key was used for another one.
    pub(crate) fn bind(&self, ask: &AskBinding) -> Result<Option<Value>, BooksError> {
        let AskBinding { key, card, holder, identity, mobile } = ask;
        let meaning = self.digest("binding", &json!([card, holder, identity, mobile]).to_string());
        if let Some(kept) = self.kept_binding(key)? {
            return if kept.meaning == meaning { Ok(Some(self.told(&kept)?)) } else { Ok(None) };
        }
        let number = self.digest("card", card);
        let elements = self.digest("elements", &json!([holder, identity, mobile]).to_string());
        let (state, reason) = match self.elements_fit(ask, &number, &elements)? {
            Ok(issuer) => {
                self.open_card(card, &number, &elements, issuer)?;
                self.note_holder(&number, holder)?;
                ("asked", None)
            }
            Err(refused) => ("refused", Some(refused.code())),
        };
        let code = self.six_digits("code", key);
        let tail: String = mobile.chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect();
        let bound = (state == "asked").then_some(&number);
        let sql = "INSERT INTO binding VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?)";
        let values = (self.generation, key, &meaning, bound, state, reason, code, self.now_us, tail);
        self.books.execute(sql, values)?;
        let kept = self.kept_binding(key)?.ok_or(BooksError::Damaged("a binding that was just written"))?;
        Ok(Some(self.told(&kept)?))
    }

    /// Tries a code. `None`: there is no such binding.
    pub(crate) fn confirm(&self, key: &str, given: &ConfirmBinding) -> Result<Option<Value>, BooksError> {
        let Some(kept) = self.kept_binding(key)? else { return Ok(None) };
        if kept.state != "asked" {
            return self.told(&kept).map(Some);
        }
        if self.now_us >= kept.asked_at_us.saturating_add(CODE_LIFE_US) {
            return self.end_binding(key, "refused", Some("code_expired")).map(Some);
        }
        if given.otp != kept.code {
            let sql = "UPDATE binding SET tries = tries + 1 WHERE generation = ? AND key = ?";
            self.books.execute(sql, (self.generation, key))?;
            if kept.tries + 1 >= TRIES_MAX {
                return self.end_binding(key, "refused", Some("too_many_tries")).map(Some);
            }
            return Ok(Some(json!({ "state": "code_wrong", "tries_left": TRIES_MAX - kept.tries - 1 })));
        }
        let card = kept.card.ok_or(BooksError::Damaged("a binding that was asked without a card"))?;
        let agreement = format!("AG{}", self.digest("agreement", &card).get(..20).unwrap_or_default());
        let sql = "UPDATE card SET agreement = ? WHERE generation = ? AND digest = ?";
        self.books.execute(sql, (agreement, self.generation, &card))?;
        self.end_binding(key, "bound", None).map(Some)
    }

    /// Codes that were sent, the newest first: the holders' phones.
    pub(crate) fn inbox(&self) -> Result<Value, BooksError> {
        let sql = "SELECT key, mobile_tail, code, asked_at_us FROM binding
                   WHERE generation = ? AND state = 'asked' ORDER BY asked_at_us DESC, key LIMIT 100";
        let letter = |row: &Row<'_>| {
            let (key, tail, otp, at_us): (String, String, String, i64) =
                (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
            Ok(json!({ "key": key, "mobile_tail": tail, "otp": otp, "sent_at_us": at_us }))
        };
        let mut statement = self.books.prepare_cached(sql)?;
        let letters = statement.query_map([self.generation], letter)?.collect::<Result<Vec<_>, _>>()?;
        Ok(json!({ "messages": letters }))
    }

    fn elements_fit(
        &self,
        ask: &AskBinding,
        number: &str,
        elements: &str,
    ) -> Result<Result<Issuer, BindingRefused>, BooksError> {
        let Some(issuer) = issuer_of(&ask.card) else { return Ok(Err(BindingRefused::CardNumberWrong)) };
        let refused = match Behaviour::of(&ask.card) {
            Behaviour::Lost => Some(BindingRefused::CardLost),
            Behaviour::OtherHolder => Some(BindingRefused::HolderDiffers),
            Behaviour::OtherIdentity => Some(BindingRefused::IdentityDiffers),
            Behaviour::OtherMobile => Some(BindingRefused::MobileDiffers),
            Behaviour::Usual | Behaviour::Poor | Behaviour::TakesNothing => None,
        };
        if let Some(refused) = refused {
            return Ok(Err(refused));
        }
        // Whoever comes first with a card is its holder: this bank has no customers of before.
        let sql = "SELECT holder FROM card WHERE generation = ? AND digest = ?";
        let known: Option<String> =
            self.books.query_row(sql, (self.generation, number), |row| row.get(0)).optional()?;
        // Of a card that only had money paid into it the other elements are not known.
        let differs = known.is_some_and(|known| !known.is_empty() && known != elements)
            || !self.is_holder(number, &ask.holder)?;
        Ok(if differs { Err(BindingRefused::HolderDiffers) } else { Ok(issuer) })
    }

    /// Opens the card, unless it is; elements that were not known are known from now on.
    pub(crate) fn open_card(
        &self,
        card: &str,
        number: &str,
        elements: &str,
        issuer: Issuer,
    ) -> Result<(), BooksError> {
        let behaviour = Behaviour::of(card);
        let word = if behaviour == Behaviour::TakesNothing { "takes_nothing" } else { "usual" };
        let last_four = card.get(card.len().saturating_sub(4)..).unwrap_or_default();
        let sql = "INSERT OR IGNORE INTO card VALUES (?, ?, ?, ?, ?, ?, ?, NULL)";
        let (bank, kind) = (issuer.code, issuer.kind.code());
        let values = (self.generation, number, last_four, bank, kind, word, elements);
        if self.books.execute(sql, values)? == 1 {
            self.open_card_account(number, behaviour == Behaviour::Poor)?;
        }
        let sql = "UPDATE card SET holder = ? WHERE generation = ? AND digest = ? AND holder = ''";
        self.books.execute(sql, (elements, self.generation, number))?;
        Ok(())
    }

    fn end_binding(&self, key: &str, state: &str, reason: Option<&str>) -> Result<Value, BooksError> {
        let sql = "UPDATE binding SET state = ?, reason = ? WHERE generation = ? AND key = ?";
        self.books.execute(sql, (state, reason, self.generation, key))?;
        let kept = self.kept_binding(key)?.ok_or(BooksError::Damaged("a binding that was just ended"))?;
        self.told(&kept)
    }

    /// What a caller hears of a binding.
    fn told(&self, kept: &Kept) -> Result<Value, BooksError> {
        if kept.state == "refused" {
            return Ok(json!({ "state": "refused", "reason": kept.reason }));
        }
        let card = kept.card.as_ref().ok_or(BooksError::Damaged("a binding without a card"))?;
        let sql = "SELECT agreement, bank, kind, last_four FROM card WHERE generation = ? AND digest = ?";
        let shown = |row: &Row<'_>| -> Result<[Option<String>; 4], rusqlite::Error> {
            Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?])
        };
        let [agreement, bank, kind, last_four] = self.books.query_row(sql, (self.generation, card), shown)?;
        if kept.state == "asked" {
            return Ok(json!({ "state": "asked", "bank": bank, "kind": kind, "last_four": last_four }));
        }
        Ok(json!({
            "state": "bound", "agreement": agreement, "bank": bank, "kind": kind, "last_four": last_four,
        }))
    }

    fn kept_binding(&self, key: &str) -> Result<Option<Kept>, BooksError> {
        let sql = "SELECT meaning, card, state, reason, code, tries, asked_at_us
                   FROM binding WHERE generation = ? AND key = ?";
        let read = |row: &Row<'_>| {
            let (meaning, card, state, reason) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
            Ok(Kept {
                meaning,
                card,
                state,
                reason,
                code: row.get(4)?,
                tries: row.get(5)?,
                asked_at_us: row.get(6)?,
            })
        };
        Ok(self.books.query_row(sql, (self.generation, key), read).optional()?)
    }
}
