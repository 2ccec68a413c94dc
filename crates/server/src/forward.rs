//! `tongbao listen`: takes notifications in the place of their addresses and carries them to a shop on this machine,
//! and the shop's answers back. It asks the platform; nobody has to reach it, so no tunnel is needed.

use crate::cli::ListenArgs;
use crate::client::client;
use crate::print;
use crate::threads::runtime;
use anyhow::{Context, bail};
use reqwest::{Client, StatusCode};
use serde::Deserialize;
use serde_json::json;
use std::time::Duration;
use tokio::task::JoinSet;

/// How long the platform may keep a call that waits for letters.
const WAIT_S: u64 = 20;
/// How long a shop may take. The platform gives up after 15 s.
const SHOP_TIME: Duration = Duration::from_secs(14);
/// How long the platform may take to hear a shop's answer.
const ANSWER_TIME: Duration = Duration::from_secs(10);
/// Wait before a platform that was not reached is asked again.
const PAUSE: Duration = Duration::from_secs(1);
/// Bytes of a shop's answer that are carried; the right one has seven.
const BODY_BYTES_MAX: usize = 1_024;

#[derive(Deserialize)]
struct Listed {
    letters: Vec<Letter>,
}

#[derive(Deserialize)]
struct Letter {
    no: u64,
    notify_id: String,
    content_type: String,
    form: String,
}

/// Listens until Ctrl-C.
pub(crate) fn run(args: &ListenArgs) -> anyhow::Result<()> {
    runtime()?.block_on(async {
        tokio::select! {
            ended = listen(args) => ended,
            _ = tokio::signal::ctrl_c() => Ok(()),
        }
    })
}

async fn listen(args: &ListenArgs) -> anyhow::Result<()> {
    let client = client()?;
    let sandbox = format!("{}/sandbox/notifications", args.url.trim_end_matches('/'));
    let (mut after, mut reached) = (0, None);
    let mut under_way: JoinSet<anyhow::Result<()>> = JoinSet::new();
    loop {
        while let Some(carried) = under_way.try_join_next() {
            carried??;
        }
        let asked = client
            .post(format!("{sandbox}/listen"))
            .header("content-type", "application/json")
            .body(json!({ "app_id": args.app, "after": after, "wait_s": WAIT_S }).to_string())
            .timeout(Duration::from_secs(WAIT_S + 10))
            .send()
            .await;
        let answered = match asked {
            Ok(answered) => answered,
            Err(_) if reached != Some(false) => {
                reached = Some(false);
                // A platform that starts anew counts from one again.
                after = 0;
                print::out(&format!("{} cannot be reached; trying again\n", args.url))?;
                continue;
            }
            Err(_) => {
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        let (status, body) = (answered.status(), answered.bytes().await.unwrap_or_default());
        if status != StatusCode::OK {
            bail!("{sandbox}: HTTP {status}: {}", String::from_utf8_lossy(&body));
        }
        if reached != Some(true) {
            reached = Some(true);
            print::out(&format!("notifications of {} come to {}\n", args.url, args.forward))?;
        }
        let Listed { letters } = serde_json::from_slice(&body).context("the platform's answer")?;
        for letter in letters {
            after = after.max(letter.no);
            // Beside each other, and while the next are asked for: a slow shop holds up nothing but its own letter.
            let (client, sandbox, shop) = (client.clone(), sandbox.clone(), args.forward.clone());
            under_way.spawn(async move { carry(&client, &sandbox, &shop, letter).await });
        }
    }
}

/// One letter to the shop, and its answer back. Without an answer the platform finds out by itself.
async fn carry(client: &Client, sandbox: &str, shop: &str, letter: Letter) -> anyhow::Result<()> {
    let Letter { no, notify_id, content_type, form } = letter;
    let posted = client.post(shop).header("content-type", content_type).body(form).timeout(SHOP_TIME);
    let heard = match posted.send().await {
        Ok(answer) => {
            let status = answer.status().as_u16();
            answer.bytes().await.map(|body| (status, body))
        }
        Err(error) => Err(error),
    };
    let (status, body) = match heard {
        Ok(heard) => heard,
        Err(error) => {
            let why = if error.is_connect() { "no connection" } else { "no whole answer" };
            return print::out(&format!("{notify_id}  {why}\n"));
        }
    };
    let body = String::from_utf8_lossy(&body[..body.len().min(BODY_BYTES_MAX)]).into_owned();
    let right = status == 200 && body == "success";
    let told = json!({ "no": no, "status": status, "body": body }).to_string();
    let answer = client.post(format!("{sandbox}/answer")).header("content-type", "application/json");
    let taken = answer.body(told).timeout(ANSWER_TIME).send().await.map(|taken| taken.status());
    let outcome = match (right, taken) {
        (true, Ok(StatusCode::OK)) => "success".to_owned(),
        (false, Ok(StatusCode::OK)) => format!("HTTP {status}, not `success`: it comes again"),
        (_, Ok(_)) => format!("HTTP {status}, too late for the platform: it comes again"),
        (_, Err(_)) => format!("HTTP {status}; whether the platform heard it is not known"),
    };
    print::out(&format!("{notify_id}  {outcome}\n"))
}
