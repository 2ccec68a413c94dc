//! Signed `alipay.trade.pay` calls against the real server, started as a process of its own.
//!
//! Every call carries a fresh signature, made before the clock starts; the driver only sends and reads. It runs on the
//! same cores as the server, so the figure is what one machine does with both.

use crate::bench::{BenchArgs, Latencies, progress, rate};
use anyhow::{Context, anyhow, ensure};
use serde_json::{Value, json};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wire::sign::{PrivateKey, SignType};

/// Calls that warm the server up before the clock starts.
const WARM_CALLS: usize = 500;
/// Wait for the server at most.
const READY: Duration = Duration::from_secs(20);

pub(crate) fn run(args: &BenchArgs) -> anyhow::Result<Value> {
    let server = Server::start(args)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("no runtime")?;
    runtime.block_on(drive(&server, args))
}

/// The server under load; stopped by its own process when dropped.
struct Server {
    child: Child,
    address: String,
    app_id: String,
    key: PrivateKey,
    login: String,
}

impl Server {
    fn start(args: &BenchArgs) -> anyhow::Result<Server> {
        let ready = args.data.join("ready.json");
        let listen = std::net::TcpListener::bind("127.0.0.1:0").context("no free port")?;
        let address = listen.local_addr()?.to_string();
        drop(listen);
        let program = std::env::current_exe().context("this program's own path is not known")?;
        let mut child = Command::new(program)
            .args(["up", "--no-port-80", "--listen", &address, "--data"])
            .arg(args.data.join("server"))
            .arg("--ready")
            .arg(&ready)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .context("the server cannot be started")?;
        let began = Instant::now();
        let told = loop {
            if let Ok(text) = std::fs::read_to_string(&ready) {
                break text;
            }
            let ended = child.try_wait().ok().flatten();
            if ended.is_some() || began.elapsed() > READY {
                let _killed = child.kill();
                return Err(anyhow!("the server did not become ready"));
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        let told: Value = serde_json::from_str(&told).context("the ready file is no JSON")?;
        let text = |pointer: &str| told.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let missing = || anyhow!("the ready file lacks a member");
        let key_file = text("/apps/0/private_key_pkcs8").ok_or_else(missing)?;
        let key = std::fs::read_to_string(&key_file).context("the app's key cannot be read")?;
        let key = PrivateKey::parse(&key).map_err(|error| anyhow!("the app's key: {error}"))?;
        let app_id = text("/apps/0/app_id").ok_or_else(missing)?;
        let login = text("/buyers/0/login").ok_or_else(missing)?;
        Ok(Server { child, address, app_id, key, login })
    }

    /// One signed call, as the bytes that go over the line.
    fn call(&self, number: usize, auth_code: &str) -> Vec<u8> {
        let biz = json!({
            "out_trade_no": format!("G{number}"), "scene": "bar_code", "auth_code": auth_code,
            "subject": "bench", "total_amount": "0.01", "product_code": "FACE_TO_FACE_PAYMENT",
        })
        .to_string();
        let timestamp = wire::timestamp::format_cn(now_us());
        let members = [
            ("app_id", self.app_id.as_str()),
            ("biz_content", &biz),
            ("charset", "utf-8"),
            ("format", "JSON"),
            ("method", "alipay.trade.pay"),
            ("sign_type", "RSA2"),
            ("timestamp", &timestamp),
            ("version", "1.0"),
        ];
        let text: Vec<String> = members.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let sign = self.key.sign(SignType::Rsa2, text.join("&").as_bytes());
        let mut body: Vec<String> =
            members.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
        body.push(format!("sign={}", escaped(&sign)));
        post("/gateway.do", &self.address, "application/x-www-form-urlencoded;charset=utf-8", &body.join("&"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _killed = self.child.kill();
        let _ended = self.child.wait();
    }
}

fn now_us() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

fn escaped(value: &str) -> String {
    let kept = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(byte);
    value
        .bytes()
        .map(|byte| if kept(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

fn post(path: &str, host: &str, content_type: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body.as_bytes()].concat()
}

async fn drive(server: &Server, args: &BenchArgs) -> anyhow::Result<Value> {
    let json = "application/json";
    let top_up = json!({ "login": server.login, "amount": "10000000", "key": "bench" }).to_string();
    let mut line = Line::open(&server.address).await?;
    let answer = line.exchange(&post("/sandbox/topup", &server.address, json, &top_up)).await?;
    ensure!(!answer.contains("\"error\""), "the top-up was refused: {answer}");
    let warm = prepare(server, &mut line, 0, WARM_CALLS).await?;
    let calls = prepare(server, &mut line, WARM_CALLS, args.calls).await?;
    burst(server, warm, args.connections).await?;
    progress("measuring …");
    let count = calls.len() as u64;
    let began = Instant::now();
    let (latencies, wrong) = burst(server, calls, args.connections).await?;
    let per_s = rate(count, began);
    ensure!(wrong == 0, "{wrong} of {count} calls were not answered with 10000");
    Ok(json!({
        "what": "gateway: signed alipay.trade.pay, durable, answered with a signature; driver on the same cores",
        "connections": args.connections, "calls": count, "calls_per_s": per_s,
        "p50_us": latencies.quantile_us(500), "p99_us": latencies.quantile_us(990),
    }))
}

/// Draws codes and signs calls. Codes live 60 s: a few ten thousand are signed well within that.
async fn prepare(
    server: &Server,
    line: &mut Line,
    first: usize,
    count: usize,
) -> anyhow::Result<Vec<Vec<u8>>> {
    progress(&format!("drawing {count} codes and signing as many calls …"));
    let ask = post(
        "/sandbox/paycode",
        &server.address,
        "application/json",
        &json!({ "login": server.login }).to_string(),
    );
    let mut codes = Vec::with_capacity(count);
    for _call in 0..count {
        let answer: Value =
            serde_json::from_str(&line.exchange(&ask).await?).context("the pay code's answer is no JSON")?;
        let code = answer
            .get("auth_code")
            .and_then(Value::as_str)
            .ok_or_else(|| anyhow!("no pay code: {answer}"))?;
        codes.push(code.to_owned());
    }
    Ok(codes.iter().enumerate().map(|(place, code)| server.call(first + place, code)).collect())
}

async fn burst(server: &Server, calls: Vec<Vec<u8>>, connections: usize) -> anyhow::Result<(Latencies, u64)> {
    let (calls, next) = (Arc::new(calls), Arc::new(AtomicUsize::new(0)));
    let mut tasks = Vec::new();
    for _connection in 0..connections {
        let (calls, next, address) = (calls.clone(), next.clone(), server.address.clone());
        tasks.push(tokio::spawn(async move {
            let mut line = Line::open(&address).await?;
            let (mut latencies, mut wrong) = (Latencies::new(), 0);
            while let Some(call) = calls.get(next.fetch_add(1, Ordering::Relaxed)) {
                let asked = Instant::now();
                let answer = line.exchange(call).await?;
                latencies.add(asked.elapsed());
                wrong += u64::from(!answer.contains("\"code\":\"10000\""));
            }
            anyhow::Ok((latencies, wrong))
        }));
    }
    let (mut latencies, mut wrong) = (Latencies::new(), 0);
    for task in tasks {
        let (measured, failed) = task.await.context("a connection's task died")??;
        latencies.merge(&measured);
        wrong += failed;
    }
    Ok((latencies, wrong))
}

/// One kept connection: as little HTTP as the load needs.
struct Line {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Line {
    async fn open(address: &str) -> anyhow::Result<Line> {
        let stream = TcpStream::connect(address).await.context("the server does not accept a connection")?;
        stream.set_nodelay(true)?;
        Ok(Line { stream, buffer: Vec::new() })
    }

    async fn exchange(&mut self, call: &[u8]) -> anyhow::Result<String> {
        self.stream.write_all(call).await?;
        self.buffer.clear();
        loop {
            let mut chunk = [0; 8_192];
            let read = self.stream.read(&mut chunk).await?;
            ensure!(read > 0, "the server closed the connection");
            self.buffer.extend_from_slice(&chunk[..read]);
            let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
            let head = String::from_utf8_lossy(&self.buffer[..end]).to_ascii_lowercase();
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
            let length = length.ok_or_else(|| anyhow!("an answer without its length: {head}"))?;
            if self.buffer.len() >= end + 4 + length {
                return Ok(String::from_utf8_lossy(&self.buffer[end + 4..end + 4 + length]).into_owned());
            }
        }
    }
}
