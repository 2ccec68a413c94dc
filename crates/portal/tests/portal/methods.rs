//! The guide of methods, for programs and for browsers.

use crate::shop::Shop;
use axum::http::StatusCode;
use portal::{LineShown, MethodShown, RefusalShown};

fn line(name: &str, holds: &str, when: &str) -> LineShown {
    LineShown { name: name.to_owned(), holds: holds.to_owned(), when: when.to_owned() }
}

/// What the server hands over, cut to one method.
pub(crate) fn guide() -> Vec<MethodShown> {
    vec![MethodShown {
        name: "alipay.trade.close",
        title: "统一收单交易关闭接口",
        v3: Some("/v3/alipay/trade/close".to_owned()),
        sandbox_only: false,
        limits: String::new(),
        example: r#"{"out_trade_no":"T1"}"#,
        fields: vec![line("out_trade_no", "letters & <digits>", "required")],
        refused: vec!["royalty_info".to_owned()],
        ignored: Vec::new(),
        answers: vec![line("trade_no", "", "always")],
        refusals: vec![RefusalShown {
            code: "40004",
            sub_code: "ACQ.TRADE_NOT_EXIST",
            v3_status: 400,
            sub_msg: "交易不存在".to_owned(),
            when: "trade does not exist".to_owned(),
        }],
    }]
}

#[tokio::test]
async fn the_guide_is_a_page_for_browsers_and_json_for_programs() {
    let shop = Shop::open().await;
    let page = shop.browser().get("/sandbox/methods").await;
    assert_eq!(page.status, StatusCode::OK);
    for shown in [
        "<details id=\"alipay.trade.close\">",
        "POST /v3/alipay/trade/close",
        "letters &#38; &#60;digits&#62;",
        "Refused unless empty",
        "40004 ACQ.TRADE_NOT_EXIST",
    ] {
        assert!(page.html.contains(shown), "{shown}: {}", page.html);
    }
    let (status, told) = shop.get("/sandbox/methods").await;
    assert_eq!(status, StatusCode::OK);
    let method = &told["methods"][0];
    assert_eq!(method["name"], "alipay.trade.close");
    assert_eq!(method["fields"][0]["when"], "required");
    assert_eq!(method["refusals"][0]["v3_status"], 400);
}
