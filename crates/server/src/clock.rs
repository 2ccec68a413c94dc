//! `tongbao clock show|advance|set|freeze|run`: asks the sandbox API of a running server, which alone may
//! move its clock.

use crate::client::client;
use crate::print;
use crate::threads::runtime;
use anyhow::{Context, anyhow, bail};
use clap::{Args, Subcommand};
use portal::{ClockFace, Happened, Journey};
use reqwest::{Method, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A long move may take minutes, and nothing takes longer than this.
const ANSWER_TIME: Duration = Duration::from_secs(3_600);
const BROKE_OFF: &str = "the connection broke off; what was asked for may be done: look before you ask again";

/// What to do with the clock.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum ClockCommand {
    /// What it shows.
    Show {
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Moves it ahead, and plays in the order of time all that falls due on the way.
    Advance {
        /// How far: 3d, 15m, 1d12h, or whole seconds.
        #[arg(value_name = "SPAN")]
        by: String,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Moves it ahead to a moment, in the same way.
    Set {
        /// China time, `yyyy-MM-dd HH:mm:ss`.
        #[arg(value_name = "TIME")]
        to: String,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Lets it stand still.
    Freeze {
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Lets it run on from where it stands.
    Run {
        #[command(flatten)]
        server: ServerArgs,
    },
}

/// Which server is meant, and in which form it is told.
#[derive(Clone, Debug, Args)]
pub(crate) struct ServerArgs {
    /// The server's address.
    #[arg(long, value_name = "URL", env = "TONGBAO_URL", default_value = "http://127.0.0.1:8080")]
    url: String,
    /// The file that `tongbao up --ready` wrote: its address goes before `--url`.
    #[arg(long, value_name = "FILE")]
    ready: Option<PathBuf>,
    /// Prints JSON for programs.
    #[arg(long)]
    pub(crate) json: bool,
}

impl ServerArgs {
    /// Whether programs read what is told.
    pub(crate) fn wants_json(&self) -> bool {
        self.json
    }

    /// Asks its sandbox. Without a body it only looks.
    pub(crate) fn ask(&self, path: &str, body: Option<&Value>) -> anyhow::Result<String> {
        let verb = if body.is_none() { Method::GET } else { Method::POST };
        self.call(verb, path, body)
    }

    /// A call of its sandbox, by a path below it.
    pub(crate) fn call(&self, verb: Method, path: &str, body: Option<&Value>) -> anyhow::Result<String> {
        let body = body.map(|body| ("application/json", body.to_string().into_bytes()));
        self.exchange(verb, path, body)
    }

    /// Sends a file to its sandbox, as a body of this kind.
    pub(crate) fn send_file(&self, path: &str, kind: &'static str, file: Vec<u8>) -> anyhow::Result<String> {
        self.exchange(Method::POST, path, Some((kind, file)))
    }

    fn exchange(
        &self,
        verb: Method,
        path: &str,
        body: Option<(&'static str, Vec<u8>)>,
    ) -> anyhow::Result<String> {
        let url = format!("{}{path}", sandbox_of(&self.url, self.ready.as_deref())?);
        let (status, text) = runtime()?.block_on(call(verb, &url, body))?;
        if status == StatusCode::OK {
            return Ok(text);
        }
        let said: Value = serde_json::from_str(&text).unwrap_or_default();
        match said["error"]["message"].as_str() {
            Some(message) => bail!("{message}"),
            None => bail!("{url} answered {status}; is that a sandbox of tongbao?"),
        }
    }
}

/// Where the sandbox of a server is, by its address or by the file that it wrote.
pub(crate) fn sandbox_of(url: &str, ready: Option<&Path>) -> anyhow::Result<String> {
    let Some(path) = ready else { return Ok(format!("{}/sandbox", url.trim_end_matches('/'))) };
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let ready: Value =
        serde_json::from_str(&text).with_context(|| format!("{} is no ready file", path.display()))?;
    let sandbox = ready["sandbox"].as_str();
    Ok(sandbox.ok_or_else(|| anyhow!("{} names no sandbox", path.display()))?.to_owned())
}

/// Calls, and gives status and body.
async fn call(
    verb: Method,
    url: &str,
    body: Option<(&'static str, Vec<u8>)>,
) -> anyhow::Result<(StatusCode, String)> {
    let mut request = client()?.request(verb, url);
    if let Some((kind, body)) = body {
        request = request.header("content-type", kind).body(body);
    }
    let answer = match request.timeout(ANSWER_TIME).send().await {
        Ok(answer) => answer,
        Err(error) if error.is_connect() || error.is_builder() => {
            return Err(error)
                .with_context(|| format!("no server answers at {url}; name it with --url or --ready"));
        }
        Err(error) => return Err(error).context(BROKE_OFF),
    };
    let status = answer.status();
    Ok((status, answer.text().await.context(BROKE_OFF)?))
}

/// Runs the command.
pub(crate) fn run(command: &ClockCommand) -> anyhow::Result<()> {
    match command {
        ClockCommand::Show { server } => tell(server, &server.ask("/clock", None)?, face_text),
        ClockCommand::Advance { by, server } => {
            tell(server, &server.ask("/clock/advance", Some(&json!({ "by": by })))?, journey_text)
        }
        ClockCommand::Set { to, server } => {
            tell(server, &server.ask("/clock/set", Some(&json!({ "to": to })))?, journey_text)
        }
        ClockCommand::Freeze { server } => {
            tell(server, &server.ask("/clock/freeze", Some(&json!({})))?, face_text)
        }
        ClockCommand::Run { server } => tell(server, &server.ask("/clock/run", Some(&json!({})))?, face_text),
    }
}

fn tell<T: DeserializeOwned>(
    server: &ServerArgs,
    answer: &str,
    text: impl FnOnce(&T) -> String,
) -> anyhow::Result<()> {
    if server.json {
        return print::out(answer);
    }
    print::out(&text(&serde_json::from_str(answer).context("the answer is none of this release")?))
}

fn face_text(face: &ClockFace) -> String {
    let ahead = match face.offset_seconds {
        0 => "real time".to_owned(),
        seconds if seconds < 0 => format!("{} behind real time", span_text(seconds.unsigned_abs())),
        seconds => format!("{} ahead of real time", span_text(seconds.unsigned_abs())),
    };
    format!("{} (UTC+8), {}, {ahead}", face.now, face.mode)
}

fn span_text(seconds: u64) -> String {
    let parts =
        [(seconds / 86_400, 'd'), (seconds / 3_600 % 24, 'h'), (seconds / 60 % 60, 'm'), (seconds % 60, 's')];
    let shown = parts.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count}{unit}"));
    shown.collect::<Vec<_>>().join(" ")
}

fn journey_text(journey: &Journey) -> String {
    let mut lines: Vec<String> =
        journey.events.iter().map(|event| format!("{}  {}", event.at, event_text(&event.what))).collect();
    if journey.left_out > 0 {
        lines.push(format!("and {} more", journey.left_out));
    }
    let counts = &journey.counts;
    let counted = [
        (counts.orders_closed, "orders closed"),
        (counts.offers_expired, "offers expired"),
        (counts.agreements_ended, "agreements ended"),
        (counts.split_freezes_ended, "split freezes ended"),
        (counts.sales_settled, "days of sales settled"),
        (counts.bank_orders_given_up, "bank orders given up"),
        (counts.bank_orders_decided, "bank orders decided"),
        (counts.agreement_offers_expired, "offers of agreements expired"),
        (counts.escrow_steps, "steps of guaranteed trades"),
        (counts.freezes_expired, "pre-authorisations expired"),
        (counts.freezes_ended, "pre-authorisations ended"),
        (counts.transfers_sent, "transfers sent"),
        (counts.transfers_kept, "transfers kept back"),
        (counts.transfers_expired, "transfers not confirmed"),
        (counts.batches_given_up, "batches of transfers given up"),
        (counts.notifications_delivered, "notifications delivered"),
        (counts.notifications_failed, "notifications failed"),
        (counts.notifications_given_up, "notifications given up"),
        (counts.pay_codes_forgotten, "pay codes forgotten"),
        (counts.password_tries_forgotten, "password tries forgotten"),
    ];
    let counted: Vec<_> = counted
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{what}: {count}"))
        .collect();
    let counted = if counted.is_empty() { "nothing fell due".to_owned() } else { counted.join(", ") };
    lines.push(format!("from {} to {}: {counted}", journey.from, journey.face.now));
    lines.push(face_text(&journey.face));
    lines.join("\n")
}

fn event_text(what: &Happened) -> String {
    match what {
        Happened::OrderClosed { out_trade_no, trade_no, .. } => {
            format!("order {out_trade_no} ({trade_no}) closed: nobody paid in time")
        }
        Happened::AgreementEnded { agreement_no, .. } => {
            format!("agreement {agreement_no} ended with its validity")
        }
        Happened::OfferExpired { out_trade_no, .. } => {
            format!("offer {out_trade_no} expired: nobody took it up")
        }
        Happened::EscrowStep { out_trade_no, trade_no, trade_status, refund_status, .. } => {
            let case = refund_status.as_ref().map_or_else(String::new, |status| format!(", case {status}"));
            format!("escrow {out_trade_no} ({trade_no}) is {trade_status}{case}")
        }
        Happened::FreezeExpired { out_order_no, auth_no, .. } => {
            format!("pre-authorisation {out_order_no} ({auth_no}) closed: nobody agreed in time")
        }
        Happened::FreezeEnded { out_order_no, auth_no, status, .. } => {
            format!("pre-authorisation {out_order_no} ({auth_no}) is at the end of its life: {status}")
        }
        Happened::SplitFreezeEnded { out_trade_no, trade_no, .. } => {
            format!("order {out_trade_no} ({trade_no}): nothing is held for splits any more")
        }
        Happened::TransferSent { out_biz_no, order_id, status, .. } => {
            format!("transfer {out_biz_no} ({order_id}) went to its payee: {status}")
        }
        Happened::TransferKept { out_biz_no, order_id, .. } => {
            format!("transfer {out_biz_no} ({order_id}) waits for another day: its payer is frozen")
        }
        Happened::BankOrderDecided { bank_order_no, state, .. } => {
            format!("bank order {bank_order_no} is {state}")
        }
        Happened::Notification { notify_id, out_trade_no, attempt, outcome, error, next_attempt_at } => {
            let order = out_trade_no.as_deref().unwrap_or("an order that is not there");
            let why = error.as_ref().map_or_else(String::new, |error| format!(": {error}"));
            let next = next_attempt_at.as_ref().map_or_else(String::new, |at| format!("; again at {at}"));
            format!("notification {notify_id} of {order}, attempt {attempt} {outcome}{why}{next}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_face_is_told_in_words() {
        let face = |ahead_s: i64, runs| face_text(&ClockFace::new(ahead_s * 1_000_000, 0, runs));
        assert_eq!(face(0, true), "1970-01-01 08:00:00 (UTC+8), running, real time");
        assert_eq!(
            face(90_061, false),
            "1970-01-02 09:01:01 (UTC+8), frozen, 1d 1h 1m 1s ahead of real time"
        );
        assert_eq!(face(-60, true), "1970-01-01 07:59:00 (UTC+8), running, 1m behind real time");
    }
}
