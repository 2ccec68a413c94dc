//! The load driver of the gateway's bench: raw HTTP/1.1 on kept connections, one thread, answers judged by a few bytes.
//!
//! Closed loop: each connection asks again as soon as it is answered. Open loop: calls fall due by the clock whatever
//! the server does, and latency counts from the moment when a call was due, so that a server that stalls cannot hide
//! the calls it kept from being sent. A call that finds no idle connection when it is due counts as not sent.

use crate::bench::Latencies;
use anyhow::{Context, anyhow, bail, ensure};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::spawn_local;

/// How often the open loop looks which calls are due.
const TICK: Duration = Duration::from_millis(1);
/// Answers that are still out when an open loop ends are waited for so long at most.
const LAST_ANSWERS: Duration = Duration::from_secs(5);
/// A connection that was idle for longer is opened anew; the server closes them after ten seconds.
const IDLE_MAX: Duration = Duration::from_secs(4);
/// Connections that are opened at once.
const OPENING: usize = 128;
/// Width of the windows in which recovery is looked for.
pub(crate) const WINDOW: Duration = Duration::from_millis(100);

/// How a call was answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Verdict {
    /// 10000.
    Served,
    /// 20000: nothing was decided.
    Refused,
    /// Anything else.
    Wrong,
}

/// One kept connection: as little HTTP as the load needs.
pub(crate) struct Line {
    stream: TcpStream,
    buffer: Vec<u8>,
    body: usize,
    used: Instant,
}

impl Line {
    pub(crate) async fn open(address: SocketAddr) -> anyhow::Result<Line> {
        let stream = TcpStream::connect(address).await.context("the server does not accept a connection")?;
        stream.set_nodelay(true)?;
        Ok(Line { stream, buffer: Vec::with_capacity(4_096), body: 0, used: Instant::now() })
    }

    /// Sends a call and waits for its whole answer; gives the answer's body.
    pub(crate) async fn exchange(&mut self, call: &[u8]) -> anyhow::Result<&[u8]> {
        self.stream.write_all(call).await?;
        self.buffer.clear();
        loop {
            let read = self.stream.read_buf(&mut self.buffer).await?;
            ensure!(read > 0, "the server closed the connection");
            let Some(end) = find(&self.buffer, b"\r\n\r\n") else { continue };
            self.body = end + 4;
            let length =
                content_length(&self.buffer[..end]).ok_or_else(|| anyhow!("an answer without its length"))?;
            if self.buffer.len() >= self.body + length {
                return Ok(&self.buffer[self.body..self.body + length]);
            }
        }
    }

    async fn judged(&mut self, call: &[u8]) -> anyhow::Result<Verdict> {
        Ok(judge(self.exchange(call).await?))
    }

    /// As [`Line::judged`], over a new connection when this one was idle for so long that the server may close it.
    async fn judged_afresh(&mut self, address: SocketAddr, call: &[u8]) -> anyhow::Result<Verdict> {
        if self.used.elapsed() > IDLE_MAX {
            *self = Line::open(address).await?;
        }
        let verdict = self.judged(call).await;
        self.used = Instant::now();
        verdict
    }

    fn shown(&self) -> String {
        String::from_utf8_lossy(&self.buffer[self.body..]).into_owned()
    }
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}

fn content_length(head: &[u8]) -> Option<usize> {
    const NAME: &[u8] = b"content-length: ";
    let rest = &head[find(head, NAME)? + NAME.len()..];
    let end = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
    std::str::from_utf8(&rest[..end]).ok()?.parse().ok()
}

/// The code stands at the beginning of an answer, right after the node's name.
fn judge(body: &[u8]) -> Verdict {
    let begin = &body[..body.len().min(96)];
    match find(begin, b"\"code\":\"").and_then(|at| begin.get(at + 8..at + 13)) {
        Some(b"10000") => Verdict::Served,
        Some(b"20000") => Verdict::Refused,
        _ => Verdict::Wrong,
    }
}

/// Opens so many connections, some at once: one after the other, the first would be closed before the last is open.
pub(crate) async fn open_lines(address: SocketAddr, connections: usize) -> anyhow::Result<Vec<Line>> {
    let mut lines = Vec::with_capacity(connections);
    while lines.len() < connections {
        let some = OPENING.min(connections - lines.len());
        let opening: Vec<_> = (0..some).map(|_| spawn_local(Line::open(address))).collect();
        for one in opening {
            lines.push(one.await.context("a connection's task died")??);
        }
    }
    Ok(lines)
}

/// What a closed loop measured.
pub(crate) struct Closed {
    /// From the first call to the last answer.
    pub(crate) took: Duration,
    pub(crate) served: u64,
    pub(crate) refused: u64,
    pub(crate) latencies: Latencies,
}

struct ClosedBoard {
    calls: Rc<Vec<Vec<u8>>>,
    left: std::ops::Range<usize>,
    until: Instant,
    closed: Closed,
}

