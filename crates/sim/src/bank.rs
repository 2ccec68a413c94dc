//! The bank of a run, and who carries orders to it. It answers at once or days later, twice, not at all, or against its
//! own word; it forgets nothing that reached it. Once nothing goes wrong any more it answers whatever it is asked.

use crate::caller::{Calling, Word, ask};
use crate::dice::Dice;
use crate::town::TownEvent;
use crate::world::{Event, World};
use base::{BankOrderNo, DAY_US, HOUR_US, SECOND_US, Text};
use cell::Door;
use engine::{BankAnswered, BankTask, Key, Reply, Row, SendBankOrder, Verdict};
use fund::{BankOrder, BankOrderState, BankReason, Done};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

/// From one look at an order to the next at least, microseconds.
const LOOK_LEAST_US: i64 = SECOND_US / 1_000;
/// How often that doubles: up to a minute.
const EARLY_DOUBLINGS_MAX: u32 = 16;
/// How often the wait for a lost word doubles, from a second.
const DOUBLINGS_MAX: u32 = 12;

/// What the bank made of an order.
struct Entry {
    verdict: Verdict,
    /// How often it is asked in vain before it says so.
    silent: u32,
}

/// The bank.
pub(crate) struct Bank {
    pub(crate) dice: Dice,
    entries: BTreeMap<BankOrderNo, Entry>,
    /// What reached it since it was last looked at.
    heard: Arc<Mutex<Vec<BankTask>>>,
    /// Orders that somebody watches until nothing is to be asked about them.
    watched: BTreeSet<BankOrderNo>,
    /// What it ever said for good: done, or refused.
    said: BTreeSet<(BankOrderNo, bool)>,
    /// How many lines its statements have.
    lines: u32,
    pub(crate) healed: bool,
}

impl Bank {
    pub(crate) fn new(dice: &Dice) -> Bank {
        Bank {
            dice: dice.fork("bank"),
            entries: BTreeMap::new(),
            heard: Arc::default(),
            watched: BTreeSet::new(),
            said: BTreeSet::new(),
            lines: 0,
            healed: false,
        }
    }

    /// An order reaches the bank. Gives what it says, and how long after.
    fn hear(&mut self, task: &BankTask) -> Vec<(i64, Verdict)> {
        let order = &task.order;
        if !self.entries.contains_key(&order.no) {
            if !self.healed && self.dice.chance(80) {
                // Lost on its way.
                return Vec::new();
            }
            let verdict =
                if task.may_send { self.decide(order) } else { Verdict::Refused(BankReason::Other) };
            let silent = *self.dice.weighted(&[(500, 0), (200, 1), (150, 3), (80, 12), (70, u32::MAX)]);
            self.entries.insert(order.no, Entry { verdict, silent });
        }
        let healed = self.healed;
        let entry = self.entries.get_mut(&order.no).expect("just entered");
        if !healed && entry.silent > 0 {
            entry.silent -= 1;
            let said = self.dice.chance(300);
            return if said { vec![(self.dice.range(500, SECOND_US), Verdict::Unknown)] } else { Vec::new() };
        }
        let verdict = entry.verdict.clone();
        let late_us = if !healed && self.dice.chance(100) {
            self.dice.magnitude(SECOND_US, 2 * DAY_US)
        } else {
            self.dice.range(500, 2 * SECOND_US)
        };
        let mut words = vec![(late_us, verdict.clone())];
        if self.dice.chance(150) {
            words.push((late_us + self.dice.magnitude(1, HOUR_US), verdict.clone()));
        }
        if !healed && self.dice.chance(250) {
            let against = self.against(order, &verdict);
            words.push((late_us + self.dice.magnitude(1, HOUR_US), against.clone()));
            if self.dice.chance(300) {
                words.push((late_us + self.dice.magnitude(HOUR_US, DAY_US), against));
            }
        }
        words
    }

    fn decide(&mut self, order: &BankOrder) -> Verdict {
        if self.dice.chance(750) {
            return done(order, "B", 0);
        }
        let reasons =
            [BankReason::NoMoney, BankReason::OverLimit, BankReason::CardBlocked, BankReason::Other];
        Verdict::Refused(*self.dice.pick(&reasons))
    }

    /// Something else than it said.
    fn against(&mut self, order: &BankOrder, verdict: &Verdict) -> Verdict {
        match (verdict, self.dice.below(3)) {
            (Verdict::Done(_), 0) => done(order, "SECOND", 0),
            (Verdict::Done(_), 1) => Verdict::Refused(BankReason::Other),
            (Verdict::Refused(_), 0 | 1) => done(order, "B", 0),
            _ => done(order, "B", 1),
        }
    }

    /// The number of the next line.
    pub(crate) fn next_serial(&mut self) -> u32 {
        self.lines += 1;
        self.lines
    }

    /// Its statement will show that an order was done, which is its word, too.
    pub(crate) fn note_done(&mut self, no: BankOrderNo) {
        self.said.insert((no, true));
    }

