//! Pre-authorisations: `alipay.fund.auth.*`, and payments from them.

use crate::client::{Answer, Client};
use crate::shop::Shop;
use base::{DAY_US, FreezeNo};
use engine::{ClaimFreeze, ConfirmFreeze, JudgePassword, TryPassword};

pub async fn freeze(client: &Client, code: &str, number: &str, amount: &str) -> Answer {
    let biz = format!(
        r#"{{"out_order_no":"{number}","out_request_no":"R0","order_title":"押金","amount":"{amount}","auth_code":"{code}","auth_code_type":"bar_code","product_code":"PRE_AUTH"}}"#
    );
    client.call("alipay.fund.auth.order.freeze", &biz).await
}

async fn unfreeze(client: &Client, auth_no: &str, request: &str, amount: &str) -> Answer {
    let biz = format!(
        r#"{{"auth_no":"{auth_no}","out_request_no":"{request}","amount":"{amount}","remark":"part"}}"#
    );
    client.call("alipay.fund.auth.order.unfreeze", &biz).await
}

pub async fn pay(client: &Client, auth_no: &str, number: &str, amount: &str, more: &str) -> Answer {
    let biz = format!(
        r#"{{"auth_no":"{auth_no}","out_trade_no":"{number}","total_amount":"{amount}","subject":"rent","product_code":"PRE_AUTH"{more}}}"#
    );
    client.call("alipay.trade.pay", &biz).await
}

