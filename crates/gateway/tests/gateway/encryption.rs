//! Encrypted content: requests, answers, and everything that can be wrong with them.

use crate::client::{Answer, Client};
use crate::methods::pay;
use crate::shop::{APP_KEY, Shop};

async fn sealed(client: &Client, content: &[u8]) -> Answer {
    let cipher = client.aes.as_ref().unwrap().encrypt(content);
    client.call_with("alipay.trade.query", &cipher, &[("encrypt_type", "AES")]).await
}

fn opened(client: &Client, answer: &Answer) -> String {
    let text = std::str::from_utf8(&answer.signed).unwrap();
    let cipher = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
        .expect("a quoted cipher, signed with quotes");
    String::from_utf8(client.aes.as_ref().unwrap().decrypt(cipher).unwrap()).unwrap()
}

#[tokio::test]
async fn answers_are_encrypted_like_their_requests() {
    let shop = Shop::open().await;
    let client = shop.client_of(shop.seller, APP_KEY, false, true).await;
    pay(&shop, &client, "T1", "3.21").await;
    let found = opened(&client, &sealed(&client, br#"{"out_trade_no":"T1"}"#).await);
    assert!(
        found.starts_with(r#"{"code":"10000","msg":"Success","#)
            && found.contains(r#""total_amount":"3.21""#)
    );
    let refused = opened(&client, &sealed(&client, br#"{"out_trade_no":"T2"}"#).await);
    assert!(refused.contains("ACQ.TRADE_NOT_EXIST"), "one client reads a plain object as nothing: {refused}");
    let no_json = opened(&client, &sealed(&client, b"{").await);
    assert!(no_json.contains("isv.illegal-json"));
}

#[tokio::test]
async fn what_cannot_be_decrypted_is_told_plainly() {
    let shop = Shop::open().await;
    let client = shop.client_of(shop.seller, APP_KEY, false, true).await;
    let other = wire::aes::AesKey::new([1; 16]).encrypt(br#"{"out_trade_no":"T1"}"#);
    let good = client.aes.as_ref().unwrap().encrypt(br#"{"out_trade_no":"T1"}"#);
    for (content, kind, expected) in [
        ("not base64!", "AES", "40003 isv.decryption-error-unknown"),
        ("QUJD", "AES", "40003 isv.decryption-error-unknown"),
        (&other, "AES", "40003 isv.decryption-error-unknown"),
        (&good, "DES", "40002 isv.invalid-encrypt-type"),
        (&good, "-", "40001 isv.decryption-error-missing-encrypt-type"),
    ] {
        let said = client.call_with("alipay.trade.query", content, &[("encrypt_type", kind)]).await;
        assert_eq!(said.outcome(), expected, "{content} {kind}");
    }
    // What another key gives when its padding is right by chance, which it is once in 256 times.
    for chance in [&b"\xff\xfe\x01"[..], b"T1", b"[1]", b"null"] {
        let said = sealed(&client, chance).await;
        assert_eq!(said.outcome(), "40003 isv.decryption-error-unknown", "{chance:?}");
    }
    let without = shop.client().await;
    let said = without.call_with("alipay.trade.query", &good, &[("encrypt_type", "AES")]).await;
    assert_eq!(said.outcome(), "40002 isv.decryption-error-not-valid-encrypt-key");
}

#[tokio::test]
async fn nothing_is_decrypted_before_the_signature_was_checked() {
    let shop = Shop::open().await;
    let client = shop.client_of(shop.seller, APP_KEY, false, true).await;
    let mut params =
        client.sign(client.params("alipay.trade.query", "not base64!", &[("encrypt_type", "AES")]));
    params.last_mut().unwrap().1 = vec![b'A'; 344];
    assert_eq!(client.post(&params).await.outcome(), "40002 isv.invalid-signature");
}
