//! One kept HTTP/1.1 connection: as little of HTTP as the load needs.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// An answer that does not come for so long counts as none.
const PATIENCE: Duration = Duration::from_secs(15);
/// More than any answer of ours.
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// An open connection.
#[derive(Debug)]
pub(crate) struct Line {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Line {
    /// Connects to `host:port`.
    pub(crate) fn open(address: &str) -> io::Result<Line> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(Line { stream, buffer: Vec::new() })
    }

    /// Sends one request and reads its answer. After an error nothing is known, and the line is of no more use.
    pub(crate) fn exchange(&mut self, request: &[u8]) -> io::Result<Answered> {
        self.stream.write_all(request)?;
        self.buffer.clear();
        let mut chunk = [0; 8_192];
        loop {
            if let Some(answered) = self.whole()? {
                return Ok(answered);
            }
            let read = self.stream.read(&mut chunk)?;
            if read == 0 || self.buffer.len() > ANSWER_BYTES_MAX {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            self.buffer.extend_from_slice(&chunk[..read]);
        }
    }

    fn whole(&self) -> io::Result<Option<Answered>> {
        let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
        let head = String::from_utf8_lossy(&self.buffer[..end]).to_ascii_lowercase();
        let status = head.get(9..12).and_then(|text| text.parse().ok());
        let length =
            head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
        let (Some(status), Some(length)) = (status, length) else {
            return Err(ErrorKind::InvalidData.into());
        };
        let body = &self.buffer[end + 4..];
        Ok((body.len() >= length).then(|| Answered { status, body: body[..length].to_vec() }))
    }
}

/// A POST request as it goes over the line.
pub(crate) fn post(path: &str, host: &str, content_type: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// A call of the sandbox.
pub(crate) fn sandbox(path: &str, host: &str, body: &serde_json::Value) -> Vec<u8> {
    post(&format!("/sandbox{path}"), host, "application/json", &body.to_string())
}
