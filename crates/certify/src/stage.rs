//! The steps that scenarios are made of. Each leaves a note, so that a verdict comes with what was sent, what was
//! answered, and what the shop said before and after.

use crate::carrier::Carrier;
use crate::contract::CallName;
use crate::judge::Stop;
use crate::note::{Note, Who};
use crate::shop::{Answered, Made, Shop, ShopState, ShopTrouble};
use crate::words::Words;
use crate::world::{Letter, Pay, Truth, World, WorldTrouble, yuan};
use money::{Currency, Money};
use serde_json::Value;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Between two looks at something that should happen.
const LOOK_GAP: Duration = Duration::from_millis(20);

/// Some characters that nobody used before.
pub(crate) fn draw() -> String {
    let mut bytes = [0_u8; 5];
    // Without chance the login is taken, and the run says so.
    let _drawn = getrandom::fill(&mut bytes);
    hex::encode(bytes)
}

/// What a step gives.
pub(crate) type Step<T> = Result<T, Stop>;

/// What the scenarios of one run share.
#[derive(Clone, Debug)]
pub(crate) struct Cast {
    pub(crate) world: World,
    pub(crate) shop: Shop,
    /// A buyer with enough money for everything.
    pub(crate) buyer: String,
    /// Makes names of this run unlike those of others.
    pub(crate) run: String,
    /// An order that was paid and told before all scenarios, whose letter others are made of.
    pub(crate) donor: Donor,
}

/// An order that was paid and told.
#[derive(Clone, Debug)]
pub(crate) struct Donor {
    pub(crate) truth: Truth,
    pub(crate) letter: Letter,
}

/// An order of a scenario.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) no: String,
    pub(crate) total: Money,
    pub(crate) pay: Option<Pay>,
    pub(crate) return_url: Option<String>,
}

/// One scenario's stage.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) cast: Cast,
    /// In scenarios that hold letters back.
    pub(crate) carrier: Option<std::sync::Arc<Carrier>>,
    /// Letters up to this one are of earlier scenarios.
    pub(crate) letters_after: u64,
    pub(crate) notes: Mutex<Vec<Note>>,
}

/// An amount written in a scenario.
pub(crate) fn amount(text: &str) -> Money {
    yuan(text).unwrap_or_else(|| Money::zero(Currency::Cny))
}

pub(crate) fn inconclusive<T>(what: Words) -> Step<T> {
    Err(Stop::Inconclusive(what))
}

impl From<ShopTrouble> for Stop {
    fn from(trouble: ShopTrouble) -> Stop {
        match trouble {
            ShopTrouble::Lacks(call) => {
                Stop::Skipped(words!("店铺没有 `{call}` 这个接口", "the shop has no call `{call}`"))
            }
            ShopTrouble::NoAnswer(why) => {
                Stop::Inconclusive(words!("店铺没有应答：{why}", "the shop did not answer: {why}"))
            }
            ShopTrouble::Breach(why) => {
                Stop::Inconclusive(words!("店铺的应答不符合约定：{why}", "not as agreed: {why}"))
            }
        }
    }
}

impl From<WorldTrouble> for Stop {
    fn from(trouble: WorldTrouble) -> Stop {
        if matches!(&trouble, WorldTrouble::No { code, .. } if code == "clock_fixed") {
            return Stop::Skipped(words!("这个世界的时钟不能拨", "the clock of this world cannot be moved"));
        }
        Stop::Inconclusive(words!("平台：{trouble}", "the platform: {trouble}"))
    }
}

