//! Statements of the bank from outside: fetched, handed over as files, read again, changed, cut off, and killed midway.

use crate::bank_apart::{generation, start};
use crate::bank_process::Bank;
use crate::cards::{PROMPT, advance, bind, books_are_exact, get, wish};
use crate::server::{Server, call, complaint, printed};
use serde_json::{Value, json};
use std::fs;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);

fn day_of(server: &Server) -> String {
    get(server, "/sandbox/clock")["now"].as_str().unwrap()[..10].to_owned()
}

fn class<'a>(told: &'a Value, code: &str) -> &'a Value {
    told["classes"].as_array().unwrap().iter().find(|class| class["class"] == code).unwrap()
}

fn send(server: &Server, kind: &str, file: &str) -> (u16, Value) {
    let (status, text) =
        crate::server::send(&server.address, "/sandbox/recon/statements", kind, file).unwrap();
    (status, serde_json::from_str(&text).unwrap())
}

fn refused(server: &Server, kind: &str, file: &str) -> (u16, String) {
    let (status, told) = send(server, kind, file);
    (status, told["error"]["code"].as_str().unwrap_or("none").to_owned())
}

#[test]
fn a_statement_is_fetched_once_and_no_file_changes_it_afterwards() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    let bank = Bank::start(&temporary.path().join("bank"), &[]);
    let server = start(&data, &bank);
    server.sandbox("/clock/freeze", &json!({}));
    let (card, day) = (bind(&server, PROMPT), day_of(&server));
    server.sandbox("/bank/topup", &wish(&server, &card, "10.00", "in"));
    server.sandbox("/bank/withdraw", &wish(&server, &card, "3.00", "out"));
    advance(&server, "2s");
    let early =
        call(&server.address, "POST", "/sandbox/recon/fetch", &json!({ "day": day }).to_string()).unwrap();
    assert!(early.0 == 409 && early.1.contains("day_not_closed"), "{early:?}");
    advance(&server, "25h");
    // The server fetches it by itself.
    let begun = Instant::now();
    let told = loop {
        let told = server.sandbox("/recon/fetch", &json!({ "day": day }));
        if told["already_booked"] == true || begun.elapsed() > PATIENCE {
            break told;
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    assert_eq!(told["already_booked"], true, "{told}");
    assert_eq!(
        (&told["lines"], &told["booked"], &told["unexplained"]),
        (&json!(2), &json!(2), &json!("0.00"))
    );
    let matched = class(&told, "matched");
    assert_eq!(
        (&matched["lines"], &matched["in"], &matched["out"]),
        (&json!(2), &json!("10.00"), &json!("3.00"))
    );
    assert_eq!((&told["opening"], &told["closing"]), (&json!("0.00"), &json!("7.00")));

    let text = bank.statement(&generation(&data), &format!("/statements/{day}?format=camt053"), 0);
    let file = temporary.path().join("statement.xml");
    fs::write(&file, &text).unwrap();
    let url = format!("http://{}", server.address);
    let said = printed(&["recon", "import", file.to_str().unwrap(), "--url", &url]);
    assert!(said.contains("already booked") && said.contains("Unexplained: 0.00"), "{said}");
    let said = printed(&["recon", "fetch", "--day", &day, "--url", &url, "--json"]);
    assert!(said.contains("\"already_booked\":true"), "{said}");

    let other = text.replacen("<AcctSvcrRef>B", "<AcctSvcrRef>C", 1);
    assert_ne!(other, text);
    fs::write(&file, other).unwrap();
    let said = complaint(&["recon", "import", file.to_str().unwrap(), "--url", &url]);
    assert!(said.contains("another statement of"), "{said}");
    assert_eq!(
        refused(&server, "application/xml", &text[..text.len() / 2]),
        (400, "bad_statement".to_owned())
    );
    assert_eq!(refused(&server, "text/csv", "serial\n1\n"), (400, "bad_statement".to_owned()));
    assert_eq!(refused(&server, "text/plain", &text), (415, "not_a_statement".to_owned()));
    let next = text.replace(&day, "2099-01-01").replace(">7.00<", ">8.00<").replace(">0.00<", ">1.00<");
    let told = send(&server, "application/xml", &next).1;
    assert_eq!(class(&told, "duplicate")["lines"], 2, "{told}");
    server.stop();
    books_are_exact(&data);
}

/// The bank pays to somebody's card and sends the money back days later: the statement says so, and nobody else.
#[test]
fn a_transfer_to_a_card_that_the_bank_sends_back_is_its_payers_again() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    let bank = Bank::start(&temporary.path().join("bank"), &["--seed", "5"]);
    let server = start(&data, &bank);
    server.sandbox("/clock/freeze", &json!({}));
    bind(&server, PROMPT);
    bank.faults(&json!({ "sent_back_ppm": 1_000_000 }));
    server.sandbox("/topup", &json!({ "login": "shop@demo.tongbao", "amount": "100.00", "key": "fill" }));
    let available_fen = || {
        let asked = json!({ "account_type": "ACCTRANS_ACCOUNT" });
        let (told, _) = server.gateway("alipay.fund.account.query", &asked);
        let amount = told["alipay_fund_account_query_response"]["available_amount"].clone();
        amount.as_str().unwrap().replace('.', "").parse::<i64>().unwrap()
    };
    let before = available_fen();
    let payee = json!({ "identity": PROMPT, "identity_type": "BANKCARD_ACCOUNT", "name": "张三",
        "bankcard_ext_info": { "account_type": "2" } });
    let biz = json!({ "out_biz_no": "W1", "trans_amount": "30.00", "product_code": "TRANS_BANKCARD_NO_PWD",
        "biz_scene": "DIRECT_TRANSFER", "payee_info": payee });
    let (sent, _) = server.gateway("alipay.fund.trans.uni.transfer", &biz);
    assert_eq!(sent["alipay_fund_trans_uni_transfer_response"]["status"], "DEALING", "{sent}");
    let look = || {
        let by = json!({ "out_biz_no": "W1", "product_code": "TRANS_BANKCARD_NO_PWD", "biz_scene": "DIRECT_TRANSFER" });
        server.gateway("alipay.fund.trans.common.query", &by).0["alipay_fund_trans_common_query_response"]
            .clone()
    };
    advance(&server, "2s");
    assert_eq!(look()["status"], "SUCCESS");
    assert_eq!(available_fen(), before - 3_010);
    // Three days at most until it is back, and one until its statement is printed.
    let begun = Instant::now();
    while look()["status"] != "REFUND" && begun.elapsed() < PATIENCE {
        advance(&server, "12h");
        std::thread::sleep(Duration::from_millis(50));
    }
    let told = look();
    assert_eq!(
        (&told["status"], &told["error_code"], &told["order_fee"]),
        (&json!("REFUND"), &json!("PAYEE_CARD_INFO_ERROR"), &json!("0.10")),
        "{told}"
    );
    assert_eq!(available_fen(), before - 10, "the fee stays, and nothing else");
    let recon = get(&server, "/sandbox/recon");
    for book in recon["books"].as_array().unwrap() {
        assert_eq!(book["difference"], "0.00", "{book}");
    }
    server.stop();
    books_are_exact(&data);
}

