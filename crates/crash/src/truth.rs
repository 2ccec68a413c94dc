//! What is in the posted tables in the end, read without the program's own code, and whether every acknowledgement is
//! in it exactly once.

use crate::load::{Fact, Load, Order, Proof, locked};
use crate::told::Proves;
use anyhow::Context;
use rusqlite::{Connection, OpenFlags};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

/// Merchants pay 0.6 %, rounded half up; a world begins with this rule.
const FEE_PPM: i64 = 6_000;

/// An order as it is posted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct OrderRow {
    pub(crate) no: i64,
    pub(crate) state: String,
    pub(crate) total: i64,
    pub(crate) refunded: i64,
    pub(crate) fee: i64,
    pub(crate) fee_returned: i64,
    pub(crate) was_paid: bool,
    /// Login of who paid.
    pub(crate) buyer: Option<String>,
    pub(crate) refunds: Vec<(String, i64)>,
}

/// All that the check needs of the tables.
#[derive(Clone, Debug, Default)]
pub(crate) struct Truth {
    pub(crate) orders: HashMap<String, OrderRow>,
    /// By login and key.
    pub(crate) top_ups: HashMap<(String, String), i64>,
    /// By login, fen.
    pub(crate) balances: HashMap<String, i64>,
    /// Numbers that stand at more than one order.
    pub(crate) twice: Vec<String>,
}

/// What a check found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found {
    /// Acknowledged and not there.
    pub(crate) lost: u64,
    /// There more than once, or money that nobody was told of.
    pub(crate) doubled: u64,
    /// The first of them in words.
    pub(crate) named: Vec<String>,
}

impl Found {
    /// Nothing is wrong.
    pub(crate) fn is_clean(&self) -> bool {
        self.lost == 0 && self.doubled == 0
    }

    fn lose(&mut self, text: String) {
        self.lost += 1;
        self.name(text);
    }

    fn double(&mut self, text: String) {
        self.doubled += 1;
        self.name(text);
    }

    fn name(&mut self, text: String) {
        if self.named.len() < 20 {
            self.named.push(text);
        }
    }
}

impl Truth {
    /// Reads the tables of a data folder that no server has open.
    pub(crate) fn read(data: &Path) -> anyhow::Result<Truth> {
        let path = data.join("worlds/default/tables.sqlite");
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let tables = Connection::open_with_flags(&path, flags).context("the tables cannot be opened")?;
        Truth::of(&tables).with_context(|| format!("{} cannot be read", path.display()))
    }

    fn of(tables: &Connection) -> rusqlite::Result<Truth> {
        let mut truth = Truth::default();
        let mut logins: HashMap<i64, String> = HashMap::new();
        let mut numbers: HashMap<i64, String> = HashMap::new();
        let mut parties = tables.prepare("SELECT id, login FROM party")?;
        let mut rows = parties.query(())?;
        while let Some(row) = rows.next()? {
            logins.insert(row.get(0)?, row.get(1)?);
        }
        let mut orders = tables.prepare(
            "SELECT out_trade_no, no, state, total_minor, refunded_minor, fee_minor, fee_returned_minor, \
             paid_at_us IS NOT NULL, buyer FROM orders",
        )?;
        let mut rows = orders.query(())?;
        while let Some(row) = rows.next()? {
            let number: String = row.get(0)?;
            let buyer: Option<i64> = row.get(8)?;
            let order = OrderRow {
                no: row.get(1)?,
                state: row.get(2)?,
                total: row.get(3)?,
                refunded: row.get(4)?,
                fee: row.get(5)?,
                fee_returned: row.get(6)?,
                was_paid: row.get(7)?,
                buyer: buyer.and_then(|id| logins.get(&id).cloned()),
                refunds: Vec::new(),
            };
            numbers.insert(order.no, number.clone());
            if truth.orders.insert(number.clone(), order).is_some() {
                truth.twice.push(number);
            }
        }
        let mut refunds = tables
            .prepare("SELECT order_no, out_request_no, amount_minor FROM refund WHERE state = 'done'")?;
        let mut rows = refunds.query(())?;
        while let Some(row) = rows.next()? {
            let order = numbers.get(&row.get(0)?).and_then(|number| truth.orders.get_mut(number));
            if let Some(order) = order {
                order.refunds.push((row.get(1)?, row.get(2)?));
            }
        }
        let mut top_ups = tables.prepare("SELECT party, \"key\", amount_minor FROM top_up")?;
        let mut rows = top_ups.query(())?;
        while let Some(row) = rows.next()? {
            let login = logins.get(&row.get(0)?).cloned().unwrap_or_default();
            truth.top_ups.insert((login, row.get(1)?), row.get(2)?);
        }
        let mut accounts =
            tables.prepare("SELECT owner, balance_minor FROM account WHERE kind = 'balance'")?;
        let mut rows = accounts.query(())?;
        while let Some(row) = rows.next()? {
            if let Some(login) = logins.get(&row.get(0)?) {
                truth.balances.insert(login.clone(), row.get(1)?);
            }
        }
        Ok(truth)
    }

