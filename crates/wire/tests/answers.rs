//! The bytes of answers, and models of how client libraries find the signed text in them.

use std::sync::OnceLock;

use proptest::prelude::*;
use wire::charset::Charset;
use wire::envelope::{
    ObjectWriter, Response, method_node, quoted_cipher, signed_envelope, unsigned_envelope,
};
use wire::params::Params;
use wire::sign::{PrivateKey, SignType};

fn key() -> &'static PrivateKey {
    static KEY: OnceLock<PrivateKey> = OnceLock::new();
    KEY.get_or_init(|| wire::keygen::rsa_2048().expect("a key"))
}

/// The whole answer with its signature cut out of the end and checked.
fn without_signature(method: &str, response: &Response) -> String {
    let inner = response.to_json();
    let bytes = signed_envelope(&method_node(method), &inner, Charset::Utf8, SignType::Rsa2, key(), None);
    let text = String::from_utf8(bytes).expect("UTF-8");
    let (before, signature) = text.rsplit_once("\"sign\":\"").expect("signed");
    let signature = signature.strip_suffix("\"}").expect("the signature is last");
    assert!(key().public_key().verify(SignType::Rsa2, inner.as_bytes(), signature));
    format!("{before}\"sign\":\"<b64>\"}}")
}

#[test]
fn a1_and_a2_the_query_is_read_and_its_answer_frozen() {
    let query = b"timestamp=2026-01-02+03%3A04%3A05&app_id=2021000000000001&method=alipay.trade.query\
        &charset=utf-8&format=json&version=1.0&sign_type=RSA2&sign=a%2Bb%3D";
    let body = b"biz_content=%7B%22out_trade_no%22%3A%22T1%22%7D";
    let split = Params::merge(Some(query), Some(body), Vec::new()).expect("valid");
    assert_eq!(split.get("biz_content"), Some(&b"{\"out_trade_no\":\"T1\"}"[..]));
    assert_eq!(split.get("timestamp"), Some(&b"2026-01-02 03:04:05"[..]));
    assert_eq!(split.get("sign"), Some(&b"a+b="[..]));
    let all = Params::merge(Some(&[&query[..], b"&", body].concat()), None, Vec::new()).expect("valid");
    assert_eq!(wire::canonical::request_text(&all, false), wire::canonical::request_text(&split, false));

    let mut answer = Response::success();
    answer
        .members
        .text("trade_no", "2026010222001400000000000001")
        .text("out_trade_no", "T1")
        .text("buyer_logon_id", "159****0000")
        .text("buyer_user_id", "2088000000000001")
        .text("trade_status", "TRADE_SUCCESS")
        .text("total_amount", "0.01")
        .text("receipt_amount", "0.01")
        .text("invoice_amount", "0.01")
        .text("buyer_pay_amount", "0.01")
        .text("point_amount", "0.00")
        .text("send_pay_date", "2026-01-02 03:04:01");
    assert_eq!(
        without_signature("alipay.trade.query", &answer),
        concat!(
            r#"{"alipay_trade_query_response":{"code":"10000","msg":"Success","#,
            r#""buyer_logon_id":"159****0000","buyer_pay_amount":"0.01","#,
            r#""buyer_user_id":"2088000000000001","invoice_amount":"0.01","out_trade_no":"T1","#,
            r#""point_amount":"0.00","receipt_amount":"0.01","send_pay_date":"2026-01-02 03:04:01","#,
            r#""total_amount":"0.01","trade_no":"2026010222001400000000000001","#,
            r#""trade_status":"TRADE_SUCCESS"},"sign":"<b64>"}"#
        )
    );
}

#[test]
fn a3_waiting_for_the_password() {
    let mut answer = Response::waiting();
    answer
        .members
        .text("out_trade_no", "T1")
        .text("buyer_logon_id", "159****0000")
        .text("buyer_pay_amount", "0.00")
        .text("buyer_user_id", "2088000000000001")
        .text("invoice_amount", "0.00")
        .text("point_amount", "0.00")
        .text("receipt_amount", "0.00")
        .text("total_amount", "2001.00")
        .text("trade_no", "2026010222001400000000000001");
    assert_eq!(
        without_signature("alipay.trade.pay", &answer),
        concat!(
            r#"{"alipay_trade_pay_response":{"code":"10003","msg":" order success pay inprocess","#,
            r#""buyer_logon_id":"159****0000","buyer_pay_amount":"0.00","#,
            r#""buyer_user_id":"2088000000000001","invoice_amount":"0.00","out_trade_no":"T1","#,
            r#""point_amount":"0.00","receipt_amount":"0.00","total_amount":"2001.00","#,
            r#""trade_no":"2026010222001400000000000001"},"sign":"<b64>"}"#
        )
    );
}

