//! Cards that money is paid into without anybody's agreement: the platform names number and holder, and has a name of
//! the card that is good for paying money in and for nothing else. No code is sent, since nothing can be taken by it.
//!
//! Neither the number nor the holder's name is kept: keyed digests find them again.

use crate::binding::AskPayee;
use crate::books::{BooksError, Desk};
use crate::issuer::{Behaviour, issuer_of};
use rusqlite::OptionalExtension;
use serde_json::{Value, json};

/// What names of payees' cards begin with, so that they are told from agreements.
const NAME: &str = "PT";

impl Desk<'_> {
    /// `POST /payees`. The same number and holder have the same name.
    pub(crate) fn payee(&self, ask: &AskPayee) -> Result<Value, BooksError> {
        let AskPayee { card, holder } = ask;
        let number = self.digest("card", card);
        let refused = |reason: &str| json!({ "state": "refused", "reason": reason });
        let Some(issuer) = issuer_of(card) else { return Ok(refused("card_number_wrong")) };
        match Behaviour::of(card) {
            Behaviour::Lost => return Ok(refused("card_lost")),
            Behaviour::OtherHolder => return Ok(refused("holder_differs")),
            Behaviour::OtherIdentity
            | Behaviour::OtherMobile
            | Behaviour::Usual
            | Behaviour::Poor
            | Behaviour::TakesNothing => {}
        }
        if !self.is_holder(&number, holder)? {
            return Ok(refused("holder_differs"));
        }
        self.open_card(card, &number, "", issuer)?;
        self.note_holder(&number, holder)?;
        let name = format!("{NAME}{}", self.digest("payee", &number).get(..20).unwrap_or_default());
        let sql = "INSERT OR IGNORE INTO payee VALUES (?, ?, ?)";
        self.books.execute(sql, (self.generation, &name, &number))?;
        let last_four = card.get(card.len().saturating_sub(4)..).unwrap_or_default();
        let (bank, kind) = (issuer.code, issuer.kind.code());
        Ok(json!({ "state": "known", "payee": name, "bank": bank, "kind": kind, "last_four": last_four }))
    }

    /// The card that a payee's name is of.
    pub(crate) fn card_of_payee(&self, name: &str) -> Result<Option<String>, BooksError> {
        let sql = "SELECT card FROM payee WHERE generation = ? AND name = ?";
        Ok(self.books.query_row(sql, (self.generation, name), |row| row.get(0)).optional()?)
    }

    /// Whether a card can be this holder's: whoever comes first with a card is its holder, since this bank has no
    /// customers of before.
    pub(crate) fn is_holder(&self, number: &str, holder: &str) -> Result<bool, BooksError> {
        let sql = "SELECT name FROM holder WHERE generation = ? AND card = ?";
        let known: Option<String> =
            self.books.query_row(sql, (self.generation, number), |row| row.get(0)).optional()?;
        Ok(known.is_none_or(|known| known == self.digest("holder", holder)))
    }

    /// Keeps who the holder of a card is, the first time.
    pub(crate) fn note_holder(&self, number: &str, holder: &str) -> Result<(), BooksError> {
        let sql = "INSERT OR IGNORE INTO holder VALUES (?, ?, ?)";
        self.books.execute(sql, (self.generation, number, self.digest("holder", holder)))?;
        Ok(())
    }
}
