//! Notifications and page returns as the verifiers of client libraries read them.

use std::sync::OnceLock;

use wire::canonical::{join_sorted, notify_text};
use wire::charset::Charset;
use wire::notify_form;
use wire::page::{ReturnUrlError, signed_return_url};
use wire::params::Params;
use wire::sign::{PrivateKey, SignType};

const PAIRS: [(&str, &str); 6] = [
    ("trade_status", "TRADE_SUCCESS"),
    ("subject", "支付 a+b&c=d %41"),
    ("body", ""),
    ("fund_bill_list", r#"[{"amount":"0.01","fundChannel":"ALIPAYACCOUNT"}]"#),
    ("alipay_cert_sn", "dropped"),
    ("app_id", "2021000000000001"),
];

fn key() -> &'static PrivateKey {
    static KEY: OnceLock<PrivateKey> = OnceLock::new();
    KEY.get_or_init(|| wire::keygen::rsa_2048().expect("a key"))
}

fn check_signed(form: &[u8], sign_type: SignType) -> Params {
    let params = Params::merge(None, Some(form), Vec::new()).expect("well formed");
    let sign = params.text("sign", Charset::Utf8).expect("ASCII").expect("signed");
    // Keeping empty values or dropping them must make no difference, so there are none.
    let kept = join_sorted(params.iter().filter(|(name, _)| !matches!(*name, "sign" | "sign_type")));
    assert_eq!(kept, notify_text(params.iter()));
    assert!(key().public_key().verify(sign_type, &kept, &sign));
    assert!(params.get("alipay_cert_sn").is_none() && params.get("body").is_none());
    params
}

#[test]
fn a_notification_verifies_over_what_was_received() {
    for (charset, sign_type) in
        [(Charset::Utf8, SignType::Rsa2), (Charset::Gbk, SignType::Rsa2), (Charset::Utf8, SignType::Rsa)]
    {
        let form = notify_form::signed(&PAIRS, charset, sign_type, key());
        assert!(form.is_ascii());
        let params = check_signed(form.as_bytes(), sign_type);
        assert_eq!(params.text("subject", charset), Ok(Some("支付 a+b&c=d %41".to_owned())));
        assert_eq!(params.get("sign_type"), Some(sign_type.name().as_bytes()));
    }
}

#[test]
fn a_return_keeps_the_merchants_own_query_and_fragment() {
    let pairs = [("total_amount", "0.01"), ("method", "alipay.trade.page.pay.return")];
    let appended = |url: &str| {
        let signed =
            signed_return_url(url, &pairs, Charset::Utf8, SignType::Rsa2, key()).expect("a web address");
        let (before, rest) = signed.split_once("method=").expect("appended");
        let (query, fragment) = rest.split_once('#').unwrap_or((rest, ""));
        check_signed(format!("method={query}").as_bytes(), SignType::Rsa2);
        (before.to_owned(), fragment.to_owned())
    };
    for (url, before, fragment) in [
        ("https://a.example/back", "https://a.example/back?", ""),
        ("https://a.example?", "https://a.example?", ""),
        ("https://a.example/?id=1%20#/done?x", "https://a.example/?id=1%20&", "/done?x"),
        ("https://a.example/?id=1&", "https://a.example/?id=1&", ""),
        ("https://a.example/路\"<", "https://a.example/%E8%B7%AF%22%3C?", ""),
    ] {
        assert_eq!(appended(url), (before.to_owned(), fragment.to_owned()), "{url}");
    }
    let refused = signed_return_url("javascript:x", &pairs, Charset::Utf8, SignType::Rsa2, key());
    assert_eq!(refused, Err(ReturnUrlError));
}