    fn notes(&mut self, no: BankOrderNo, verdict: &Verdict) {
        match verdict {
            Verdict::Done(_) => drop(self.said.insert((no, true))),
            Verdict::Refused(_) => drop(self.said.insert((no, false))),
            Verdict::Unknown => {}
        }
    }

    /// Nothing but its own final word makes an order done or failed.
    ///
    /// # Errors
    /// In words, when the house believes what the bank never said.
    fn check(&self, order: &BankOrder) -> Result<(), String> {
        let needs = match order.state {
            BankOrderState::Failed => Some(false),
            state if state.was_done() => Some(true),
            _ => None,
        };
        match needs.filter(|done| !self.said.contains(&(order.no, *done))) {
            Some(_) => Err(format!("the bank never said so: {order:?}")),
            None => Ok(()),
        }
    }
}

fn done(order: &BankOrder, name: &str, more_fen: u64) -> Verdict {
    let more = money::Money::from_minor(more_fen, order.currency).expect("a fen");
    let amount = order.amount().checked_add(more).expect("amounts of a town are small");
    let bank_ref = Text::new(&format!("{name}{}", order.no)).expect("it is short");
    Verdict::Done(Done { amount, bank_ref })
}

impl World {
    /// What the town does about what became durable, whether it was answered or found after a start.
    pub(crate) fn watch(&mut self, changes: &[(Key, Option<Row>)]) -> Result<(), String> {
        self.watch_bank_orders(changes)?;
        if self.healed {
            self.free_who_is_waited_for(changes);
        }
        Ok(())
    }

    /// Bank orders that a durable batch changed: who is to be asked about them, and whether they are true.
    fn watch_bank_orders(&mut self, changes: &[(Key, Option<Row>)]) -> Result<(), String> {
        for (_, row) in changes {
            let Some(Row::BankOrder(order)) = row else { continue };
            self.bank.check(order)?;
            if order.next_try_at_us.is_some() && self.bank.watched.insert(order.no) {
                let wait_us = self.soon(3_000);
                self.schedule.after(wait_us, Event::Town(TownEvent::AskBank(order.no, 0)));
            }
            let unasked = order.state == BankOrderState::Draft && !self.healed && self.bank.dice.chance(20);
            if unasked {
                self.bank_says(order.no, done(order, "UNASKED", 0), 1_000);
            }
        }
        Ok(())
    }

    /// It is time to look whether the bank is to be asked about an order.
    pub(crate) fn ask_bank(&mut self, no: BankOrderNo, waits: u32) {
        let due_at_us = match self.mirror.get(&Key::BankOrder((no.slot(), no))) {
            Some(Row::BankOrder(order)) => order.next_try_at_us,
            _ => None,
        };
        let Some(due_at_us) = due_at_us else {
            self.bank.watched.remove(&no);
            return;
        };
        let cell = self.cell_of(no.slot());
        let early_us = due_at_us - self.machines[cell].clock.now_us();
        // A clock that stands still before it is due must not make the world turn on the spot.
        let wait_us = if early_us > 0 {
            early_us.clamp(LOOK_LEAST_US << waits.min(EARLY_DOUBLINGS_MAX), DAY_US)
        } else {
            let heard = self.bank.heard.clone();
            self.begin("ask the bank", |door| carry(door.clone(), no, heard));
            SECOND_US << waits.min(DOUBLINGS_MAX)
        };
        self.schedule.after(wait_us, Event::Town(TownEvent::AskBank(no, waits + 1)));
    }

    /// What reached the bank is answered, or not.
    pub(crate) fn serve_bank(&mut self) {
        let heard = std::mem::take(&mut *self.bank.heard.lock().unwrap_or_else(PoisonError::into_inner));
        for task in heard {
            let is_new = !self.bank.entries.contains_key(&task.order.no);
            let words = self.bank.hear(&task);
            let verdict = self.bank.entries.get(&task.order.no).map(|entry| entry.verdict.clone());
            if let Some(verdict) = verdict.filter(|_| is_new) {
                self.print_lines(&task.order, &verdict);
            }
            for (after_us, verdict) in words {
                self.bank_says(task.order.no, verdict, after_us);
            }
        }
    }

    fn bank_says(&mut self, no: BankOrderNo, verdict: Verdict, after_us: i64) {
        self.bank.notes(no, &verdict);
        self.schedule.after(after_us, Event::Town(TownEvent::BankSays(BankAnswered { no, verdict })));
    }
}

/// Makes durable that the bank is asked, and then asks it.
fn carry(door: Door, no: BankOrderNo, heard: Arc<Mutex<Vec<BankTask>>>) -> Calling<Word> {
    Box::pin(async move {
        let answer = ask(&door, SendBankOrder { no }.into()).await;
        if let Ok(Reply::SendBankOrder(Ok(Some(task)))) = &answer {
            heard.lock().unwrap_or_else(PoisonError::into_inner).push(task.clone());
        }
        Word::Cell(answer)
    })
}
