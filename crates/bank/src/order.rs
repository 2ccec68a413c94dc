//! Orders: money from a card into the reserve, out of it to a card, or back to a card. A key is done at most once,
//! unless the fault of being done twice strikes.

use crate::account::{Movement, RESERVE, of_card};
use crate::books::{BooksError, Desk};
use crate::fault::OrderFault;
use crate::issuer::limits_of;
use crate::order_ask::{AMOUNT_MAX_MINOR, AskOrder, Direction, OrderRefused};
use crate::order_state::{OrderEvent, OrderState, next};
use crate::statement::Booked;
use base::Day;
use rusqlite::{OptionalExtension, Row};
use serde_json::{Value, json};

/// The one currency of this bank.
pub(crate) const CURRENCY: &str = "CNY";
/// What the answer of a late success says.
const LATE_REASON: &str = "not_available";

/// What a caller gets.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Reply {
    /// An answer.
    Said(Value),
    /// Nothing: the connection is closed.
    Silence,
    /// The same key was used for something else.
    Conflict,
}

/// An order whose moment has come.
#[derive(Clone, Debug)]
pub(crate) struct Due {
    pub(crate) at_us: i64,
    key: String,
    /// Whether what was done is sent back; else it is to be done.
    goes_back: bool,
}

/// An order as it is kept. A tombstone of a number that never came has no content.
#[derive(Clone, Debug)]
struct Kept {
    key: String,
    meaning: Option<String>,
    content: Option<Content>,
    state: OrderState,
    reference: Option<String>,
    reason: Option<String>,
    done_at_us: Option<i64>,
}

/// What is to be moved.
#[derive(Clone, Debug)]
struct Content {
    card: String,
    direction: Direction,
    amount_minor: i64,
}