/// A statement with lines of nobody's, 0.01 to 0.99.
fn strangers(lines: u32) -> String {
    let mut sum = 0;
    let mut entries = String::new();
    for serial in 1..=lines {
        let (fen, sign) = (serial % 99 + 1, if serial % 3 == 0 { "DBIT" } else { "CRDT" });
        sum += if serial % 3 == 0 { -i64::from(fen) } else { i64::from(fen) };
        entries.push_str(&format!(
            "<Ntry><NtryRef>{serial}</NtryRef><Amt Ccy=\"CNY\">0.{fen:02}</Amt><CdtDbtInd>{sign}</CdtDbtInd>\
             <Sts><Cd>BOOK</Cd></Sts><ValDt><Dt>2026-01-02</Dt></ValDt><AcctSvcrRef>S{serial}</AcctSvcrRef></Ntry>"
        ));
    }
    let balance = |code: &str, fen: i64| {
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"CNY\">{}.{:02}</Amt>\
             <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-01-02</Dt></Dt></Bal>",
            fen / 100,
            fen % 100
        )
    };
    format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><Stmt>\
         <Acct><Id><Othr><Id>TB9</Id></Othr></Id><Ccy>CNY</Ccy></Acct>{}{}{entries}</Stmt></BkToCstmrStmt></Document>",
        balance("OPBD", 0),
        balance("CLBD", sum)
    )
}

#[test]
fn a_server_that_is_killed_while_it_reads_goes_on_with_the_same_file() {
    const LINES: u32 = 3_000;
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    let file = strangers(LINES);
    let server = Server::start(&data);
    let booked = |server: &Server| {
        let (_, told) = server.get("/healthz");
        let told: Value = serde_json::from_str(&told).unwrap();
        told["commands"].as_u64().unwrap()
    };
    let before = booked(&server);
    let (address, sent) = (server.address.clone(), file.clone());
    let reading = std::thread::spawn(move || {
        crate::server::send(&address, "/sandbox/recon/statements", "application/xml", &sent)
    });
    let begun = Instant::now();
    while booked(&server) < before + 200 {
        assert!(begun.elapsed() < PATIENCE, "it does not begin");
    }
    server.kill();
    let cut = reading.join().unwrap();
    assert!(cut.is_none_or(|(status, _)| status != 200), "it was killed before the end");
    let server = Server::start(&data);
    let (status, told) = send(&server, "application/xml", &file);
    assert_eq!((status, &told["already_booked"]), (200, &json!(false)), "{told}");
    assert_eq!((&told["booked"], &told["unexplained"]), (&json!(LINES), &json!("0.00")), "{told}");
    assert_eq!(class(&told, "theirs_only")["lines"], LINES, "{told}");
    let again = send(&server, "application/xml", &file).1;
    assert_eq!((&again["already_booked"], &again["classes"]), (&json!(true), &told["classes"]));
    server.stop();
    books_are_exact(&data);
}