async fn query(client: &Client, auth_no: &str, request: &str) -> Answer {
    let biz = format!(r#"{{"auth_no":"{auth_no}","out_request_no":"{request}"}}"#);
    client.call("alipay.fund.auth.operation.detail.query", &biz).await
}

#[tokio::test]
async fn a_freeze_of_credit_is_not_taken_for_one_of_money() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let open = async |extra: &str| {
        let biz = format!(
            r#"{{"out_order_no":"F1","out_request_no":"R0","order_title":"押金","amount":"1","product_code":"PRE_AUTH"{extra}}}"#
        );
        client.call("alipay.fund.auth.order.voucher.create", &biz).await.outcome()
    };
    for extra in [
        r#","extra_param":{"serviceId":"2020"}"#,
        r#","extra_param":"{\"serviceId\":\"2020\"}""#,
        r#","extra_param":"no json""#,
        r#","extra_param":[]"#,
        r#","deposit_product_mode":"POSTPAY""#,
        r#","extra_param":" ""#,
    ] {
        assert_eq!(open(extra).await, "40004 ILLEGAL_ARGUMENT", "{extra}");
    }
    let business = r#","extra_param":"{\"category\":\"HOTEL\",\"outStoreCode\":\"1\"}""#;
    assert_eq!(open(business).await, "10000");
    assert_eq!(open(r#","extra_param":"""#).await, "10000", "an empty text says nothing");
}

#[tokio::test]
async fn money_is_frozen_freed_and_paid() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let code = shop.pay_code(shop.alice).await;
    let frozen = freeze(&client, &code, "F1", "100").await;
    assert_eq!(
        (frozen.outcome(), frozen.get("status")),
        ("10000".into(), "SUCCESS".into()),
        "{}",
        frozen.text()
    );
    assert_eq!((frozen.get("amount"), frozen.get("fund_amount")), ("100.00".into(), "100.00".into()));
    assert_eq!(frozen.get("payer_user_id"), shop.alice.to_string());
    let auth_no = frozen.get("auth_no");
    assert_eq!(freeze(&client, &code, "F1", "100").await.get("auth_no"), auth_no, "the same request again");
    assert_eq!(freeze(&client, &code, "F1", "101").await.outcome(), "40004 UNIQUE_VIOLATION");
    let other = shop.pay_code(shop.alice).await;
    assert_eq!(freeze(&client, &other, "F1", "100").await.outcome(), "40004 FREEZE_ALREADY_SUCCESS");

    let freed = unfreeze(&client, &auth_no, "U1", "10").await;
    assert_eq!(
        (freed.outcome(), freed.get("status"), freed.get("amount")),
        ("10000".into(), "SUCCESS".into(), "10.00".into())
    );
    assert_eq!(unfreeze(&client, &auth_no, "U1", "10").await.get("operation_id"), freed.get("operation_id"));
    assert_eq!(unfreeze(&client, &auth_no, "U1", "11").await.outcome(), "40004 UNIQUE_VIOLATION");
    assert_eq!(unfreeze(&client, &auth_no, "U2", "90.01").await.outcome(), "40004 REQUEST_AMOUNT_EXCEED");
    assert_eq!(unfreeze(&client, "1", "U2", "1").await.outcome(), "40004 AUTH_ORDER_NOT_EXIST");

    let paid = pay(&client, &auth_no, "T1", "30", r#","auth_confirm_mode":"NOT_COMPLETE""#).await;
    assert_eq!(
        (paid.outcome(), paid.get("receipt_amount")),
        ("10000".into(), "30.00".into()),
        "{}",
        paid.text()
    );
    assert_eq!(pay(&client, &auth_no, "T1", "30", "").await.get("trade_no"), paid.get("trade_no"));
    assert_eq!(pay(&client, &auth_no, "T1", "31", "").await.outcome(), "40004 ACQ.CONTEXT_INCONSISTENT");
    assert_eq!(pay(&client, &auth_no, "T2", "60.01", "").await.outcome(), "40004 ACQ.AUTH_AMOUNT_NOT_ENOUGH");
    let bob = format!(r#","buyer_id":"{}""#, shop.bob);
    assert_eq!(pay(&client, &auth_no, "T2", "1", &bob).await.outcome(), "40004 ACQ.PAYER_UNMATCHED");
    assert_eq!(pay(&client, "2", "T2", "1", "").await.outcome(), "40004 ACQ.AUTH_NO_ERROR");
    let last = pay(&client, &auth_no, "T2", "40", r#","auth_confirm_mode":"COMPLETE""#).await;
    assert_eq!(last.outcome(), "10000", "{}", last.text());
    assert_eq!(pay(&client, &auth_no, "T3", "1", "").await.outcome(), "40004 ACQ.AUTH_ORDER_HAS_FINISHED");
    assert_eq!(unfreeze(&client, &auth_no, "U3", "1").await.outcome(), "40004 ORDER_ALREADY_FINISH");

    let of_freeze = query(&client, &auth_no, "R0").await;
    assert_eq!(
        (of_freeze.get("operation_type"), of_freeze.get("order_status")),
        ("FREEZE".into(), "FINISH".into())
    );
    assert_eq!(
        (of_freeze.get("total_freeze_amount"), of_freeze.get("total_pay_amount")),
        ("100.00".into(), "70.00".into())
    );
    for told in [&frozen, &of_freeze, &query(&client, &auth_no, "U1").await] {
        assert_eq!(told.get("trans_currency"), "CNY", "{}", told.text());
    }
    for name in ["total_freeze_credit_amount", "total_pay_credit_amount", "rest_credit_amount"] {
        assert_eq!(of_freeze.get(name), "0.00", "{name}");
    }
    assert_eq!(query(&client, &auth_no, "T1").await.get("operation_type"), "PAY");
    assert_eq!(query(&client, &auth_no, "U1").await.get("operation_type"), "UNFREEZE");
    assert_eq!(query(&client, &auth_no, "U9").await.outcome(), "40004 AUTH_OPERATION_NOT_EXIST");
    assert_eq!(query(&client, "3", "R0").await.outcome(), "40004 AUTH_ORDER_NOT_EXIST");
    let refund = client.call("alipay.trade.refund", r#"{"out_trade_no":"T1","refund_amount":"30"}"#).await;
    assert_eq!(refund.get("fund_change"), "Y");
}

#[tokio::test]
async fn above_the_limit_the_payer_confirms_and_a_cancel_undoes_it() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let code = shop.pay_code(shop.alice).await;
    let waits = freeze(&client, &code, "F1", "1000.01").await;
    assert_eq!((waits.outcome(), waits.get("status")), ("10003".into(), "INIT".into()), "{}", waits.text());
    let no: FreezeNo = waits.get("auth_no").parse().unwrap();
    assert_eq!(unfreeze(&client, &waits.get("auth_no"), "U1", "1").await.outcome(), "40004 ILLEGAL_STATUS");
    assert_eq!(
        pay(&client, &waits.get("auth_no"), "T1", "1", "").await.outcome(),
        "40004 ACQ.AUTH_ORDER_NOT_PAID"
    );
    let tried = shop.door.ask(TryPassword { party: shop.alice, about: no.topic() }).await.unwrap();
    let attempt = tried.attempt;
    shop.door.ask(JudgePassword { party: shop.alice, attempt, right: true }).await.unwrap();
    shop.door.ask(ConfirmFreeze { payer: shop.alice, freeze: no, attempt }).await.unwrap();
    assert_eq!(query(&client, &waits.get("auth_no"), "R0").await.get("order_status"), "AUTHORIZED");
    let cancel =
        |request: &str| format!(r#"{{"out_order_no":"F1","out_request_no":"{request}","remark":"undo"}}"#);
    let method = "alipay.fund.auth.operation.cancel";
    assert_eq!(client.call(method, &cancel("R9")).await.outcome(), "40004 AUTH_ORDER_NOT_EXIST");
    for _repeated in 0..2 {
        assert_eq!(client.call(method, &cancel("R0")).await.get("action"), "unfreeze");
    }
    assert_eq!(
        pay(&client, &waits.get("auth_no"), "T1", "1", "").await.outcome(),
        "40004 ACQ.AUTH_ORDER_HAS_CLOSED"
    );
    let code = shop.pay_code(shop.alice).await;
    freeze(&client, &code, "F2", "1").await;
    shop.advance(DAY_US + 1_000_000);
    let late = client.call(method, r#"{"out_order_no":"F2","out_request_no":"R0","remark":"undo"}"#).await;
    assert_eq!(late.outcome(), "40004 CANCEL_OPERATION_TIME_OUT");
}

#[tokio::test]
async fn a_voucher_is_taken_up_by_its_payer_and_wrong_fields_are_named() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let biz = r#"{"out_order_no":"F1","out_request_no":"R0","order_title":"押金","amount":"5","product_code":"PRE_AUTH"}"#;
    let voucher = client.call("alipay.fund.auth.order.voucher.create", biz).await;
    assert_eq!((voucher.outcome(), voucher.get("code_type")), ("10000".into(), "qrCode".into()));
    assert_eq!(voucher.get("code_value"), voucher.get("code_url"));
    let token = voucher.get("code_url");
    let token = token.rsplit('/').next().unwrap();
    let freeze = FreezeNo::of_topic(shop.world.secrets.order_of_token(token).unwrap());
    shop.door.ask(ClaimFreeze { freeze, payer: shop.bob }).await.unwrap();
    for (field, wrong) in [
        ("amount", r#"{"out_order_no":"F2","out_request_no":"R0","order_title":"a","amount":"0"}"#),
        ("out_request_no", r#"{"out_order_no":"F2","order_title":"a","amount":"1"}"#),
        ("order_title", r#"{"out_order_no":"F2","out_request_no":"R0","amount":"1"}"#),
        (
            "product_code",
            r#"{"out_order_no":"F2","out_request_no":"R0","order_title":"a","amount":"1","product_code":"X"}"#,
        ),
        (
            "payee_user_id",
            r#"{"out_order_no":"F2","out_request_no":"R0","order_title":"a","amount":"1","payee_user_id":"1"}"#,
        ),
        (
            "pay_timeout",
            r#"{"out_order_no":"F2","out_request_no":"R0","order_title":"a","amount":"1","pay_timeout":"16d"}"#,
        ),
    ] {
        let answer = client.call("alipay.fund.auth.order.voucher.create", wrong).await;
        assert_eq!(answer.outcome(), "40004 ILLEGAL_ARGUMENT", "{field}");
        assert!(answer.get("sub_msg").contains(field), "{}", answer.text());
    }
}

#[tokio::test]
async fn another_payee_or_no_balance_is_refused_by_name() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let channels = |list: &str| {
        format!(
            r#"[{}]"#,
            list.split(',')
                .map(|name| format!(r#"{{"payChannelType":"{name}"}}"#))
                .collect::<Vec<_>>()
                .join(",")
        )
    };
    let text = |list: &str| serde_json::to_string(&channels(list)).unwrap();
    for (number, (name, value, right)) in [
        ("payee_logon_id", r#""alice@example.com""#.to_owned(), false),
        ("payee_logon_id", r#""nobody@example.com""#.to_owned(), false),
        ("payee_logon_id", r#""Shop@example.com""#.to_owned(), true),
        ("payee_logon_id", r#""""#.to_owned(), true),
        ("enable_pay_channels", text("PCREDIT_PAY,CREDITZHIMA"), false),
        ("enable_pay_channels", channels("PCREDIT_PAY"), false),
        ("enable_pay_channels", r#""pcredit""#.to_owned(), false),
        ("enable_pay_channels", r#""[{}]""#.to_owned(), false),
        ("enable_pay_channels", r#""[""#.to_owned(), false),
        ("enable_pay_channels", "true".to_owned(), false),
        ("enable_pay_channels", text("PCREDIT_PAY,MONEY_FUND"), true),
        ("enable_pay_channels", channels("MONEY_FUND"), true),
        ("enable_pay_channels", r#""pcredit, balance""#.to_owned(), true),
        ("enable_pay_channels", r#""""#.to_owned(), true),
        ("disable_pay_channels", text("MONEY_FUND"), false),
        ("disable_pay_channels", r#""balance""#.to_owned(), false),
        ("disable_pay_channels", text("OPTIMIZED_MOTO"), true),
    ]
    .into_iter()
    .enumerate()
    {
        let biz = format!(
            r#"{{"out_order_no":"F{number}","out_request_no":"R0","order_title":"a","amount":"1","{name}":{value}}}"#
        );
        for kind in ["voucher.create", "app.freeze"] {
            let answer = client.call(&format!("alipay.fund.auth.order.{kind}"), &biz).await;
            let another = name.starts_with("payee") && kind == "voucher.create";
            let outcome = match right {
                true => "10000",
                false if another => "40004 ILLEGAL_PAYEE_USER_ID",
                false => "40004 ILLEGAL_ARGUMENT",
            };
            if kind == "app.freeze" && right {
                continue; // The number was used by the other way.
            }
            assert_eq!(answer.outcome(), outcome, "{name} {value}: {}", answer.text());
            assert!(right || another || answer.get("sub_msg").contains(name), "{}", answer.text());
        }
    }
    let large = r#"{"out_order_no":"L","out_request_no":"R0","order_title":"a","amount":"100000000.01"}"#;
    for (kind, code) in [("voucher.create", "ILLEGAL_ARGUMENT"), ("app.freeze", "PRODUCT_AMOUNT_LIMIT_ERROR")]
    {
        let answer = client.call(&format!("alipay.fund.auth.order.{kind}"), large).await;
        assert_eq!(answer.outcome(), format!("40004 {code}"), "each method has codes of its own");
    }
}

#[tokio::test]
async fn a_payment_from_a_freeze_names_one_payer_and_keeps_its_time() {
    let shop = Shop::open().await;
    let client = shop.client().await;
    let code = shop.pay_code(shop.alice).await;
    let auth_no = freeze(&client, &code, "F1", "100").await.get("auth_no");
    for (name, more) in [
        ("auth_code", r#","auth_code":"280000000000000000""#),
        ("agreement_params", r#","agreement_params":{"agreement_no":"20260102000020000000000007"}"#),
        ("agreement_params", r#","agreement_params":"{\"agreement_no\":\"2026\"}""#),
    ] {
        let answer = pay(&client, &auth_no, "T1", "10", more).await;
        assert_eq!(answer.outcome(), "40004 ACQ.INVALID_PARAMETER", "{more}");
        let said = format!("{name} 与auth_no不能同时传入");
        assert!(answer.get("sub_msg").contains(&said), "{}", answer.text());
    }
    let late = pay(&client, &auth_no, "T1", "10", r#","time_expire":"2026-01-02 03:04:05""#).await;
    assert_eq!(late.outcome(), "40004 ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR", "{}", late.text());
    assert_eq!(query(&client, &auth_no, "R0").await.get("rest_amount"), "100.00", "nothing was taken");
    let more = r#","time_expire":"2026-01-02 03:05:00","auth_code":"","agreement_params":{}"#;
    assert_eq!(pay(&client, &auth_no, "T1", "10", more).await.outcome(), "10000");
    assert_eq!(query(&client, &auth_no, "R0").await.get("rest_amount"), "90.00");
}