impl Desk<'_> {
    /// An order arrives, for the first time or again.
    pub(crate) fn order(&self, ask: &AskOrder) -> Result<Reply, BooksError> {
        let meaning = ask.meaning();
        let Some(kept) = self.kept_order(&ask.key)? else { return self.first_arrival(ask, &meaning) };
        if kept.meaning.as_ref().is_some_and(|known| *known != meaning) {
            return Ok(Reply::Conflict);
        }
        let sql = "UPDATE bank_order SET arrivals = arrivals + 1 WHERE generation = ? AND key = ?";
        self.books.execute(sql, (self.generation, &ask.key))?;
        match kept.state {
            OrderState::Lost => self.begin(ask, &meaning, None),
            OrderState::Processing
            | OrderState::Late
            | OrderState::Done
            | OrderState::Refused
            | OrderState::Revoked => Ok(Reply::Said(said(&kept))),
        }
    }

    /// What became of an order.
    pub(crate) fn order_state(&self, key: &str) -> Result<Value, BooksError> {
        Ok(self.kept_order(key)?.map_or_else(never_received, |kept| said(&kept)))
    }

    /// Revokes a number: what is not done yet never will be, and a later arrival is refused.
    pub(crate) fn revoke(&self, key: &str) -> Result<Value, BooksError> {
        let revoked = match self.kept_order(key)? {
            None => {
                let sql = "INSERT INTO bank_order (generation, key, state, arrivals) VALUES (?, ?, ?, 0)";
                self.books.execute(sql, (self.generation, key, OrderState::Revoked.code()))?;
                true
            }
            Some(kept) => match next(kept.state, OrderEvent::Revoke) {
                Some(state) => {
                    self.set_state(key, state, None, None, None)?;
                    true
                }
                None => kept.state != OrderState::Done,
            },
        };
        Ok(json!({ "revoked": revoked, "order": self.order_state(key)? }))
    }

    /// The order that is due first, if its moment is not in the future.
    pub(crate) fn next_due(&self) -> Result<Option<Due>, BooksError> {
        let sql = "SELECT due_at_us, key, 0 AS back FROM bank_order
                   WHERE generation = ?1 AND due_at_us IS NOT NULL AND due_at_us <= ?2
                   UNION ALL
                   SELECT due_at_us, key, 1 FROM sending_back WHERE generation = ?1 AND due_at_us <= ?2
                   ORDER BY due_at_us, key, back LIMIT 1";
        let due = |row: &Row<'_>| Ok(Due { at_us: row.get(0)?, key: row.get(1)?, goes_back: row.get(2)? });
        Ok(self.books.query_row(sql, (self.generation, self.now_us), due).optional()?)
    }

    /// Does what is due, at its own moment.
    pub(crate) fn come_due(&self, due: &Due) -> Result<(), BooksError> {
        let kept = self.kept_order(&due.key)?.ok_or(BooksError::Damaged("a due order that is not there"))?;
        let content = kept.content.ok_or(BooksError::Damaged("a due order without content"))?;
        if due.goes_back {
            return self.send_back(due, &content);
        }
        self.settle(&due.key, &content, due.at_us).map(drop)
    }

    fn first_arrival(&self, ask: &AskOrder, meaning: &str) -> Result<Reply, BooksError> {
        let fault = self.chance.order(&self.draw_key(&ask.key), self.now_us);
        let sql =
            "INSERT INTO bank_order (generation, key, meaning, direction, amount_minor, state, arrivals)
                   VALUES (?, ?, ?, ?, ?, ?, 1)";
        let lost = OrderState::Lost.code();
        let values = (self.generation, &ask.key, meaning, ask.direction.code(), ask.amount_minor, lost);
        self.books.execute(sql, values)?;
        match fault {
            Some(fault @ OrderFault::SilentBefore) => {
                self.note(fault.code(), Some(&ask.key), None, None, None)?;
                Ok(Reply::Silence)
            }
            fault => self.begin(ask, meaning, fault),
        }
    }

    /// Looks at an order for the first time: its row is there, as one that was lost.
    fn begin(&self, ask: &AskOrder, meaning: &str, fault: Option<OrderFault>) -> Result<Reply, BooksError> {
        let content = match self.checked(ask)? {
            Ok(content) => content,
            Err(refused) => {
                self.set_state(&ask.key, OrderState::Refused, None, None, Some(refused.code()))?;
                return Ok(Reply::Said(self.order_state(&ask.key)?));
            }
        };
        let sql = "UPDATE bank_order SET meaning = ?, card = ? WHERE generation = ? AND key = ?";
        self.books.execute(sql, (meaning, &content.card, self.generation, &ask.key))?;
        if let Some(fault) = fault {
            self.note(fault.code(), Some(&ask.key), None, None, Some(ask.amount_minor))?;
        }
        match fault {
            Some(OrderFault::Slow(due_at_us)) => {
                self.wait(&ask.key, OrderState::Processing, due_at_us)?;
            }
            Some(OrderFault::LateSuccess(due_at_us)) => self.wait(&ask.key, OrderState::Late, due_at_us)?,
            None
            | Some(
                OrderFault::SilentBefore
                | OrderFault::SilentAfter
                | OrderFault::Twice
                | OrderFault::OtherAmount,
            ) => {
                let done = self.settle(&ask.key, &content, self.now_us)?;
                if done && fault == Some(OrderFault::Twice) {
                    self.move_again(&ask.key, &content)?;
                }
            }
        }
        let mut answer = self.order_state(&ask.key)?;
        match fault {
            Some(OrderFault::SilentAfter) => return Ok(Reply::Silence),
            Some(OrderFault::OtherAmount) if answer["state"] == "done" => {
                let by = 1 + self.chance.below("amount answered", &self.draw_key(&ask.key), 100);
                answer["amount_minor"] = json!(ask.amount_minor.saturating_add(i64::from(by)));
            }
            _ => {}
        }
        Ok(Reply::Said(answer))
    }

    /// Checks what does not depend on when it is done.
    fn checked(&self, ask: &AskOrder) -> Result<Result<Content, OrderRefused>, BooksError> {
        if ask.currency != CURRENCY {
            return Ok(Err(OrderRefused::CurrencyUnknown));
        }
        if !(1..=AMOUNT_MAX_MINOR).contains(&ask.amount_minor) {
            return Ok(Err(OrderRefused::AmountOutOfRange));
        }
        let sql = "SELECT digest FROM card WHERE generation = ? AND agreement = ?";
        let found = self.books.query_row(sql, (self.generation, &ask.agreement), |row| row.get(0));
        let mut found = found.optional()?;
        // A payee's name is good for paying money in and for nothing else.
        if found.is_none() && ask.direction == Direction::Out {
            found = self.card_of_payee(&ask.agreement)?;
        }
        let Some(card) = found else { return Ok(Err(OrderRefused::AgreementUnknown)) };
        let content = Content { card, direction: ask.direction, amount_minor: ask.amount_minor };
        Ok(self.allowed(&content, self.now_us)?.map(|()| content))
    }

    /// Checks what depends on the moment: limits and balance.
    fn allowed(&self, content: &Content, at_us: i64) -> Result<Result<(), OrderRefused>, BooksError> {
        let sql = "SELECT bank, behaviour FROM card WHERE generation = ? AND digest = ?";
        let (bank, behaviour): (String, String) =
            self.books
                .query_row(sql, (self.generation, &content.card), |row| Ok((row.get(0)?, row.get(1)?)))?;
        match content.direction {
            Direction::Out | Direction::Return if behaviour == "takes_nothing" => {
                return Ok(Err(OrderRefused::AccountTakesNothing));
            }
            Direction::Out | Direction::Return => return Ok(Ok(())),
            Direction::In => {}
        }
        let (limits, account) = (limits_of(&bank), of_card(&content.card));
        let day = Day::of(at_us);
        let month = day.minus_days(day.of_month() - 1);
        let with_this = |paid_minor: i64| paid_minor.saturating_add(content.amount_minor);
        Ok(if content.amount_minor > limits.single_minor {
            Err(OrderRefused::SingleLimit)
        } else if with_this(self.paid_since_minor(&account, day)?) > limits.day_minor {
            Err(OrderRefused::DayLimit)
        } else if with_this(self.paid_since_minor(&account, month)?) > limits.month_minor {
            Err(OrderRefused::MonthLimit)
        } else if self.balance_minor(&account)? < content.amount_minor {
            Err(OrderRefused::BalanceTooLow)
        } else {
            Ok(())
        })
    }

    /// Moves the money if it may be moved, and says so; otherwise the order is refused.
    fn settle(&self, key: &str, content: &Content, at_us: i64) -> Result<bool, BooksError> {
        let state = self.kept_order(key)?.map_or(OrderState::Lost, |kept| kept.state);
        match self.allowed(content, at_us)? {
            Ok(()) => {
                let done =
                    next(state, OrderEvent::Move).ok_or(BooksError::Damaged("a decided order is moved"))?;
                let reference = self.move_money(key, content, at_us, 1)?;
                self.set_state(key, done, Some(&reference), Some(at_us), None)?;
                let back = self.chance.sent_back(&self.draw_key(key), at_us);
                if let Some(due_at_us) = back.filter(|_| content.direction == Direction::Out) {
                    let sql = "INSERT INTO sending_back VALUES (?, ?, ?)";
                    self.books.execute(sql, (self.generation, due_at_us, key))?;
                }
                Ok(true)
            }
            Err(refused) => {
                let failed =
                    next(state, OrderEvent::Fail).ok_or(BooksError::Damaged("a decided order fails"))?;
                self.set_state(key, failed, None, None, Some(refused.code()))?;
                Ok(false)
            }
        }
    }

    /// The second time, when the limits let it.
    fn move_again(&self, key: &str, content: &Content) -> Result<(), BooksError> {
        if self.allowed(content, self.now_us)?.is_ok() {
            let reference = self.move_money(key, content, self.now_us, 2)?;
            let day = Some(Day::of(self.now_us));
            self.note("twice_done", Some(key), Some(&reference), day, Some(content.amount_minor))?;
        }
        Ok(())
    }

    /// What was paid comes back, under a reference of its own; for its caller the order stays done. Its line is as it
    /// should be.
    fn send_back(&self, due: &Due, content: &Content) -> Result<(), BooksError> {
        let sql = "DELETE FROM sending_back WHERE generation = ? AND due_at_us = ? AND key = ?";
        self.books.execute(sql, (self.generation, due.at_us, &due.key))?;
        let (reference, card) = (self.next_reference(due.at_us)?, of_card(&content.card));
        let (at_us, amount_minor) = (due.at_us, content.amount_minor);
        let (order_key, reference) = (Some(due.key.as_str()), reference.as_str());
        let (debit, credit) = (card.as_str(), RESERVE);
        let movement = Movement { at_us, debit, credit, amount_minor, order_key, reference: Some(reference) };
        self.post(movement)?;
        let day = Day::of(at_us);
        self.note("sent_back", order_key, Some(reference), Some(day), Some(amount_minor))?;
        let booked = Booked { key: &due.key, time: 1, reference, at_us, is_credit: true, amount_minor };
        self.insert_line(&booked, day, day, amount_minor, true, CURRENCY)
    }

    fn move_money(&self, key: &str, content: &Content, at_us: i64, time: u8) -> Result<String, BooksError> {
        let (reference, card) = (self.next_reference(at_us)?, of_card(&content.card));
        let is_in = content.direction == Direction::In;
        let (debit, credit) = if is_in { (card.as_str(), RESERVE) } else { (RESERVE, card.as_str()) };
        let amount_minor = content.amount_minor;
        let order_key = Some(key);
        let movement =
            Movement { at_us, debit, credit, amount_minor, order_key, reference: Some(&reference) };
        self.post(movement)?;
        self.write_line(&Booked { key, time, reference: &reference, at_us, is_credit: is_in, amount_minor })?;
        Ok(reference)
    }

    /// The bank's number of a movement: the day and a count within the generation.
    fn next_reference(&self, at_us: i64) -> Result<String, BooksError> {
        let sql = "UPDATE generation SET next_reference = next_reference + 1 WHERE id = ?
                   RETURNING next_reference - 1";
        let count: i64 = self.books.query_row(sql, [self.generation], |row| row.get(0))?;
        Ok(format!("B{}{count:010}", Day::of(at_us).to_string().replace('-', "")))
    }

    fn wait(&self, key: &str, state: OrderState, due_at_us: i64) -> Result<(), BooksError> {
        let sql = "UPDATE bank_order SET state = ?, due_at_us = ? WHERE generation = ? AND key = ?";
        self.books.execute(sql, (state.code(), due_at_us, self.generation, key))?;
        Ok(())
    }

    fn set_state(
        &self,
        key: &str,
        state: OrderState,
        reference: Option<&str>,
        done_at_us: Option<i64>,
        reason: Option<&str>,
    ) -> Result<(), BooksError> {
        let sql =
            "UPDATE bank_order SET state = ?, reference = ?, done_at_us = ?, reason = ?, due_at_us = NULL
                   WHERE generation = ? AND key = ?";
        let values = (state.code(), reference, done_at_us, reason, self.generation, key);
        self.books.execute(sql, values)?;
        Ok(())
    }

    fn kept_order(&self, key: &str) -> Result<Option<Kept>, BooksError> {
        let sql = "SELECT meaning, card, direction, amount_minor, state, reference, reason, done_at_us
                   FROM bank_order WHERE generation = ? AND key = ?";
        let read = |row: &Row<'_>| {
            let state: String = row.get(4)?;
            let direction: Option<String> = row.get(2)?;
            let direction = direction.and_then(|code| Direction::from_code(&code));
            let (card, amount): (Option<String>, Option<i64>) = (row.get(1)?, row.get(3)?);
            let content = card.zip(direction).zip(amount);
            let content =
                content.map(|((card, direction), amount_minor)| Content { card, direction, amount_minor });
            let state = OrderState::from_code(&state);
            let (meaning, reference, reason) = (row.get(0)?, row.get(5)?, row.get(6)?);
            let done_at_us = row.get(7)?;
            let key = key.to_owned();
            Ok(state.map(|state| Kept { key, meaning, content, state, reference, reason, done_at_us }))
        };
        match self.books.query_row(sql, (self.generation, key), read).optional()? {
            None => Ok(None),
            Some(Some(kept)) => Ok(Some(kept)),
            Some(None) => Err(BooksError::Damaged("an order's state")),
        }
    }
}

fn never_received() -> Value {
    json!({ "state": "never_received" })
}

/// What a caller hears of an order.
fn said(kept: &Kept) -> Value {
    match kept.state {
        OrderState::Lost => never_received(),
        OrderState::Processing => json!({ "state": "processing" }),
        OrderState::Late => json!({ "state": "refused", "reason": LATE_REASON }),
        OrderState::Done => json!({
            "state": "done",
            "key": kept.key,
            "ref": kept.reference,
            "amount_minor": kept.content.as_ref().map(|content| content.amount_minor),
            "currency": CURRENCY,
            "done_at_us": kept.done_at_us,
        }),
        OrderState::Refused => json!({ "state": "refused", "reason": kept.reason }),
        OrderState::Revoked => json!({ "state": "refused", "reason": "revoked" }),
    }
}