#[test]
fn a4_precreate_a5_refund_a6_cancel() {
    let mut answer = Response::success();
    answer.members.text("qr_code", "https://qr.alipay.com/bax0000000000000000").text("out_trade_no", "T1");
    assert_eq!(
        without_signature("alipay.trade.precreate", &answer),
        concat!(
            r#"{"alipay_trade_precreate_response":{"code":"10000","msg":"Success","#,
            r#""out_trade_no":"T1","qr_code":"https:\/\/qr.alipay.com\/bax0000000000000000"},"#,
            r#""sign":"<b64>"}"#
        )
    );
    for change in ["Y", "N"] {
        let mut answer = Response::success();
        answer.members.text("refund_fee", "0.01").text("fund_change", change);
        let text = without_signature("alipay.trade.refund", &answer);
        assert!(text.contains(&format!(r#""msg":"Success","fund_change":"{change}","refund_fee":"0.01"}}"#)));
    }
    let mut answer = Response::success();
    answer
        .members
        .text("trade_no", "2026010222001400000000000001")
        .text("retry_flag", "N")
        .text("out_trade_no", "T1")
        .text("action", "close");
    assert_eq!(
        without_signature("alipay.trade.cancel", &answer),
        concat!(
            r#"{"alipay_trade_cancel_response":{"code":"10000","msg":"Success","action":"close","#,
            r#""out_trade_no":"T1","retry_flag":"N","trade_no":"2026010222001400000000000001"},"#,
            r#""sign":"<b64>"}"#
        )
    );
}

#[test]
fn gbk_and_encrypted_answers_are_signed_over_their_own_bytes() {
    let signature_of = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let (_, signature) = text.rsplit_once("\"sign\":\"").expect("signed");
        signature.strip_suffix("\"}").expect("last").to_owned()
    };
    let mut answer = Response::success();
    answer.members.text("subject", "支付😀");
    let gbk =
        signed_envelope("n_response", &answer.to_json(), Charset::Gbk, SignType::Rsa, key(), Some("ab"));
    let inner = b"{\"code\":\"10000\",\"msg\":\"Success\",\"subject\":\"\xD6\xA7\xB8\xB6\\ud83d\\ude00\"}";
    assert!(
        gbk.starts_with(
            &[b"{\"n_response\":", &inner[..], b",\"alipay_cert_sn\":\"ab\",\"sign\":\""].concat()
        )
    );
    assert!(key().public_key().verify(SignType::Rsa, inner, &signature_of(&gbk)));
    let decoded = Charset::Gbk.decode(&gbk).expect("GBK");
    let value: serde_json::Value = serde_json::from_str(&decoded).expect("JSON");
    assert_eq!(value["n_response"]["subject"], "支付😀");

    let cipher = wire::aes::AesKey::new(*b"0123456789abcdef").encrypt(answer.to_json().as_bytes());
    let quoted = quoted_cipher(&cipher);
    let encrypted = signed_envelope("n_response", &quoted, Charset::Utf8, SignType::Rsa2, key(), None);
    assert!(encrypted.starts_with(format!("{{\"n_response\":\"{cipher}\",\"sign\":\"").as_bytes()));
    assert!(key().public_key().verify(SignType::Rsa2, quoted.as_bytes(), &signature_of(&encrypted)));
}

/// Counts braces from the node's value on, without regard to strings.
fn counted<'a>(text: &'a str, node: &str) -> &'a str {
    let start = text.find(&format!("\"{node}\"")).expect("the node") + node.len() + 3;
    let mut depth = 0;
    for (at, character) in text[start..].char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => continue,
        }
        if depth == 0 {
            return &text[start..=start + at];
        }
    }
    panic!("the braces do not pair up: {text}");
}