    /// Holds facts against the tables: each must be there.
    pub(crate) fn holds(&self, load: &Load, facts: &[Fact], found: &mut Found) {
        let orders = locked(&load.orders).clone();
        for fact in facts {
            match fact.proof {
                Proof::Order(index, proves) => self.order(&orders[index as usize], proves, found),
                Proof::TopUp { buyer, number, fen } => {
                    let login = &load.shop.buyers[buyer as usize];
                    let key = load.top_up_key(number);
                    if self.top_ups.get(&(login.clone(), key)) != Some(&fen) {
                        found.lose(format!("top-up {number} of {login}"));
                    }
                }
            }
        }
    }

    fn order(&self, order: &Order, proves: Proves, found: &mut Found) {
        let number = &order.number;
        let Some(row) = self.orders.get(number) else {
            return found.lose(format!("{number} is not there, {proves:?} was acknowledged"));
        };
        let holds = match proves {
            Proves::Nothing | Proves::Opened => true,
            Proves::Paid => row.was_paid,
            Proves::Closed => row.state == "closed",
            Proves::Refunded(refund) => {
                let wanted = (format!("r{refund}"), order.refund_fen());
                row.refunds.contains(&wanted)
            }
        };
        if !holds {
            found.lose(format!("{number}: {proves:?} was acknowledged, the end is {row:?}"));
        }
    }

    /// Sums: nothing is there that nobody asked for, nothing twice, and every balance is exactly what orders and
    /// top-ups come to. `top_ups` is what the buyers were acknowledged in all, where that is known; otherwise the
    /// tables themselves say it.
    pub(crate) fn sums(&self, load: &Load, top_ups: Option<&[Fact]>, found: &mut Found) {
        for number in &self.twice {
            found.double(format!("{number} is two orders"));
        }
        let orders: HashMap<String, Arc<Order>> =
            locked(&load.orders).iter().map(|order| (order.number.clone(), order.clone())).collect();
        let mut spent: HashMap<&str, i64> = HashMap::new();
        let mut earned: HashMap<&str, i64> = HashMap::new();
        for (number, row) in &self.orders {
            let Some(order) = orders.get(number) else {
                found.double(format!("{number} was never asked for"));
                continue;
            };
            let refunds: i64 = row.refunds.iter().map(|(_, fen)| fen).sum();
            let fee = if row.was_paid { (row.total * FEE_PPM + 500_000) / 1_000_000 } else { 0 };
            let fee_back = if row.total == 0 { 0 } else { fee * row.refunded / row.total };
            if row.total != order.total_fen || refunds != row.refunded || refunds > row.total {
                found.double(format!("{number}: total {} or refunds {refunds} are wrong", row.total));
            }
            if (row.fee, row.fee_returned) != (fee, fee_back) {
                found.double(format!("{number}: fee {} less {}", row.fee, row.fee_returned));
            }
            if row.was_paid {
                let buyer = row.buyer.as_deref().unwrap_or_default();
                if buyer != load.shop.buyers[order.buyer] {
                    found.double(format!("{number} was paid by {buyer}"));
                }
                *spent.entry(buyer).or_default() += row.total - refunds;
                let merchant = &load.shop.merchants[order.merchant].login;
                *earned.entry(merchant).or_default() += row.total - fee - refunds + fee_back;
            }
        }
        let mut given: HashMap<&str, i64> = HashMap::new();
        match top_ups {
            Some(facts) => {
                for fact in facts {
                    if let Proof::TopUp { buyer, fen, .. } = fact.proof {
                        *given.entry(&load.shop.buyers[buyer as usize]).or_default() += fen;
                    }
                }
                given.values_mut().for_each(|sum| *sum += load.shop.opening_fen);
            }
            None => {
                for ((login, _), fen) in &self.top_ups {
                    *given.entry(login).or_default() += fen;
                }
            }
        }
        for login in &load.shop.buyers {
            let untold = if top_ups.is_some() { load.shop.opening_fen } else { 0 };
            let given = given.get(login.as_str()).copied().unwrap_or(untold);
            let wanted = given - spent.get(login.as_str()).copied().unwrap_or_default();
            self.balance(login, wanted, found);
        }
        for merchant in &load.shop.merchants {
            let wanted = earned.get(merchant.login.as_str()).copied().unwrap_or_default();
            self.balance(&merchant.login, wanted, found);
        }
    }

    fn balance(&self, login: &str, wanted: i64, found: &mut Found) {
        let stored = self.balances.get(login).copied().unwrap_or_default();
        match stored - wanted {
            0 => {}
            more if more > 0 => found.double(format!("{login} has {more} fen too many")),
            less => found.double(format!("{login} lacks {} fen", -less)),
        }
    }
}
