//! Steps with letters: waiting for the platform's own, sending again, forging, holding back.

use crate::cause::Cause;
use crate::form;
use crate::judge::Stop;
use crate::note::Who;
use crate::shop::{Answered, ShopState, Stand};
use crate::stage::{Order, Stage, Step, inconclusive};
use crate::words::Words;
use crate::world::{Forge, Letter, Truth};
use money::Money;
use std::collections::BTreeMap;

/// Other members of a letter.
pub(crate) type Members = BTreeMap<String, String>;

/// Pairs as members.
pub(crate) fn members(pairs: &[(&str, &str)]) -> Members {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

impl Stage {
    /// The letter that tells of an order in this state, once it went to the shop and ended.
    pub(crate) async fn heard(&self, order: &Order, trade_status: &str, refund: bool) -> Step<Letter> {
        let (world, app) = (&self.cast.world, &self.cast.donor.truth.app_id);
        let after = self.letters_after;
        let look = || async move {
            let letters = world.letters(app, after).await?;
            Ok(letters.into_iter().find(|letter| {
                let says = letter.members();
                letter.ended.is_some()
                    && says.get("out_trade_no") == Some(&order.no)
                    && says.get("trade_status").is_some_and(|status| status == trade_status)
                    && says.contains_key("refund_fee") == refund
            }))
        };
        let Some(letter) = self.wait(look).await? else {
            return inconclusive(words!(
                "等不到平台的 {trade_status} 通知（订单有 notify_url 吗？）",
                "no {trade_status} notification went out (has the order a notify_url?)"
            ));
        };
        self.told(&letter);
        Ok(letter)
    }

    /// Notes a letter and how it ended.
    fn told(&self, letter: &Letter) {
        let says = letter.members();
        let status = says.get("trade_status").cloned().unwrap_or_default();
        let what = words!("平台通知店铺：{status}", "the platform notifies the shop: {status}");
        self.note(Who::Platform, what, Some(&form::shown(&letter.form)));
        self.note(Who::Shop, taken(letter.ended.clone().flatten().as_deref()), None);
    }

    /// A genuine letter must have been taken.
    pub(crate) fn must_take(letter: &Letter) -> Step<()> {
        match letter.ended.clone().flatten() {
            None => Ok(()),
            Some(why) => Err(Stop::Failed(
                Cause::GenuineLetterRefused,
                words!("店铺没有接受真实的通知：{why}", "the shop did not take a genuine letter: {why}"),
            )),
        }
    }

    /// The shop counts the order as paid, in time.
    pub(crate) async fn counts_as_paid(&self, order: &Order) -> Step<ShopState> {
        let state = self.state_once(order, |state| state.stand == Stand::Paid).await?;
        if state.stand == Stand::Paid {
            return Ok(state);
        }
        let is = state.shown();
        inconclusive(words!(
            "店铺接受了通知，但等到最后仍未记成已付：{is}",
            "the shop took the letter and did not count the order as paid in time: {is}"
        ))
    }

    /// An order that was paid, told and counted: where many scenarios begin.
    pub(crate) async fn paid_order(&self, total: &str) -> Step<(Order, Letter, ShopState)> {
        let mut order = self.order(total).await?;
        self.pay(&mut order).await?;
        let letter = self.heard(&order, "TRADE_SUCCESS", false).await?;
        if let Some(why) = letter.ended.clone().flatten() {
            return inconclusive(words!(
                "这一步需要已付订单，而店铺没有接受通知：{why}",
                "needs a paid order, and the shop did not take its letter: {why}"
            ));
        }
        let state = self.counts_as_paid(&order).await?;
        Ok((order, letter, state))
    }

    /// A letter once more, as it was, with other members (signed), or forged. Whether it was taken is noted.
    pub(crate) async fn resend(
        &self,
        letter: &Letter,
        what: Words,
        changed: &Members,
        forge: Option<Forge>,
        url: Option<&str>,
    ) -> Step<()> {
        let (world, app) = (&self.cast.world, &self.cast.donor.truth.app_id);
        let ended = world.resend(&letter.notify_id, url, changed, forge).await?;
        // The newest that fits is the one that was just sent.
        let letters = world.letters(app, self.letters_after).await?;
        let sent = letters.iter().rev().find(|sent| sent.notify_id == letter.notify_id);
        self.note(Who::Script, what, sent.map(|sent| form::shown(&sent.form)).as_deref());
        self.note(Who::Shop, taken(ended.as_deref()), None);
        Ok(())
    }

    /// Sends a letter that claims that this order was paid, made of the letter of another one.
    pub(crate) async fn claim_paid(
        &self,
        order: &Order,
        what: Words,
        changed: &[(&str, &str)],
        forge: Option<Forge>,
    ) -> Step<()> {
        let truth = self.truth(order).await?;
        let mut claim = self.claim(&truth, order.total);
        claim.extend(members(changed));
        let url = truth.notify_url.clone();
        self.resend(&self.cast.donor.letter.clone(), what, &claim, forge, url.as_deref()).await
    }

    /// The members that claim it. The `notify_id` is new, so that a shop that remembers them judges the letter itself.
    pub(crate) fn claim(&self, truth: &Truth, total: Money) -> Members {
        let total = total.to_string();
        let funds = format!(r#"[{{"amount":"{total}","fundChannel":"ALIPAYACCOUNT"}}]"#);
        let id = fresh_id(&truth.trade_no);
        members(&[
            ("out_trade_no", &truth.out_trade_no),
            ("trade_no", &truth.trade_no),
            ("notify_id", &id),
            ("total_amount", &total),
            ("receipt_amount", &total),
            ("invoice_amount", &total),
            ("buyer_pay_amount", &total),
            ("fund_bill_list", &funds),
        ])
    }

    /// The number of the last letter of the app.
    pub(crate) async fn letters_count(&self) -> Step<u64> {
        let letters = self.cast.world.letters(&self.cast.donor.truth.app_id, self.letters_after).await?;
        Ok(letters.last().map_or(self.letters_after, |letter| letter.no))
    }

    /// The letter of a notice that ended after this number.
    pub(crate) async fn letter_after(&self, notify_id: &str, after: u64) -> Step<Letter> {
        let letters = self.cast.world.letters(&self.cast.donor.truth.app_id, after).await?;
        let found = letters.into_iter().find(|letter| letter.notify_id == notify_id);
        let none =
            || Stop::Inconclusive(words!("平台没有发出这封通知", "the platform did not send the letter"));
        found.ok_or_else(none)
    }

    /// Holds back what the platform tells of this order from now on.
    pub(crate) fn hold(&self, order: &Order) -> Step<()> {
        let Some(carrier) = &self.carrier else {
            return inconclusive(words!("通知没有被代收", "letters are not held in this run"));
        };
        carrier.hold(&order.no);
        self.note(Who::Script, words!("扣住这笔订单的通知", "holds back this order's letters"), None);
        Ok(())
    }

    /// Lets them arrive again.
    pub(crate) fn release(&self, order: &Order) {
        if let Some(carrier) = &self.carrier {
            carrier.release(&order.no);
        }
    }

    /// An order that was paid while its letters are held back, and the letter.
    pub(crate) async fn paid_in_silence(&self, total: &str) -> Step<(Order, Letter)> {
        let mut order = self.order(total).await?;
        self.hold(&order)?;
        self.pay(&mut order).await?;
        let (carrier, number) = (&self.carrier, &order.no);
        let look = || async move { Ok(carrier.as_ref().and_then(|carrier| carrier.held(number))) };
        match self.wait(look).await? {
            Some(letter) => Ok((order, letter)),
            None => inconclusive(words!("等不到平台的通知", "no notification went out")),
        }
    }

    /// Hands the shop a letter that was held back, byte for byte.
    pub(crate) async fn hand_over(&self, letter: &Letter) -> Step<Answered> {
        let posted = Some((letter.content_type.as_str(), letter.form.as_str()));
        let answered = self.cast.shop.visit(&letter.url, posted).await?;
        let what = words!("把扣住的通知原样交给店铺", "hands over the letter that was held back");
        self.note(Who::Script, what, Some(&form::shown(&letter.form)));
        let shown = answered.shown();
        self.note(Who::Shop, words!("应答", "answers"), Some(&shown));
        Ok(answered)
    }
}

/// How the shop took a letter.
fn taken(error: Option<&str>) -> Words {
    match error {
        None => words!("应答 success", "answers `success`"),
        Some(why) => words!("没有接受：{why}", "does not take it: {why}"),
    }
}

/// A `notify_id` like the platform's, of nothing that exists.
pub(crate) fn fresh_id(trade_no: &str) -> String {
    let mut bytes = [0_u8; 6];
    // Without chance it is the same each time, which only shops that remember ids can see.
    let _drawn = getrandom::fill(&mut bytes);
    let digits: String = bytes.iter().map(|byte| format!("{:03}", byte)).collect();
    format!("{}{digits}", trade_no.get(..8).unwrap_or("20260101"))
}
