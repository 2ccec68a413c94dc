//! Notifications with a right signature that do not fit the order: what the documents ask a merchant to compare.

use crate::cause::Cause;
use crate::judge::{Stop, untouched};
use crate::scenario::{Group, Needs, Played, Risk, Scenario};
use crate::stage::{Stage, amount, inconclusive};
use crate::words::Words;
use crate::world::Truth;
use serde_json::Value;

/// Numbers that are never the shop's: another app, another seller.
const OTHER_APP: &str = "9021000199999901";
const OTHER_SELLER: &str = "2088000199999901";

pub(super) const SCENARIOS: [Scenario; 7] = [
    Scenario {
        name: "amount-too-small",
        group: Group::Content,
        guards: said!("通知的金额小于订单", "A letter that tells of less than the order"),
        risk: Risk::High,
        stake: said!("付一分钱拿走全部", "everything for one fen"),
        steps: said!("未付的 128.00 元订单收到已付 0.01 的通知", "An order of 128.00 is told paid with 0.01"),
        expected: said!("不算付款", "Not paid"),
        needs: Needs::Nothing,
        play: |stage| Box::pin(other_amount(stage, "128.00", "0.01")),
    },
    Scenario {
        name: "amount-of-same-digits",
        group: Group::Content,
        guards: said!("数字相同、小数点不同的金额", "An amount of the same digits with its point elsewhere"),
        risk: Risk::High,
        stake: said!("付十分之一拿走全部", "everything for a tenth"),
        steps: said!(
            "未付的 128.00 元订单收到已付 12.80 的通知",
            "An order of 128.00 is told paid with 12.80"
        ),
        expected: said!("不算付款", "Not paid"),
        needs: Needs::Nothing,
        play: |stage| Box::pin(other_amount(stage, "128.00", "12.80")),
    },
    Scenario {
        name: "other-app",
        group: Group::Content,
        guards: said!("另一个应用的通知", "A letter of another app"),
        risk: Risk::Medium,
        stake: said!("别的应用里的付款冲抵这里的订单", "orders here for payments elsewhere"),
        steps: said!(
            "未付订单收到 app_id 不同的「已付」",
            "An unpaid order is told paid with another app_id"
        ),
        expected: said!("不算付款", "Not paid"),
        needs: Needs::Nothing,
        play: |stage| Box::pin(other_app(stage)),
    },
    Scenario {
        name: "other-seller",
        group: Group::Content,
        guards: said!("钱付给了别人", "Money that another seller got"),
        risk: Risk::High,
        stake: said!("货是你的，钱是别人的", "your goods, somebody else's money"),
        steps: said!(
            "未付订单收到 seller_id 不同的「已付」",
            "An unpaid order is told paid with another seller_id"
        ),
        expected: said!("不算付款", "Not paid"),
        needs: Needs::Nothing,
        play: |stage| Box::pin(other_seller(stage)),
    },
    Scenario {
        name: "waits-for-its-buyer",
        group: Group::Content,
        guards: said!("WAIT_BUYER_PAY 被当成付款", "WAIT_BUYER_PAY that counts as paid"),
        risk: Risk::High,
        stake: said!("只点了付款就拿到货", "goods for opening the cashier"),
        steps: said!("未付订单收到 WAIT_BUYER_PAY", "An unpaid order is told WAIT_BUYER_PAY"),
        expected: said!("不算付款", "Not paid"),
        needs: Needs::Nothing,
        play: |stage| Box::pin(status(stage, "WAIT_BUYER_PAY")),
    },
    Scenario {
        name: "unknown-status",
        group: Group::Content,
        guards: said!("不认识的 trade_status 被当成付款", "An unknown trade_status that counts as paid"),
        risk: Risk::Medium,
        stake: said!("平台新增状态的那天", "the day on which the platform adds a state"),
        steps: said!("未付订单收到 TRADE_PENDING", "An unpaid order is told TRADE_PENDING"),
        expected: said!("不算付款", "Not paid"),
        needs: Needs::Nothing,
        play: |stage| Box::pin(status(stage, "TRADE_PENDING")),
    },
    Scenario {
        name: "unknown-order",
        group: Group::Content,
        guards: said!("不存在的订单号", "A number that no order has"),
        risk: Risk::Medium,
        stake: said!("凭空多出的已付订单", "paid orders out of nothing"),
        steps: said!(
            "收到店铺没有的订单号的「已付」",
            "The shop is told of a payment for a number it never made"
        ),
        expected: said!("不新建订单，照常工作", "No such order, and the shop works on"),
        needs: Needs::Nothing,
        play: |stage| Box::pin(unknown_order(stage)),
    },
];

