//! A server of our own on a free port, stopped by its own process id.

use serde_json::{Value, json};
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use wire::sign::{PrivateKey, SignType};

const START_LIMIT: Duration = Duration::from_secs(60);
/// A move of the clock by a year plays everything of it, and builds of tests are slow.
const ANSWER_LIMIT: Duration = Duration::from_secs(180);

pub(crate) struct Server {
    child: Child,
    pub(crate) ready: Value,
    pub(crate) address: String,
}

/// Runs a command to its end.
pub(crate) fn tongbao(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tongbao")).args(arguments).stdin(Stdio::null()).output().unwrap()
}

/// What it printed, when it went well.
pub(crate) fn printed(arguments: &[&str]) -> String {
    let output = tongbao(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What it complained about; it must have failed.
pub(crate) fn complaint(arguments: &[&str]) -> String {
    let output = tongbao(arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// `up` on a folder, on any port, and not on port 80, which others may need meanwhile.
pub(crate) fn up(data: &Path) -> Vec<&str> {
    vec!["up", "--no-port-80", "--listen", "127.0.0.1:0", "--data", data.to_str().unwrap()]
}

impl Server {
    pub(crate) fn start(data: &Path) -> Server {
        Server::start_logging(data, "info")
    }

    pub(crate) fn start_logging(data: &Path, filter: &str) -> Server {
        Server::start_with(data, filter, &[])
    }

    pub(crate) fn start_with(data: &Path, filter: &str, options: &[&str]) -> Server {
        Server::start_in(data, filter, options, &[])
    }

    pub(crate) fn start_in(
        data: &Path,
        filter: &str,
        options: &[&str],
        environment: &[(&str, &str)],
    ) -> Server {
        let file = |ending: &str| PathBuf::from(format!("{}.{ending}", data.display()));
        let (ready, out) = (file("ready"), file("out"));
        let _gone = fs::remove_file(&ready);
        let log = fs::File::create(&out).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_tongbao"))
            .args(up(data))
            .args(options)
            .arg("--ready")
            .arg(&ready)
            .env("TONGBAO_LOG", filter)
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut server = Server { child, ready: Value::Null, address: String::new() };
        let began = Instant::now();
        while !ready.exists() {
            let ended = server.child.try_wait().unwrap();
            let said = || fs::read_to_string(&out).unwrap();
            assert!(ended.is_none() && began.elapsed() < START_LIMIT, "not ready: {ended:?} {}", said());
            std::thread::sleep(Duration::from_millis(10));
        }
        // It appears whole under its name.
        server.ready = serde_json::from_slice(&fs::read(&ready).unwrap()).unwrap();
        let base = server.ready["base_url"].as_str().unwrap();
        server.address = base.strip_prefix("http://").unwrap().to_owned();
        server
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// How it ended, and after how long.
    pub(crate) fn wait(mut self, limit: Duration) -> (ExitStatus, Duration) {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status, began.elapsed());
            }
            assert!(began.elapsed() < limit, "it did not end within {limit:?}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    pub(crate) fn stop(self) {
        self.signal("-TERM");
        let (status, _) = self.wait(Duration::from_secs(10));
        assert_eq!(status.code(), Some(0));
    }

    /// kill -9.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        call(&self.address, "GET", path, "").unwrap()
    }

    /// A call of the sandbox that must go well.
    pub(crate) fn sandbox(&self, path: &str, body: &Value) -> Value {
        let (status, text) =
            call(&self.address, "POST", &format!("/sandbox{path}"), &body.to_string()).unwrap();
        assert_eq!(status, 200, "{path} {body}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// Opens an order of 1.50 with a code to scan, as the demo app, and gives the code's text.
    pub(crate) fn precreate(&self, number: &str) -> String {
        let biz = json!({ "out_trade_no": number, "total_amount": "1.50", "subject": "茶" });
        let (answer, _) = self.gateway("alipay.trade.precreate", &biz);
        let answer = &answer["alipay_trade_precreate_response"];
        assert_eq!(answer["code"], "10000", "{answer}");
        answer["qr_code"].as_str().unwrap().to_owned()
    }

    /// A call of the gateway as the demo app: the answer, and the request's signature.
    pub(crate) fn gateway(&self, method: &str, biz: &Value) -> (Value, String) {
        self.gateway_told(method, biz, None)
    }

    /// The same with an address for notifications.
    pub(crate) fn gateway_told(
        &self,
        method: &str,
        biz: &Value,
        notify_url: Option<&str>,
    ) -> (Value, String) {
        let now_us = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros() as i64;
        self.gateway_at(now_us, method, biz, notify_url)
    }

    /// The same, signed by a clock that shows this.
    pub(crate) fn gateway_at(
        &self,
        now_us: i64,
        method: &str,
        biz: &Value,
        notify_url: Option<&str>,
    ) -> (Value, String) {
        let (path, sign) = self.signed(now_us, method, biz, notify_url);
        let (_, text) = self.get(&path);
        (serde_json::from_str(&text).unwrap(), sign)
    }

    /// The path of a signed call of the gateway now, and what came of it; `None` when the connection broke.
    pub(crate) fn try_gateway(&self, method: &str, biz: &Value) -> Option<(u16, String)> {
        let now_us = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros() as i64;
        call(&self.address, "GET", &self.signed(now_us, method, biz, None).0, "")
    }

    /// The path of a signed call, and its signature.
    pub(crate) fn signed(
        &self,
        now_us: i64,
        method: &str,
        biz: &Value,
        notify_url: Option<&str>,
    ) -> (String, String) {
        signed_for(&self.ready["apps"][0], now_us, method, biz, notify_url)
    }

    /// A call of the gateway as this app: the answer as it came.
    pub(crate) fn gateway_for(
        &self,
        app: &Value,
        method: &str,
        biz: &Value,
        notify_url: Option<&str>,
    ) -> String {
        let now_us = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros() as i64;
        self.get(&signed_for(app, now_us, method, biz, notify_url).0).1
    }

    pub(crate) fn login(&self, buyer: usize) -> String {
        self.ready["buyers"][buyer]["login"].as_str().unwrap().to_owned()
    }
}

/// The path of a call signed by this app, and its signature.
fn signed_for(
    app: &Value,
    now_us: i64,
    method: &str,
    biz: &Value,
    notify_url: Option<&str>,
) -> (String, String) {
    let key = fs::read_to_string(app["private_key_pkcs8"].as_str().unwrap()).unwrap();
    let biz = biz.to_string();
    let timestamp = wire::timestamp::format_cn(now_us);
    let sign_type = app["sign_type"].as_str().unwrap();
    let serials = app["app_cert"].as_str().map(|path| {
        let text = |path: &str| fs::read_to_string(path).unwrap();
        let of = SignType::parse(sign_type).unwrap();
        let roots = wire::cert::root_sn(&text(app["root_cert"].as_str().unwrap()), of).unwrap();
        (wire::cert::cert_sn(&text(path)).unwrap(), roots)
    });
    // In the order in which they are signed.
    let mut params = Vec::new();
    params.extend(serials.iter().map(|(_, roots)| ("alipay_root_cert_sn", roots.as_str())));
    params.extend(serials.iter().map(|(own, _)| ("app_cert_sn", own.as_str())));
    params.extend([
        ("app_id", app["app_id"].as_str().unwrap()),
        ("biz_content", &biz),
        ("charset", "utf-8"),
        ("method", method),
    ]);
    params.extend(notify_url.map(|url| ("notify_url", url)));
    params.extend([("sign_type", sign_type), ("timestamp", &timestamp), ("version", "1.0")]);
    let joined: Vec<String> = params.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let sign_type = SignType::parse(sign_type).unwrap();
    let sign = PrivateKey::parse(&key).unwrap().sign(sign_type, joined.join("&").as_bytes());
    params.push(("sign", &sign));
    let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let query: Vec<String> =
        params.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    (format!("/gateway.do?{}", query.join("&")), sign)
}

impl Drop for Server {
    fn drop(&mut self) {
        // A test that failed leaves nothing running.
        if matches!(self.child.try_wait(), Ok(None)) {
            let _killed = self.child.kill();
            let _ended = self.child.wait();
        }
    }
}

/// Posts money to a login; `None` when no whole answer came.
pub(crate) fn top_up(address: &str, login: &str, key: &str) -> Option<u16> {
    let body = json!({ "login": login, "amount": "0.01", "key": key }).to_string();
    call(address, "POST", "/sandbox/topup", &body).map(|(status, _)| status)
}

/// One request on a connection of its own; `None` when the connection broke.
pub(crate) fn call(address: &str, verb: &str, path: &str, body: &str) -> Option<(u16, String)> {
    exchange(address, verb, path, "application/json", body)
}

/// Posts a body of a kind.
pub(crate) fn send(address: &str, path: &str, kind: &str, body: &str) -> Option<(u16, String)> {
    exchange(address, "POST", path, kind, body)
}

fn exchange(address: &str, verb: &str, path: &str, kind: &str, body: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(ANSWER_LIMIT)).unwrap();
    let length = body.len();
    let head = format!("{verb} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n");
    let entity = format!("content-type: {kind}\r\ncontent-length: {length}\r\n\r\n{body}");
    stream.write_all(format!("{head}{entity}").as_bytes()).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let answer = String::from_utf8(answer).ok()?;
    let (head, text) = answer.split_once("\r\n\r\n")?;
    let promised = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    if promised.is_some_and(|promised| promised.parse() != Ok(text.len())) {
        return None;
    }
    Some((head.split(' ').nth(1)?.parse().ok()?, text.to_owned()))
}
