//! One call over plain HTTP to a server on this machine: a command line needs no more of a client.

use anyhow::{Context, bail};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Nothing of ours takes longer; a long move of the clock may take minutes.
const ANSWER_TIME: Duration = Duration::from_secs(3_600);
/// More than the longest answer: a thousand events.
const ANSWER_BYTES_MAX: u64 = 16 << 20;

/// Calls, and gives status and body.
pub(crate) fn call(verb: &str, url: &str, body: &str) -> anyhow::Result<(u16, String)> {
    let Some(rest) = url.strip_prefix("http://") else {
        bail!("{url}: the server is called over http:// only; name the address it listens on with --url")
    };
    let (host, path) = rest.split_once('/').map_or((rest, ""), |(host, path)| (host, path));
    let address =
        if host.rsplit_once(':').is_some_and(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit())) {
            host.to_owned()
        } else {
            format!("{host}:80")
        };
    let connected = TcpStream::connect(&address);
    let mut stream = connected
        .with_context(|| format!("no server answers at {address}; name it with --url or --ready"))?;
    let asked = move || -> std::io::Result<Vec<u8>> {
        stream.set_read_timeout(Some(ANSWER_TIME))?;
        let head = format!("{verb} /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
        let length = body.len();
        let entity = format!("content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}");
        stream.write_all(format!("{head}{entity}").as_bytes())?;
        let mut answer = Vec::new();
        stream.take(ANSWER_BYTES_MAX).read_to_end(&mut answer)?;
        Ok(answer)
    };
    let broke_off =
        "the connection broke off; what was asked for may be done: look with `tongbao clock show`";
    let answer = asked().context(broke_off)?;
    read(&answer).with_context(|| format!("{address} broke off, or speaks something else than HTTP"))
}

/// Status and body of a whole answer.
fn read(answer: &[u8]) -> Option<(u16, String)> {
    let text = std::str::from_utf8(answer).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.strip_prefix("HTTP/1.")?.split(' ').nth(1)?.parse().ok()?;
    let promised = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        if name.eq_ignore_ascii_case("content-length") { value.trim().parse::<usize>().ok() } else { None }
    });
    (promised.is_none_or(|promised| promised == body.len())).then(|| (status, body.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_answers_are_read() {
        let good = b"HTTP/1.1 409 Conflict\r\nContent-Length: 2\r\n\r\n{}";
        assert_eq!(read(good), Some((409, "{}".to_owned())));
        assert_eq!(read(b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n{}"), None);
        assert_eq!(read(b"SSH-2.0\r\n\r\n"), None);
        assert!(call("GET", "https://pay.example", "").is_err());
    }
}
