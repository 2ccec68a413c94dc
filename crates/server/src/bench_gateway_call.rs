//! The programs under load, each a process of its own, and the calls that are signed for them.

use crate::bench::{BenchArgs, progress};
use crate::bench_ceiling;
use crate::bench_gateway_drive::Line;
use anyhow::{Context, anyhow, ensure};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::rc::Rc;
use std::time::{Duration, Instant};
use tokio::task::spawn_local;
use wire::sign::{PrivateKey, SignType};

/// Wait for a server, and for its posting, at most.
const READY: Duration = Duration::from_secs(30);
/// Connections over which pay codes are drawn.
const DRAWING: usize = 64;

/// A server under load; stopped by its own process when dropped.
pub(crate) struct Process {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Process {
    /// Processor time so far, microseconds.
    pub(crate) fn cpu_us(&self) -> u64 {
        cpu_us(&self.child.id().to_string())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _killed = self.child.kill();
        let _ended = self.child.wait();
    }
}

/// Processor time of a process so far, microseconds; zero where the system does not tell.
pub(crate) fn cpu_us(process: &str) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
    // utime and stime, in ticks of 10 ms on Linux.
    (ticks(11) + ticks(12)) * 10_000
}

/// Starts this program and waits until `file` is there; gives what is in it.
fn start(command: &mut Command, file: &Path) -> anyhow::Result<(Child, String)> {
    // Standard input stays open: the ceiling ends when it closes, also when we are killed.
    command.stdin(Stdio::piped()).stdout(Stdio::null());
    let mut child = command.spawn().context("a server cannot be started")?;
    let began = Instant::now();
    loop {
        if let Ok(text) = std::fs::read_to_string(file)
            && !text.is_empty()
        {
            return Ok((child, text));
        }
        if child.try_wait().ok().flatten().is_some() || began.elapsed() > READY {
            let _killed = child.kill();
            return Err(anyhow!("a server did not become ready"));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn this_program() -> anyhow::Result<Command> {
    Ok(Command::new(std::env::current_exe().context("this program's own path is not known")?))
}

/// Starts the ceiling.
pub(crate) fn ceiling(args: &BenchArgs) -> anyhow::Result<Process> {
    let data = args.data.join("ceiling");
    std::fs::create_dir_all(&data)?;
    let mut command = this_program()?;
    command.args(["bench", "ceiling", "--data"]).arg(&data);
    let (child, address) = start(&mut command, &bench_ceiling::address_file(&data))?;
    Ok(Process { child, address: address.parse().context("the ceiling's address")? })
}

/// A platform with its demo merchant and a rich buyer.
pub(crate) struct Platform {
    pub(crate) process: Process,
    app_id: String,
    key: PrivateKey,
    login: String,
    /// The world's time, which stands still so that codes stay valid.
    now_us: i64,
    made: RefCell<usize>,
}

/// A payment that can be asked for.
pub(crate) struct Pay {
    out_trade_no: String,
    auth_code: String,
}

impl Platform {
    /// Starts it on a folder of this name. `more` are options of `tongbao up`.
    pub(crate) fn start(args: &BenchArgs, name: &str, more: &[&str]) -> anyhow::Result<Platform> {
        let (data, ready) = (args.data.join(name), args.data.join(format!("{name}.json")));
        let now_us = crate::world_clock::system_clock_us();
        let mut command = this_program()?;
        command.args([
            "up",
            "--no-port-80",
            "--no-request-log",
            "--listen",
            "127.0.0.1:0",
            "--clock-frozen-at",
            &now_us.to_string(),
        ]);
        command.args(more).arg("--data").arg(data).arg("--ready").arg(&ready);
        let (child, told) = start(&mut command, &ready)?;
        let told: Value = serde_json::from_str(&told).context("the ready file is no JSON")?;
        let text = |pointer: &str| {
            let found = told.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
            found.ok_or_else(|| anyhow!("the ready file lacks {pointer}"))
        };
        let key = std::fs::read_to_string(text("/apps/0/private_key_pkcs8")?).context("the app's key")?;
        let key = PrivateKey::parse(&key).map_err(|error| anyhow!("the app's key: {error}"))?;
        let address = text("/base_url")?.trim_start_matches("http://").parse().context("the address")?;
        Ok(Platform {
            process: Process { child, address },
            app_id: text("/apps/0/app_id")?,
            key,
            login: text("/buyers/0/login")?,
            now_us,
            made: RefCell::new(0),
        })
    }

    /// Gives the buyer ten million.
    pub(crate) async fn enrich(&self) -> anyhow::Result<()> {
        let top_up = json!({ "login": self.login, "amount": "10000000", "key": "bench" }).to_string();
        let call = self.post("/sandbox/topup", "application/json", &top_up);
        let mut line = Line::open(self.process.address).await?;
        let answer = String::from_utf8_lossy(line.exchange(&call).await?).into_owned();
        ensure!(!answer.contains("\"error\""), "the top-up was refused: {answer}");
        Ok(())
    }

    /// Draws codes for so many payments.
    pub(crate) async fn draw(&self, count: usize) -> anyhow::Result<Vec<Pay>> {
        progress(&format!("drawing {count} codes and signing as many calls …"));
        let ask = json!({ "login": self.login }).to_string();
        let ask = Rc::new(self.post("/sandbox/paycode", "application/json", &ask));
        let (codes, left) =
            (Rc::new(RefCell::new(Vec::with_capacity(count))), Rc::new(RefCell::new(0..count)));
        let mut drawing = Vec::new();
        for _connection in 0..DRAWING {
            let mut line = Line::open(self.process.address).await?;
            let (ask, codes, left) = (ask.clone(), codes.clone(), left.clone());
            drawing.push(spawn_local(async move {
                while left.borrow_mut().next().is_some() {
                    let answer: Value = serde_json::from_slice(line.exchange(&ask).await?)?;
                    let code = answer.get("auth_code").and_then(Value::as_str);
                    codes.borrow_mut().push(code.ok_or_else(|| anyhow!("no pay code: {answer}"))?.to_owned());
                }
                anyhow::Ok(())
            }));
        }
        for one in drawing {
            one.await.context("a connection's task died")??;
        }
        let first = self.made.replace_with(|made| *made + count);
        let pays = codes.take().into_iter().enumerate();
        Ok(pays
            .map(|(place, auth_code)| Pay { out_trade_no: format!("G{:08}", first + place), auth_code })
            .collect())
    }

    /// Signs calls that pay, on all cores.
    pub(crate) fn pay_calls(&self, pays: &[Pay]) -> Vec<Vec<u8>> {
        self.signed_all(pays, |pay| {
            let biz = json!({
                "out_trade_no": pay.out_trade_no, "scene": "bar_code", "auth_code": pay.auth_code,
                "subject": "bench", "total_amount": "0.01", "product_code": "FACE_TO_FACE_PAYMENT",
            });
            ("alipay.trade.pay", biz.to_string())
        })
    }

    /// Signs calls that ask how these payments stand.
    pub(crate) fn query_calls(&self, pays: &[Pay]) -> Vec<Vec<u8>> {
        self.signed_all(pays, |pay| {
            ("alipay.trade.query", json!({ "out_trade_no": pay.out_trade_no }).to_string())
        })
    }

    fn signed_all<T: Sync>(
        &self,
        items: &[T],
        what: impl Fn(&T) -> (&'static str, String) + Sync,
    ) -> Vec<Vec<u8>> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let (signer, what) = (Signer { app_id: &self.app_id, key: &self.key, now_us: self.now_us }, &what);
        let host = self.process.address.to_string();
        let (signer, host) = (&signer, &host);
        std::thread::scope(|threads| {
            let parts: Vec<_> = items
                .chunks(items.len().div_ceil(cores).max(1))
                .map(|part| {
                    threads.spawn(move || {
                        let sign = |item: &T| {
                            let (method, biz) = what(item);
                            post("/gateway.do", host, FORM, &signer.form(method, &biz))
                        };
                        part.iter().map(sign).collect::<Vec<_>>()
                    })
                })
                .collect();
            parts.into_iter().flat_map(|part| part.join().expect("signing does not panic")).collect()
        })
    }

    /// Waits until the tables have what was decided.
    pub(crate) async fn posted(&self) -> anyhow::Result<()> {
        let (mut line, began) = (Line::open(self.process.address).await?, Instant::now());
        let ask = format!("GET /healthz HTTP/1.1\r\nHost: {}\r\n\r\n", self.process.address);
        while began.elapsed() < READY {
            let health: Value = serde_json::from_slice(line.exchange(ask.as_bytes()).await?)?;
            if health.get("backlog_rows").and_then(Value::as_u64) == Some(0) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err(anyhow!("posting did not end in time"))
    }

    fn post(&self, path: &str, content_type: &str, body: &str) -> Vec<u8> {
        post(path, &self.process.address.to_string(), content_type, body)
    }
}

const FORM: &str = "application/x-www-form-urlencoded;charset=utf-8";

struct Signer<'a> {
    app_id: &'a str,
    key: &'a PrivateKey,
    now_us: i64,
}

impl Signer<'_> {
    fn form(&self, method: &str, biz: &str) -> String {
        let timestamp = wire::timestamp::format_cn(self.now_us);
        let members = [
            ("app_id", self.app_id),
            ("biz_content", biz),
            ("charset", "utf-8"),
            ("format", "JSON"),
            ("method", method),
            ("sign_type", "RSA2"),
            ("timestamp", &timestamp),
            ("version", "1.0"),
        ];
        let text: Vec<String> = members.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let sign = self.key.sign(SignType::Rsa2, text.join("&").as_bytes());
        let mut body: Vec<String> =
            members.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
        body.push(format!("sign={}", escaped(&sign)));
        body.join("&")
    }
}

fn escaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len() * 2);
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn post(path: &str, host: &str, content_type: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body.as_bytes()].concat()
}
