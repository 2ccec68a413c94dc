//! Plain payments: amounts and texts of all kinds, one payment each.

use crate::cause::Cause;
use crate::judge::{Stop, asked_right, paid_right, shipped_once, untouched};
use crate::scenario::{Group, Needs, Played, Risk, Scenario};
use crate::shop::Stand;
use crate::stage::{Stage, inconclusive};

pub(super) const SCENARIOS: [Scenario; 7] = [
    Scenario {
        name: "pays-once",
        group: Group::Paying,
        guards: said!("一笔普通付款没有入账或记错", "A plain payment that is not recorded, or not as it was"),
        risk: Risk::High,
        stake: said!("每一笔订单", "every order"),
        steps: said!("下单，付款，等通知", "Order, pay, wait for the notification"),
        expected: said!("记成已付，金额一致，发货一次", "Paid, with this amount, shipped once"),
        needs: Needs::Nothing,
        play: |stage| Box::pin(plain(stage, "通宝验收 certify", "12.80")),
    },
    Scenario {
        name: "smallest-amount",
        group: Group::Paying,
        guards: said!("一分钱的订单被当成零或忽略", "An order of one fen that is rounded away"),
        risk: Risk::Low,
        stake: said!("小额订单", "small orders"),
        steps: said!("0.01 元下单并付款", "Order for 0.01 yuan, pay"),
        expected: said!("记成已付 0.01", "Paid, 0.01"),
        needs: Needs::Nothing,
        play: |stage| Box::pin(plain(stage, "一分钱 one fen", "0.01")),
    },
    Scenario {
        name: "amount-a-float-cannot-hold",
        group: Group::Paying,
        guards: said!("浮点数算金额丢一分", "An amount that loses a fen in floating point"),
        risk: Risk::Medium,
        stake: said!("每笔一分，或一笔都不认", "a fen of each order, or the order itself"),
        steps: said!("1024.09 元下单并付款", "Order for 1024.09 yuan, pay"),
        expected: said!("记成已付 1024.09", "Paid, 1024.09"),
        needs: Needs::Nothing,
        play: |stage| Box::pin(plain(stage, "通宝验收 certify", "1024.09")),
    },
    Scenario {
        name: "large-amount",
        group: Group::Paying,
        guards: said!("大额被截断或写成科学计数", "A large amount that is cut, or written with an exponent"),
        risk: Risk::Medium,
        stake: said!("一笔大额订单", "one large order"),
        steps: said!("23456789.01 元下单并付款", "Order for 23456789.01 yuan, pay"),
        expected: said!("记成已付 23456789.01", "Paid, 23456789.01"),
        needs: Needs::Nothing,
        play: |stage| Box::pin(plain(stage, "通宝验收 certify", "23456789.01")),
    },
    Scenario {
        name: "subject-of-many-scripts",
        group: Group::Paying,
        guards: said!(
            "商品名含生僻字、表情、符号或店铺编码（如 GBK）没有的字，验签就失败",
            "A subject with rare characters, emoji and signs, also where the shop's charset (GBK) does not have them"
        ),
        risk: Risk::Medium,
        stake: said!("这种商品的每一笔订单", "every order of such goods"),
        steps: said!("以这种商品名下单并付款", "Order with such a subject, pay"),
        expected: said!("记成已付；编码不支持就在下单时拒绝", "Paid; or refused when ordered"),
        needs: Needs::Nothing,
        play: |stage| Box::pin(awkward_subject(stage)),
    },
    Scenario {
        name: "two-buyers-one-order",
        group: Group::Paying,
        guards: said!("两个买家付同一笔订单", "Two buyers who pay one order"),
        risk: Risk::High,
        stake: said!("一次付款，两次发货", "goods for a payment that never was"),
        steps: said!("第一个买家付款，第二个再付", "One buyer pays, then another one tries"),
        expected: said!("只认第一笔，发货一次", "The first counts, shipped once"),
        needs: Needs::Nothing,
        play: |stage| Box::pin(two_buyers(stage)),
    },
    Scenario {
        name: "failed-attempt-then-paid",
        group: Group::Paying,
        guards: said!("余额不足的尝试被当成付款", "A failed attempt that counts as a payment"),
        risk: Risk::High,
        stake: said!("没有付款的货", "goods that nobody paid"),
        steps: said!("余额不足的买家付款失败，充值后再付", "A buyer without money fails, gets money, pays"),
        expected: said!("失败时不变；之后已付，发货一次", "Nothing at first; then paid, shipped once"),
        needs: Needs::Nothing,
        play: |stage| Box::pin(failed_attempt(stage)),
    },
];

/// Orders, pays, and looks at what the shop made of it.
async fn plain(stage: &Stage, subject: &str, total: &str) -> Played {
    let mut order = stage.order_of(subject, total, false).await?;
    let before = stage.state(&order).await?;
    if before.shipped > 0 || before.stand != Stand::Waiting {
        let is = before.shown();
        let what = words!("还没有付款，订单已是：{is}", "nobody has paid yet, and the order is: {is}");
        return Err(Stop::Failed(Cause::AttemptTakenForPaid, what));
    }
    asked_right(&stage.truth(&order).await?, order.total)?;
    stage.pay(&mut order).await?;
    let letter = stage.heard(&order, "TRADE_SUCCESS", false).await?;
    Stage::must_take(&letter)?;
    let after = stage.counts_as_paid(&order).await?;
    paid_right(&after, order.total)
}

async fn awkward_subject(stage: &Stage) -> Played {
    plain(stage, "镕䶮 Ünïcødé 😀 \"a\" 'b' <c> 100% +1 #；", "5.20").await
}

async fn two_buyers(stage: &Stage) -> Played {
    let (order, _, before) = stage.paid_order("8.80").await?;
    let other = stage.another_buyer("100.00").await?;
    if stage.try_to_pay(&order, &other).await?.is_ok() {
        return inconclusive(words!("平台收了两次款", "the platform took two payments"));
    }
    shipped_once(&before, Cause::NoIdempotency)?;
    let after = stage.state(&order).await?;
    untouched(&before, &after, Cause::AttemptTakenForPaid)?;
    paid_right(&after, order.total)
}

async fn failed_attempt(stage: &Stage) -> Played {
    let mut order = stage.order("6.60").await?;
    let before = stage.state(&order).await?;
    let poor = stage.another_buyer("1.00").await?;
    if stage.try_to_pay(&order, &poor).await?.is_ok() {
        return inconclusive(words!(
            "平台放行了余额不足的付款",
            "the platform let a payment without money pass"
        ));
    }
    untouched(&before, &stage.state(&order).await?, Cause::AttemptTakenForPaid)?;
    stage.cast.world.top_up(&poor, "100.00", &order.no).await?;
    match stage.try_to_pay(&order, &poor).await? {
        Ok(trade_no) => order.pay = Some(crate::world::Pay::by_trade_no(&trade_no)),
        Err(why) => return inconclusive(words!("充值后仍不能付款：{why}", "it cannot be paid: {why}")),
    }
    Stage::must_take(&stage.heard(&order, "TRADE_SUCCESS", false).await?)?;
    paid_right(&stage.counts_as_paid(&order).await?, order.total)
}