async fn claimed(stage: &Stage, total: &str, what: Words, changed: &[(&str, &str)], cause: Cause) -> Played {
    let order = stage.order(total).await?;
    let before = stage.state(&order).await?;
    stage.claim_paid(&order, what, changed, None).await?;
    untouched(&before, &stage.state(&order).await?, cause)
}

async fn other_amount(stage: &Stage, total: &str, told: &str) -> Played {
    let changed = [
        ("total_amount", told),
        ("receipt_amount", told),
        ("invoice_amount", told),
        ("buyer_pay_amount", told),
        ("fund_bill_list", ""),
    ];
    let what = words!(
        "签名正确的「已付 {told}」通知，订单是 {total}",
        "a signed letter of {told} for an order of {total}"
    );
    claimed(stage, total, what, &changed, Cause::NoAmountCheck).await
}

async fn other_app(stage: &Stage) -> Played {
    let changed = [("app_id", OTHER_APP), ("auth_app_id", OTHER_APP)];
    let what = words!("签名正确、app_id 不同的「已付」", "a signed letter of payment of another app_id");
    claimed(stage, "31.00", what, &changed, Cause::NoAppCheck).await
}

async fn other_seller(stage: &Stage) -> Played {
    let changed = [("seller_id", OTHER_SELLER), ("seller_email", "")];
    let what =
        words!("签名正确、seller_id 不同的「已付」", "a signed letter of payment of another seller_id");
    claimed(stage, "32.00", what, &changed, Cause::NoSellerCheck).await
}

async fn status(stage: &Stage, status: &str) -> Played {
    let what = words!("签名正确、trade_status={status}", "a signed letter with trade_status={status}");
    claimed(stage, "33.00", what, &[("trade_status", status)], Cause::StatusNotChecked).await
}

async fn unknown_order(stage: &Stage) -> Played {
    let number = format!("NOBODY{}{}", stage.cast.run, stage.letters_after);
    let donor = &stage.cast.donor;
    let truth = Truth { out_trade_no: number.clone(), ..donor.truth.clone() };
    let claim = stage.claim(&truth, amount("34.00"));
    let what = words!("签名正确、订单号没人用过", "a signed letter of a number that no order has");
    stage.resend(&donor.letter.clone(), what, &claim, None, None).await?;
    let answered = stage.cast.shop.knows(&number).await?;
    let shown = answered.shown();
    stage.note(crate::Who::Shop, words!("店铺说这笔订单", "the shop, asked for it"), Some(&shown));
    let body: Value = serde_json::from_str(&answered.text).unwrap_or_default();
    if answered.yes() && body.is_object() {
        let (state, _) = stage.cast.shop.state(&number).await?;
        let nothing = crate::shop::ShopState {
            stand: crate::shop::Stand::Waiting,
            paid: amount("0"),
            shipped: 0,
            refunded: amount("0"),
        };
        if state.shipped > 0 || state.paid != nothing.paid {
            let is = state.shown();
            let what = words!("店铺有了一笔没人下的订单：{is}", "an order that nobody made: {is}");
            return Err(Stop::Failed(Cause::UnknownOrderTaken, what));
        }
    }
    let order = stage.order("1.00").await?;
    if stage.state(&order).await?.shipped > 0 {
        return inconclusive(words!("新订单一开始就已发货", "a new order is shipped from the start"));
    }
    Ok(())
}
