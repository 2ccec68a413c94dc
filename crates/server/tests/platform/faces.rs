//! The apps of `web/` as a browser meets them. They may be built in or not: the headers are the same.

use crate::server::Server;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    /// The value of a header; empty when it is not there.
    fn header(&self, name: &str) -> &str {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(found, _)| *found == name).map_or("", |(_, value)| value)
    }
}

fn ask(server: &Server, verb: &str, path: &str, more: &str) -> Answer {
    let mut stream = TcpStream::connect(&server.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let host = &server.address;
    let request = format!("{verb} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{more}\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let body = answer.split_off(end + 4);
    let head = String::from_utf8(answer).unwrap();
    Answer { status: head.split(' ').nth(1).unwrap().parse().unwrap(), head, body }
}

#[test]
fn the_wallet_app_answers_with_its_headers() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().join("data");
    let server = Server::start(&data);
    let page = ask(&server, "GET", "/app/wallet/", "");
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    assert!(page.body.starts_with(b"<!"));
    let policy = page.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self';")
    );
    assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe-inline"), "{policy}");
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    assert_eq!(page.header("cache-control"), "no-cache");
    assert!(page.header("permissions-policy").contains("camera=(self)"));
    let known = format!("if-none-match: {}\r\n", page.header("etag"));
    let again = ask(&server, "GET", "/app/wallet/", &known);
    assert_eq!((again.status, again.body.len()), (304, 0));

    for (path, to) in [("/app", "app/wallet/"), ("/app/", "wallet/"), ("/app/wallet", "wallet/")] {
        let answer = ask(&server, "GET", path, "");
        assert_eq!((answer.status, answer.header("location")), (307, to), "{path}");
    }
    let of_world = ask(&server, "GET", "/w/default/app/wallet/", "");
    assert_eq!((of_world.status, &of_world.body), (200, &page.body), "the world may be named");
    for path in ["/app/wallet/../../etc/passwd", "/app/%2e%2e/%2e%2e/etc/passwd", "/app/nothing/"] {
        assert_eq!(ask(&server, "GET", path, "").status, 404, "{path}");
    }
    assert_eq!(ask(&server, "POST", "/app/wallet/", "content-length: 0\r\n").status, 405);

    let start = String::from_utf8(ask(&server, "GET", "/", "").body).unwrap();
    assert!(start.contains("href=\"/app/wallet/\""), "the first page leads there: {start}");
    let told = fs::read_to_string(format!("{}.out", data.display())).unwrap();
    assert!(
        told.contains(&format!("http://{}/app/wallet/", server.address)),
        "and so does the terminal: {told}"
    );
    server.stop();
}
