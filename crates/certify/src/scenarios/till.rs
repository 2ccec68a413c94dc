//! Codes that a till scans: the shop pays in one call, and hears of it twice.

use crate::cause::Cause;
use crate::contract::CallName;
use crate::judge::{Stop, paid_right, shipped_once, untouched};
use crate::mail::members;
use crate::scenario::{Group, Needs, Played, Risk, Scenario};
use crate::shop::Answered;
use crate::stage::{Order, Stage, inconclusive};
use crate::world::Pay;
use serde_json::Value;

pub(super) const SCENARIOS: [Scenario; 3] = [
    Scenario {
        name: "code-answer-meets-letter",
        group: Group::Till,
        guards: said!(
            "扫码支付的应答和通知同时到，或通知先到",
            "An answer and a letter of the same payment, in either order"
        ),
        risk: Risk::High,
        stake: said!("多发一份货", "goods sent twice"),
        steps: said!("店铺扫码收款，通知随后到达", "The shop scans a code; answer and letter arrive"),
        expected: said!("记成已付一次，发货一次", "Paid once, shipped once"),
        needs: Needs::Nothing,
        play: |stage| Box::pin(code_once(stage)),
    },
    Scenario {
        name: "code-retried-after-unknown",
        group: Group::Till,
        guards: said!("应答不明，收银员再扫一次", "An answer that was lost, and a clerk who tries again"),
        risk: Risk::High,
        stake: said!("客户付两次", "a customer who pays twice"),
        steps: said!("同一订单、同一付款码收款两次", "The same order is charged twice with the same code"),
        expected: said!("只付一次，发货一次", "Paid once, shipped once"),
        needs: Needs::Nothing,
        play: |stage| Box::pin(code_again(stage)),
    },
    Scenario {
        name: "code-waits-for-password",
        group: Group::Till,
        guards: said!(
            "10003 等待付款被当成成功",
            "Code 10003, which waits for the buyer, taken for a payment"
        ),
        risk: Risk::High,
        stake: said!("没有输密码就拿走的货", "goods that leave before the buyer confirms"),
        steps: said!(
            "8888.00 元扫码，买家还没有输密码",
            "A code for 8888.00 yuan; the buyer has not confirmed"
        ),
        expected: said!("不算付款", "Not paid yet"),
        needs: Needs::Nothing,
        play: |stage| Box::pin(waits(stage)),
    },
];

async fn till_order(stage: &Stage, total: &str) -> Result<Order, Stop> {
    stage.order_of("通宝验收 till", total, true).await
}

async fn scan(stage: &Stage, order: &Order, code: &str) -> Result<Answered, Stop> {
    stage.call(CallName::PayByCode, order, &[("auth_code", Value::from(code))]).await
}

/// One code, the shop's answer, and the letter.
async fn code_once(stage: &Stage) -> Played {
    let order = till_order(stage, "81.00").await?;
    let code = stage.cast.world.pay_code(&stage.cast.buyer).await?;
    scanned(stage, &order, &code).await?;
    let letter = stage.heard(&order, "TRADE_SUCCESS", false).await?;
    Stage::must_take(&letter)?;
    let state = stage.counts_as_paid(&order).await?;
    shipped_once(&state, Cause::NoIdempotency)?;
    stage.resend(&letter, words!("通知再来一次", "the letter again"), &members(&[]), None, None).await?;
    paid_right(&stage.state(&order).await?, order.total)
}

async fn scanned(stage: &Stage, order: &Order, code: &str) -> Played {
    let answered = scan(stage, order, code).await?;
    if answered.yes() {
        return Ok(());
    }
    let shown = answered.shown();
    inconclusive(words!("扫码收款没有成功：{shown}", "the shop could not charge a code: {shown}"))
}

async fn code_again(stage: &Stage) -> Played {
    let mut order = till_order(stage, "82.00").await?;
    let code = stage.cast.world.pay_code(&stage.cast.buyer).await?;
    scanned(stage, &order, &code).await?;
    scan(stage, &order, &code).await?;
    let letter = stage.heard(&order, "TRADE_SUCCESS", false).await?;
    let trade_no = letter.members().remove("trade_no").unwrap_or_default();
    order.pay = Some(Pay::by_trade_no(&trade_no));
    let (truth, state) = (stage.truth(&order).await?, stage.counts_as_paid(&order).await?);
    if truth.total != order.total {
        let asked = truth.total;
        let what = words!("平台收了 {asked}", "the platform was asked for {asked}");
        return Err(Stop::Failed(Cause::WrongAmount, what));
    }
    paid_right(&state, order.total)
}

async fn waits(stage: &Stage) -> Played {
    let order = till_order(stage, "8888.00").await?;
    let before = stage.state(&order).await?;
    let code = stage.cast.world.pay_code(&stage.cast.buyer).await?;
    scan(stage, &order, &code).await?;
    let after = stage.state(&order).await?;
    // Another rule of the password-free limit may have let it pass.
    let (app, letters) = (&stage.cast.donor.truth.app_id, stage.letters_after);
    let told = stage.cast.world.letters(app, letters).await?;
    let paid = |letter: &crate::world::Letter| letter.members().get("out_trade_no") == Some(&order.no);
    if told.iter().any(paid) {
        return inconclusive(words!(
            "平台直接扣款了（免密额度被调高？）",
            "the platform charged it at once (is the password-free limit higher here?)"
        ));
    }
    if after.stand == crate::shop::Stand::Closed {
        return Ok(());
    }
    untouched(&before, &after, Cause::AttemptTakenForPaid)
}