impl Stage {
    pub(crate) fn note(&self, who: Who, what: Words, raw: Option<&str>) {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).push(Note::new(who, what, raw));
    }

    /// The shop makes an order.
    pub(crate) async fn order(&self, total: &str) -> Step<Order> {
        self.order_of("通宝验收 certify", total, false).await
    }

    /// The shop makes an order of this subject.
    pub(crate) async fn order_of(&self, subject: &str, total: &str, till: bool) -> Step<Order> {
        let total = amount(total);
        let made = self.cast.shop.order(subject, total, till).await?;
        let Made { out_trade_no: no, pay, return_url } = made;
        let what =
            words!("下单 {total}「{subject}」→ {no}", "orders \u{201c}{subject}\u{201d} for {total}: {no}");
        self.note(Who::Script, what, None);
        if pay.is_none() && !till {
            return inconclusive(words!(
                "店铺没有给出付款方式（pay）",
                "the shop gave nothing to pay with (`pay`)"
            ));
        }
        Ok(Order { no, total, pay, return_url })
    }

    fn handed(order: &Order) -> Step<&Pay> {
        let none = || Stop::Inconclusive(words!("没有付款方式", "there is nothing to pay with"));
        order.pay.as_ref().ok_or_else(none)
    }

    /// What the platform says of an order.
    pub(crate) async fn truth(&self, order: &Order) -> Step<Truth> {
        let truth = self.cast.world.look(Stage::handed(order)?).await?;
        let shown = truth.shown();
        self.note(Who::Platform, words!("平台：{shown}", "the platform says: {shown}"), None);
        Ok(truth)
    }

    /// A buyer pays; the platform's "no" is an answer.
    pub(crate) async fn try_to_pay(&self, order: &Order, login: &str) -> Step<Result<String, WorldTrouble>> {
        let paid = self.cast.world.pay(login, Stage::handed(order)?).await;
        match &paid {
            Ok(trade_no) => {
                self.note(Who::Script, words!("买家付款：{trade_no}", "a buyer pays: {trade_no}"), None);
            }
            Err(why @ WorldTrouble::No { .. }) => {
                let what = words!("买家付款被平台拒绝：{why}", "a buyer tries to pay; the platform: {why}");
                self.note(Who::Platform, what, None);
            }
            Err(why @ WorldTrouble::NoAnswer(_)) => return Err(why.clone().into()),
        }
        Ok(paid)
    }

    /// The buyer of this run pays, which goes well. From here on the order is known by the platform's number.
    pub(crate) async fn pay(&self, order: &mut Order) -> Step<()> {
        match self.try_to_pay(order, &self.cast.buyer).await? {
            Ok(trade_no) => order.pay = Some(Pay::by_trade_no(&trade_no)),
            Err(why) => {
                return inconclusive(words!("付款没有成功：{why}", "the payment did not come about: {why}"));
            }
        }
        Ok(())
    }

    /// A buyer of this scenario's own, with this balance.
    pub(crate) async fn another_buyer(&self, balance: &str) -> Step<String> {
        let login = format!("certify-{}@example.com", draw());
        self.cast.world.open_buyer(&login, balance).await?;
        let what = words!("另一个买家，余额 {balance}", "another buyer, who has {balance}");
        self.note(Who::Script, what, None);
        Ok(login)
    }

    /// Moves the clock to where an unpaid order ends.
    pub(crate) async fn to_the_end_of(&self, truth: &Truth) -> Step<()> {
        let until = &truth.expires_at;
        let what = words!("时钟拨到 {until}", "the clock moves to {until}");
        self.note(Who::Script, what, None);
        self.cast.world.set_clock(until).await?;
        // It ends at that second; one more, so that nobody argues about its edge.
        Ok(self.cast.world.advance("1s").await?)
    }

    /// What the shop says of an order, after the rest that it is given.
    pub(crate) async fn state(&self, order: &Order) -> Step<ShopState> {
        tokio::time::sleep(self.cast.shop.settle()).await;
        let (state, answered) = self.cast.shop.state(&order.no).await?;
        let shown = state.shown();
        self.note(Who::Shop, words!("店铺：{shown}", "the shop says: {shown}"), Some(&answered.text));
        Ok(state)
    }

    /// The shop's state once it fits, or the last one when patience ends. Looks in between leave no note.
    pub(crate) async fn state_once(
        &self,
        order: &Order,
        fits: impl Fn(&ShopState) -> bool + Send,
    ) -> Step<ShopState> {
        let begun = Instant::now();
        while begun.elapsed() < self.cast.shop.patience() {
            let (state, _) = self.cast.shop.state(&order.no).await?;
            if fits(&state) {
                break;
            }
            tokio::time::sleep(LOOK_GAP).await;
        }
        self.state(order).await
    }

    /// One of the shop's other calls.
    pub(crate) async fn call(
        &self,
        name: CallName,
        order: &Order,
        members: &[(&str, Value)],
    ) -> Step<Answered> {
        let answered = self.cast.shop.call(name, &order.no, members).await?;
        let said: Vec<String> = members.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let (call, said) = (name.key(), said.join(" "));
        let what = words!("调用店铺 {call} {said}", "calls the shop's {call} {said}");
        self.note(Who::Script, what, None);
        let status = answered.status;
        self.note(Who::Shop, words!("应答 HTTP {status}", "answers HTTP {status}"), Some(&answered.text));
        Ok(answered)
    }

    /// Asks the shop for a refund.
    pub(crate) async fn refund(&self, order: &Order, amount: Money, number: &str) -> Step<Answered> {
        let members = [("amount", self.cast.shop.amount(amount)), ("out_request_no", Value::from(number))];
        self.call(CallName::Refund, order, &members).await
    }

    /// Waits until something is there.
    pub(crate) async fn wait<T, F>(&self, mut look: impl FnMut() -> F + Send) -> Step<Option<T>>
    where
        F: Future<Output = Step<Option<T>>> + Send,
    {
        let begun = Instant::now();
        loop {
            if let Some(found) = look().await? {
                return Ok(Some(found));
            }
            if begun.elapsed() >= self.cast.shop.patience() {
                return Ok(None);
            }
            tokio::time::sleep(LOOK_GAP).await;
        }
    }
}
