//! What only tests ask: what the bank really did, and what its accounts hold.

use crate::account::{RESERVE, of_card};
use crate::books::{BooksError, Desk};
use rusqlite::Row;
use serde::Deserialize;
use serde_json::{Value, json};

/// `POST /accounts/balance`: of an agreement's card, or of the reserve when none is named. The card number stays out of
/// addresses, which are written into logs.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AskBalance {
    #[serde(default)]
    pub(crate) agreement: Option<String>,
}

impl Desk<'_> {
    /// What an account holds.
    pub(crate) fn balance(&self, ask: &AskBalance) -> Result<Value, BooksError> {
        let account = match &ask.agreement {
            None => RESERVE.to_owned(),
            Some(agreement) => {
                let sql = "SELECT coalesce(max(digest), '') FROM card WHERE generation = ? AND agreement = ?";
                let digest: String =
                    self.books.query_row(sql, (self.generation, agreement), |row| row.get(0))?;
                of_card(&digest)
            }
        };
        Ok(json!({ "balance_minor": self.balance_minor(&account)?, "currency": crate::order::CURRENCY }))
    }

    /// Every movement and every fault of this generation, and whether the books balance.
    pub(crate) fn truth(&self) -> Result<Value, BooksError> {
        let sql = "SELECT no, at_us, debit = 'reserve', amount_minor, order_key, reference FROM posting
                   WHERE generation = ? AND order_key IS NOT NULL ORDER BY no";
        let moved = |row: &Row<'_>| {
            let (no, at_us, amount_minor): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(3)?);
            let (is_out, key, reference): (bool, String, String) = (row.get(2)?, row.get(4)?, row.get(5)?);
            let direction = if is_out { "out" } else { "in" };
            let day = base::Day::of(at_us).to_string();
            Ok(json!({
                "no": no, "at_us": at_us, "day": day, "direction": direction, "amount_minor": amount_minor,
                "key": key, "ref": reference,
            }))
        };
        let mut movements = self.books.prepare_cached(sql)?;
        let movements = movements.query_map([self.generation], moved)?.collect::<Result<Vec<_>, _>>()?;
        let sql = "SELECT no, at_us, class, order_key, reference, day, amount_minor FROM truth
                   WHERE generation = ? ORDER BY no";
        let noted = |row: &Row<'_>| {
            let (no, at_us, class): (i64, i64, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let [key, reference, day]: [Option<String>; 3] = [row.get(3)?, row.get(4)?, row.get(5)?];
            let amount_minor: Option<i64> = row.get(6)?;
            Ok(json!({
                "no": no, "at_us": at_us, "class": class, "key": key, "ref": reference, "day": day,
                "amount_minor": amount_minor,
            }))
        };
        let mut faults = self.books.prepare_cached(sql)?;
        let faults = faults.query_map([self.generation], noted)?.collect::<Result<Vec<_>, _>>()?;
        Ok(json!({
            "account": self.account_number(),
            "now_us": self.now_us,
            "movements": movements,
            "faults": faults,
            "reserve_minor": self.balance_minor(RESERVE)?,
            "books_balance": self.books_balance()?,
        }))
    }

    /// Whether all balances sum to zero and each is the sum of its postings.
    pub(crate) fn books_balance(&self) -> Result<bool, BooksError> {
        let sql = "SELECT count(*) FROM account WHERE generation = ?1 AND balance_minor <>
                       coalesce((SELECT sum(amount_minor) FROM posting WHERE generation = ?1 AND credit = id), 0)
                     - coalesce((SELECT sum(amount_minor) FROM posting WHERE generation = ?1 AND debit = id), 0)";
        let wrong: i64 = self.books.query_row(sql, [self.generation], |row| row.get(0))?;
        let sql = "SELECT coalesce(sum(balance_minor), 0) FROM account WHERE generation = ?";
        let sum: i64 = self.books.query_row(sql, [self.generation], |row| row.get(0))?;
        Ok(wrong == 0 && sum == 0)
    }
}