/// From the node to the last `"sign"` or `"alipay_cert_sn"`, less the comma.
fn by_offsets<'a>(text: &'a str, node: &str) -> &'a str {
    let start = text.find(node).expect("the node") + node.len() + 2;
    let end = text.rfind("\"alipay_cert_sn\"").or_else(|| text.rfind("\"sign\"")).expect("signed") - 1;
    &text[start..end]
}

/// Between the first `_response":` and the first `,"sign":` or `,"alipay_cert_sn":` after it.
fn between_marks(text: &str) -> &str {
    let (_, rest) = text.split_once("_response\":").expect("the node");
    let end = rest.find(",\"alipay_cert_sn\":").or_else(|| rest.find(",\"sign\":")).expect("signed");
    &rest[..end]
}

/// From the first `{` after the node to the last `}` before the last `"sign"`.
fn outermost<'a>(text: &'a str, node: &str) -> &'a str {
    let node_at = text.find(node).expect("the node");
    let start = node_at + text[node_at..].find('{').expect("an object");
    let sign_at = text.rfind("\"sign\"").expect("signed");
    &text[start..=text[..sign_at].rfind('}').expect("an object")]
}

fn nasty() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<char>().prop_map(String::from),
        "[{}\"\\\\/,: \u{1}\u{2028}支😀@%<>&a]{0,12}",
        Just("\"sign\":\"x\"".to_owned()),
        Just(",\"alipay_cert_sn\":".to_owned()),
        Just("alipay_trade_query_response".to_owned()),
        Just("\"alipay_trade_query_response\":{".to_owned()),
        Just("}{".to_owned()),
        Just("</script>".to_owned()),
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

proptest! {
    /// Whatever a merchant writes into a subject comes back as it was, and is signed as every client cuts it out.
    #[test]
    fn any_text_survives_every_way_of_reading(a in nasty(), b in nasty(), c in nasty(), cert in any::<bool>()) {
        let node = "alipay_trade_query_response";
        let mut tag = ObjectWriter::new();
        tag.text("k", &b).int("n", -7);
        let mut answer = Response::failed("40004", "Business Failed", "ACQ.X", &c);
        answer.members.text("subject", &a).objects("list", [tag.clone()]);
        answer.members.object("tag", tag).texts("texts", [b.clone()]);
        let inner = answer.to_json();
        let read: serde_json::Value = serde_json::from_str(&inner).expect("JSON");
        prop_assert_eq!(read["subject"].as_str().unwrap_or_default(), &a);
        prop_assert_eq!(read["sub_msg"].as_str(), Some(c.as_str()));
        prop_assert_eq!(read["texts"][0].as_str(), Some(b.as_str()));
        prop_assert_eq!(read["list"][0]["n"].as_i64(), Some(-7));

        let cert_sn = cert.then_some("b179408fc8b6c30b665443c46a309120");
        let whole = wire::envelope::envelope(node, &inner, cert_sn, Some("AAA/BBB+C="));
        prop_assert!(serde_json::from_str::<serde_json::Value>(&whole).is_ok());
        prop_assert_eq!(whole.matches("_response").count(), 1);
        prop_assert_eq!(counted(&whole, node), inner.as_str());
        prop_assert_eq!(by_offsets(&whole, node), inner.as_str());
        prop_assert_eq!(between_marks(&whole), inner.as_str());
        prop_assert_eq!(outermost(&whole, node), inner.as_str());
        let ends_with_sign = whole.ends_with(",\"sign\":\"AAA/BBB+C=\"}");
        prop_assert!(ends_with_sign);
    }

    /// In GBK too nothing is lost: what GBK cannot write travels as an escape.
    #[test]
    fn any_text_survives_gbk(text in nasty()) {
        let mut answer = Response::success();
        answer.members.text("subject", &text);
        let bytes = unsigned_envelope("n", &answer.to_json(), Charset::Gbk);
        let decoded = Charset::Gbk.decode(&bytes).expect("GBK");
        let read: serde_json::Value = serde_json::from_str(&decoded).expect("JSON");
        prop_assert_eq!(read["n"]["subject"].as_str().unwrap_or_default(), &text);
    }
}
