//! Providers on loopback: what they are told, and what is told when they do not take it.

#![allow(clippy::unwrap_used, reason = "a test stops where its preparation fails")]

use base::Secret;
use courier::{Courier, Letter, NotCarried, Secrets, Settings, SettingsError};
use people::Address;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;

const CODE: &str = "314159";

fn letter(to: &str) -> Letter {
    Letter {
        to: Address::parse(to).unwrap(),
        text: Secret::new(format!("登录验证码 {CODE}，\"5分钟\"内有效")),
        code: Some(Secret::new(CODE.to_owned())),
    }
}

/// A server for so many connections, each served by `serve`; gives what it heard.
fn server(
    connections: usize,
    serve: impl Fn(usize, TcpStream) -> String + Send + 'static,
) -> (u16, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = std::thread::spawn(move || {
        (0..connections).map(|number| serve(number, listener.accept().unwrap().0)).collect()
    });
    (port, heard)
}

/// Reads one HTTP request whole and answers it.
fn http(mut stream: TcpStream, status: &str, body: &str) -> String {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut heard, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        heard.push_str(&line);
        if line.trim().is_empty() {
            break;
        }
    }
    let mut bytes = vec![0; length];
    reader.read_exact(&mut bytes).unwrap();
    heard.push_str(std::str::from_utf8(&bytes).unwrap());
    let size = body.len();
    let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {size}\r\nconnection: close\r\n\r\n{body}");
    stream.write_all(answer.as_bytes()).unwrap();
    heard
}

fn courier(toml: &str) -> Result<Courier, SettingsError> {
    let settings: Settings = basic_toml::from_str(toml).unwrap();
    let secret = |wanted: bool| wanted.then(|| Secret::new("hush-hush".to_owned()));
    let sms = secret(settings.sms.as_ref().is_some_and(|sms| sms.secret_file.is_some()));
    Courier::new(settings, Secrets { sms })
}

fn texts(port: u16) -> Courier {
    courier(&format!(
        "[sms]\nmethod = \"POST\"\nurl = \"http://127.0.0.1:{port}/send?to={{phone}}\"\n\
         headers = {{ Authorization = \"Bearer {{secret}}\" }}\ncontent_type = \"application/json\"\n\
         body = '{{\"text\":\"{{text}}\",\"code\":\"{{code}}\"}}'\nsecret_file = \"x\"\nsuccess_contains = 'ok'"
    ))
    .unwrap()
}

#[tokio::test]
async fn a_text_message_is_the_call_that_the_template_says() {
    let (port, heard) = server(1, |_, stream| http(stream, "200 OK", "{\"said\":\"ok\"}"));
    assert_eq!(texts(port).carry(&letter("13812345678")).await, Ok(()));
    let heard = heard.join().unwrap().concat();
    for part in [
        "POST /send?to=13812345678 HTTP/1.1",
        "authorization: Bearer hush-hush",
        "{\"text\":\"登录验证码 314159，\\\"5分钟\\\"内有效\",\"code\":\"314159\"}",
    ] {
        assert!(heard.contains(part), "{part}: {heard}");
    }
}

#[tokio::test]
async fn only_the_answer_that_was_agreed_on_means_taken() {
    for (status, body, connections, said) in [
        ("200 OK", "{\"said\":\"no credit\"}", 1, NotCarried::Refused),
        ("202 Accepted", "ok", 2, NotCarried::NotTaken),
        ("400 Bad Request", "ok", 1, NotCarried::Refused),
        ("429 Too Many Requests", "ok", 2, NotCarried::NotTaken),
        ("503 Service Unavailable", "ok", 2, NotCarried::NotTaken),
        ("302 Found", "ok", 2, NotCarried::NotTaken),
    ] {
        let (port, heard) = server(connections, move |_, stream| http(stream, status, body));
        assert_eq!(texts(port).carry(&letter("13812345678")).await, Err(said), "{status}");
        assert_eq!(heard.join().unwrap().len(), connections, "{status}");
    }
}

#[tokio::test]
async fn trouble_that_passes_is_not_noticed() {
    let (port, heard) = server(2, |number, stream| match number {
        0 => http(stream, "502 Bad Gateway", ""),
        _ => http(stream, "200 OK", "ok"),
    });
    assert_eq!(texts(port).carry(&letter("13812345678")).await, Ok(()));
    assert_eq!(heard.join().unwrap().len(), 2);
}

#[tokio::test]
async fn an_address_that_nobody_serves_and_a_server_that_is_not_there_are_told() {
    let (port, listening) = server(0, |_, _| String::new());
    listening.join().unwrap();
    assert_eq!(texts(port).carry(&letter("mei@example.com")).await, Err(NotCarried::NoProvider));
    assert_eq!(texts(port).carry(&letter("13812345678")).await, Err(NotCarried::NotTaken));
}

#[test]
fn settings_that_would_tell_secrets_to_the_net_are_refused() {
    let sms = |rest: &str| format!("[sms]\n{rest}");
    for (toml, said) in [
        (
            sms("method = \"POST\"\nurl = \"http://sms.example.com/\""),
            "sms: the url is of https, or of http on this machine",
        ),
        (
            sms("method = \"POST\"\nurl = \"https://{phone}.example.com/\""),
            "sms: the url is of https, or of http on this machine",
        ),
        (
            sms("method = \"DELETE\"\nurl = \"https://sms.example.com/\""),
            "sms: the method is GET, POST or PUT",
        ),
        (
            sms("method = \"POST\"\nurl = \"https://sms.example.com/\"\nbody = \"{secret}\""),
            "sms: {secret} and secret_file come together",
        ),
        (
            sms("method = \"POST\"\nurl = \"https://sms.example.com/\"\nheaders = { \"a b\" = \"c\" }"),
            "sms: the header a b cannot be sent",
        ),
    ] {
        assert_eq!(courier(&toml).unwrap_err().to_string(), said, "{toml}");
    }
    let toml = sms("method = \"GET\"\nurl = \"https://sms.example.com/?t={text}\"");
    assert!(courier(&toml).is_ok());
    assert_eq!(format!("{:?}", texts(9)), "Courier(texts: true)");
}