/// Sends `count` calls, or as many as fit into `time_max`, over so many connections; after the last call of the list
/// comes the first again. An answer that is neither 10000 nor 20000 ends it with an error. To be run in a `LocalSet`.
pub(crate) async fn closed(
    address: SocketAddr,
    calls: Rc<Vec<Vec<u8>>>,
    count: usize,
    connections: usize,
    time_max: Duration,
) -> anyhow::Result<Closed> {
    closed_over(open_lines(address, connections).await?, calls, count, time_max).await
}

/// As [`closed`], over connections that are open.
pub(crate) async fn closed_over(
    lines: Vec<Line>,
    calls: Rc<Vec<Vec<u8>>>,
    count: usize,
    time_max: Duration,
) -> anyhow::Result<Closed> {
    let began = Instant::now();
    let closed = Closed { took: Duration::ZERO, served: 0, refused: 0, latencies: Latencies::new() };
    let board = Rc::new(RefCell::new(ClosedBoard { calls, left: 0..count, until: began + time_max, closed }));
    let asking: Vec<_> = lines.into_iter().map(|line| spawn_local(ask_on(line, board.clone()))).collect();
    for one in asking {
        one.await.context("a connection's task died")??;
    }
    let mut closed = Rc::into_inner(board).context("all tasks have ended")?.into_inner().closed;
    closed.took = began.elapsed();
    Ok(closed)
}

async fn ask_on(mut line: Line, board: Rc<RefCell<ClosedBoard>>) -> anyhow::Result<()> {
    let calls = board.borrow().calls.clone();
    loop {
        let asked = Instant::now();
        if asked >= board.borrow().until {
            return Ok(());
        }
        let Some(number) = board.borrow_mut().left.next() else { return Ok(()) };
        let verdict = line.judged(&calls[number % calls.len()]).await?;
        let closed = &mut board.borrow_mut().closed;
        closed.latencies.add(asked.elapsed());
        match verdict {
            Verdict::Served => closed.served += 1,
            Verdict::Refused => closed.refused += 1,
            Verdict::Wrong => bail!("an answer is wrong: {}", line.shown()),
        }
    }
}

/// A part of an open loop: so many calls fall due a second, for so long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) calls_per_s: u64,
    pub(crate) lasts: Duration,
}

/// Processor time of both processes at a moment, microseconds.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Probe {
    pub(crate) server_us: u64,
    pub(crate) driver_us: u64,
}

/// What happened to the calls of a step. Goodput counts answers by the step in which they came; everything else counts
/// calls by the step in which they were due.
pub(crate) struct Stepped {
    pub(crate) due: u64,
    pub(crate) served: u64,
    pub(crate) refused: u64,
    /// Due when no connection was idle.
    pub(crate) not_sent: u64,
    /// Answers of served calls that came while the step lasted.
    pub(crate) came: u64,
    /// Of served calls, since they were due.
    pub(crate) latencies: Latencies,
    /// As the probe read it when the step began and when it ended.
    pub(crate) probed: (Probe, Probe),
    pub(crate) windows: Vec<Window>,
}

impl Stepped {
    /// Nothing has happened yet.
    pub(crate) fn begun(probed: Probe, windows: usize) -> Stepped {
        Stepped {
            due: 0,
            served: 0,
            refused: 0,
            not_sent: 0,
            came: 0,
            latencies: Latencies::new(),
            probed: (probed, Probe::default()),
            windows: (0..windows).map(|_| Window { lost: 0, latencies: Latencies::new() }).collect(),
        }
    }
}

/// A tenth of a second of a step.
pub(crate) struct Window {
    /// Calls that were not served.
    pub(crate) lost: u64,
    pub(crate) latencies: Latencies,
}

struct Sent {
    call: usize,
    step: usize,
    due: Instant,
}

struct OpenBoard {
    calls: Rc<Vec<Vec<u8>>>,
    /// Places of calls that were not decided yet; a refused one comes back.
    fresh: Vec<usize>,
    /// The one that has been idle longest comes first, so that none is idle so long that the server closes it.
    idle: VecDeque<mpsc::Sender<Sent>>,
    out: usize,
    steps: Vec<Stepped>,
    began: Vec<Instant>,
    failed: Option<anyhow::Error>,
}

impl OpenBoard {
    fn window(&mut self, sent: &Sent) -> &mut Window {
        let at = sent.due.duration_since(self.began[sent.step]).as_millis() / WINDOW.as_millis();
        let windows = &mut self.steps[sent.step].windows;
        let at = usize::try_from(at).unwrap_or(usize::MAX).min(windows.len() - 1);
        &mut windows[at]
    }

    fn settle(&mut self, sent: &Sent, verdict: Verdict) {
        let (now, latency) = (Instant::now(), sent.due.elapsed());
        match verdict {
            Verdict::Served => {
                let during = self.began.iter().rposition(|began| now >= *began).unwrap_or_default();
                self.steps[during].came += 1;
                self.steps[sent.step].served += 1;
                self.steps[sent.step].latencies.add(latency);
                self.window(sent).latencies.add(latency);
            }
            Verdict::Refused | Verdict::Wrong => {
                self.steps[sent.step].refused += 1;
                self.window(sent).lost += 1;
                self.fresh.push(sent.call);
            }
        }
    }
}

