//! Providers on loopback: what they are told, and what is told when they do not take it.

#![allow(clippy::unwrap_used, reason = "a test stops where its preparation fails")]

use base::Secret;
use base64::Engine as _;
use courier::{Courier, Letter, NotCarried, Secrets, Settings, SettingsError};
use people::Address;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;

const CODE: &str = "314159";

fn letter(to: &str) -> Letter {
    Letter {
        to: Address::parse(to).unwrap(),
        subject: "验证码".to_owned(),
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

/// Speaks SMTP as a server, with this answer to the recipient; gives every line it heard.
fn smtp(stream: TcpStream, to_recipient: &str) -> String {
    smtp_until(stream, to_recipient, None)
}

/// The same, and breaks off instead of answering this word.
fn smtp_until(stream: TcpStream, to_recipient: &str, last: Option<&str>) -> String {
    let (mut out, mut heard, mut in_mail) = (stream.try_clone().unwrap(), String::new(), false);
    out.write_all(b"220 sink\r\n").unwrap();
    for line in BufReader::new(stream).lines() {
        let Ok(line) = line else { break };
        heard.push_str(&line);
        heard.push('\n');
        let word = line.split(' ').next().unwrap_or_default();
        if last == Some(word) {
            break;
        }
        let answer = match word {
            "." => {
                in_mail = false;
                "250 taken"
            }
            _ if in_mail => continue,
            "EHLO" => "250-sink\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN",
            "AUTH" => "235 welcome",
            "RCPT" => to_recipient,
            "DATA" => {
                in_mail = true;
                "354 go on"
            }
            "QUIT" => "221 bye",
            _ => "250 ok",
        };
        if out.write_all(format!("{answer}\r\n").as_bytes()).is_err() {
            break;
        }
    }
    heard
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
    let email = secret(settings.email.as_ref().is_some_and(|email| email.password_file.is_some()));
    let sms = secret(settings.sms.as_ref().is_some_and(|sms| sms.secret_file.is_some()));
    let email_ca = settings.email.as_ref().and_then(|email| email.ca_file.as_ref());
    let email_ca = email_ca.map(|_| b"no certificate".to_vec());
    Courier::new(settings, Secrets { email, email_ca, sms })
}

fn mail(port: u16) -> Courier {
    courier(&format!(
        "[email]\nserver = \"127.0.0.1\"\nport = {port}\ntls = \"none\"\nfrom = \"Tongbao <no-reply@pay.test>\"\n\
         user = \"tongbao\"\npassword_file = \"x\""
    ))
    .unwrap()
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
async fn mail_is_handed_to_the_server_with_its_words() {
    let (port, heard) = server(1, |_, stream| smtp(stream, "250 ok"));
    let carrier = mail(port);
    assert_eq!(carrier.carry(&letter("mei@example.com")).await, Ok(()));
    drop(carrier);
    let heard = heard.join().unwrap().concat();
    for part in ["AUTH PLAIN", "MAIL FROM:<no-reply@pay.test>", "RCPT TO:<mei@example.com>", "charset=utf-8"]
    {
        assert!(heard.contains(part), "{part}: {heard}");
    }
    assert!(heard.contains("Content-Transfer-Encoding: base64"), "{heard}");
    let (_, body) = heard.split_once("\n\n").unwrap();
    let (body, _) = body.split_once("\n.\n").unwrap();
    let words = base64::prelude::BASE64_STANDARD.decode(body.replace('\n', "")).unwrap();
    assert_eq!(String::from_utf8(words).unwrap(), format!("登录验证码 {CODE}，\"5分钟\"内有效"));
}

#[tokio::test]
async fn a_mail_server_that_breaks_off_or_says_nothing_took_nothing() {
    let (port, heard) = server(2, |_, stream| {
        drop(stream);
        String::new()
    });
    assert_eq!(mail(port).carry(&letter("mei@example.com")).await, Err(NotCarried::NotTaken));
    assert_eq!(heard.join().unwrap().len(), 2);

    // In the middle of the mail: nobody said that it was taken.
    let (port, heard) = server(2, |_, stream| smtp_until(stream, "250 ok", Some("DATA")));
    assert_eq!(mail(port).carry(&letter("mei@example.com")).await, Err(NotCarried::NotTaken));
    assert_eq!(heard.join().unwrap().len(), 2);

    // Connections that nobody accepts: a server that is there and silent.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    assert_eq!(mail(port).carry(&letter("mei@example.com")).await, Err(NotCarried::NotTaken));
}

#[tokio::test]
async fn a_mail_server_without_tls_hears_no_password_and_no_mail() {
    let (port, heard) = server(1, |_, stream| smtp(stream, "250 ok"));
    let carrier = courier(&format!(
        "[email]\nserver = \"localhost\"\nport = {port}\ntls = \"starttls\"\nfrom = \"no-reply@pay.test\"\n\
         user = \"tongbao\"\npassword_file = \"x\""
    ));
    assert!(carrier.unwrap().carry(&letter("mei@example.com")).await.is_err());
    let heard = heard.join().unwrap().concat();
    assert!(heard.starts_with("EHLO ") && !heard.contains("AUTH") && !heard.contains("MAIL"), "{heard}");
}

#[tokio::test]
async fn what_a_mail_server_refuses_for_good_is_asked_once_and_trouble_twice() {
    for (answer, connections, said) in [
        ("550 no such user mei@example.com", 1, NotCarried::Refused),
        ("451 try later", 2, NotCarried::NotTaken),
    ] {
        let (port, heard) = server(connections, move |_, stream| smtp(stream, answer));
        let carrier = mail(port);
        assert_eq!(carrier.carry(&letter("mei@example.com")).await, Err(said));
        drop(carrier);
        assert_eq!(heard.join().unwrap().len(), connections, "{answer}");
    }
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
    assert_eq!(mail(port).carry(&letter("mei@example.com")).await, Err(NotCarried::NotTaken));
}

#[test]
fn settings_that_would_tell_secrets_to_the_net_are_refused() {
    let email = |rest: &str| format!("[email]\nserver = \"mail.example.com\"\nfrom = \"a@b.cn\"\n{rest}");
    let sms = |rest: &str| format!("[sms]\n{rest}");
    for (toml, said) in [
        (email("tls = \"none\""), "email: tls = \"none\" is for a server on this machine"),
        (
            email("tls = \"wrapper\"\nca_file = \"x\""),
            "email: ca_file holds certificates in PEM, for a server with TLS",
        ),
        (email("tls = \"starttls\"\nuser = \"x\""), "email: user and password_file come together"),
        (email("tls = \"wrapper\"\npassword_file = \"x\""), "email: user and password_file come together"),
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
    for toml in
        [email("tls = \"wrapper\""), sms("method = \"GET\"\nurl = \"https://sms.example.com/?t={text}\"")]
    {
        assert!(courier(&toml).is_ok(), "{toml}");
    }
    let shown = format!("{:?}", mail(9));
    assert_eq!(shown, "Courier(mail: true, texts: false)");
    let home = "[email]\nserver = \"localhost\"\nfrom = \"a@b.cn\"\ntls = \"none\"\nca_file = \"x\"";
    assert!(matches!(courier(home), Err(SettingsError::Authority)));
}