/// Lets calls fall due by the clock, step after step, over at most so many connections. `probe` is read at the ends of
/// each step. To be run in a `LocalSet`.
pub(crate) async fn open(
    address: SocketAddr,
    calls: Rc<Vec<Vec<u8>>>,
    steps: &[Step],
    connections: usize,
    probe: impl Fn() -> Probe,
) -> anyhow::Result<Vec<Stepped>> {
    let fresh = (0..calls.len()).rev().collect();
    let board = OpenBoard {
        calls,
        fresh,
        idle: VecDeque::new(),
        out: 0,
        steps: Vec::new(),
        began: Vec::new(),
        failed: None,
    };
    let board = Rc::new(RefCell::new(board));
    for line in open_lines(address, connections).await? {
        let (give, take) = mpsc::channel(1);
        board.borrow_mut().idle.push_back(give.clone());
        spawn_local(answer_on(address, line, give, take, board.clone()));
    }
    for step in steps {
        run_step(step, &board, &probe).await?;
    }
    let ended = Instant::now();
    while board.borrow().out > 0 && ended.elapsed() < LAST_ANSWERS {
        tokio::time::sleep(TICK).await;
    }
    let mut board = board.borrow_mut();
    ensure!(board.out == 0, "{} calls were never answered", board.out);
    match board.failed.take() {
        Some(failed) => Err(failed),
        None => Ok(std::mem::take(&mut board.steps)),
    }
}

async fn run_step(
    step: &Step,
    board: &Rc<RefCell<OpenBoard>>,
    probe: &impl Fn() -> Probe,
) -> anyhow::Result<()> {
    let (began, number) = (Instant::now(), board.borrow().steps.len());
    let windows = step.lasts.as_millis().div_ceil(WINDOW.as_millis()).max(1) as usize;
    board.borrow_mut().began.push(began);
    board.borrow_mut().steps.push(Stepped::begun(probe(), windows));
    let gap_ns = 1_000_000_000 / step.calls_per_s.max(1);
    let mut sent_so_far = 0;
    while began.elapsed() < step.lasts {
        tokio::time::sleep(TICK).await;
        let now = Instant::now();
        let mut board = board.borrow_mut();
        if let Some(failed) = board.failed.take() {
            return Err(failed);
        }
        loop {
            let after = Duration::from_nanos(gap_ns * sent_so_far);
            let due = began + after;
            if due > now || after >= step.lasts {
                break;
            }
            sent_so_far += 1;
            board.steps[number].due += 1;
            let Some(idle) = board.idle.pop_front() else {
                board.steps[number].not_sent += 1;
                board.window(&Sent { call: 0, step: number, due }).lost += 1;
                continue;
            };
            let call = board.fresh.pop().ok_or_else(|| anyhow!("too few calls were prepared"))?;
            let sent = idle.try_send(Sent { call, step: number, due });
            sent.map_err(|_| anyhow!("a connection's task died"))?;
            board.out += 1;
        }
    }
    board.borrow_mut().steps[number].probed.1 = probe();
    Ok(())
}

async fn answer_on(
    address: SocketAddr,
    mut line: Line,
    own: mpsc::Sender<Sent>,
    mut take: mpsc::Receiver<Sent>,
    board: Rc<RefCell<OpenBoard>>,
) {
    let calls = board.borrow().calls.clone();
    while let Some(sent) = take.recv().await {
        let verdict = line.judged_afresh(address, &calls[sent.call]).await;
        let mut board = board.borrow_mut();
        board.out -= 1;
        match verdict {
            Ok(verdict @ (Verdict::Served | Verdict::Refused)) => board.settle(&sent, verdict),
            Ok(Verdict::Wrong) => board.failed = Some(anyhow!("an answer is wrong: {}", line.shown())),
            Err(error) => board.failed = Some(error),
        }
        if board.failed.is_some() {
            return;
        }
        board.idle.push_back(own.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_judged_by_their_code() {
        let answer =
            |code: &str| format!("{{\"alipay_trade_pay_response\":{{\"code\":\"{code}\",\"msg\":\"x\"}}}}");
        assert_eq!(judge(answer("10000").as_bytes()), Verdict::Served);
        assert_eq!(judge(answer("20000").as_bytes()), Verdict::Refused);
        assert_eq!(judge(answer("40004").as_bytes()), Verdict::Wrong);
        assert_eq!(judge(b""), Verdict::Wrong);
        assert_eq!(content_length(b"HTTP/1.1 200 OK\r\ncontent-length: 417\r\ndate: x"), Some(417));
        assert_eq!(content_length(b"HTTP/1.1 200 OK"), None);
    }
}
