//! Sockets: bounded in number, in time and in what they may hold, and drained at the end.

use crate::front::Front;
use anyhow::{Context, bail};
use axum::body::{Body, Bytes, HttpBody};
use axum::http::Request;
use gateway::LostAnswer;
use hyper::body::{Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use portal::ClientAddress;
use std::future::Future;
use std::io::ErrorKind;
use std::net::{SocketAddr, ToSocketAddrs};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context as Task, Poll};
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::{Sleep, sleep};

/// Connections at once. Each may hold a request of some hundred kilobytes: below 1 GB together.
const CONNECTIONS_MAX: usize = 4_096;
/// Connections that the system keeps for us until we accept them. With the usual 128 a crowd that comes at once waits
/// for seconds, because the system drops what it cannot keep and callers try again after one second.
const UNHEARD_MAX: u32 = 4_096;
/// A head must be whole within this, counted from the first byte or, on a connection kept alive, from the last answer.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// A body must be whole within this; the largest has 1 MiB.
const BODY_TIME: Duration = Duration::from_secs(20);
/// Longest head: request lines of 16 KiB and more are usual, since whole requests stand in the query.
const HEAD_BYTES_MAX: usize = 128 * 1024;
/// At the end, requests under way get this long.
const DRAIN_TIME: Duration = Duration::from_secs(7);
/// Wait after an accept failed because files are used up.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Where to listen when nothing is said.
const USUAL: &str = "127.0.0.1:8080";
/// The port that the official Python SDK insists on.
const SDK: &str = "127.0.0.1:80";

/// Open sockets, and why port 80 is not among them.
#[derive(Debug)]
pub(crate) struct Listeners {
    listeners: Vec<TcpListener>,
    /// Where we listen.
    pub(crate) addresses: Vec<SocketAddr>,
    /// In words, when 127.0.0.1:80 was wanted and could not be had.
    pub(crate) missing_port_80: Option<String>,
}

/// Opens all sockets. An address that cannot be had is an error; 127.0.0.1:80 beside another one is only reported,
/// because it needs rights that a first try on a laptop does not have.
pub(crate) async fn open(wanted: &[String], try_port_80: bool) -> anyhow::Result<Listeners> {
    let mut opened = Listeners { listeners: Vec::new(), addresses: Vec::new(), missing_port_80: None };
    let mut plan: Vec<&str> = wanted.iter().map(String::as_str).collect();
    if plan.is_empty() {
        plan.push(USUAL);
    }
    let others = plan.iter().any(|text| *text != SDK);
    if try_port_80 && !plan.contains(&SDK) && !plan.iter().any(|text| text.ends_with(":80")) {
        plan.push(SDK);
    }
    for text in plan {
        let is_beside = text == SDK && others;
        match open_one(text, is_beside).await {
            Ok(listener) => {
                opened.addresses.push(listener.local_addr().context("a socket without an address")?);
                opened.listeners.push(listener);
            }
            Err(error) if is_beside => {
                opened.missing_port_80 = Some(format!(
                    "{error:#}. Only the official Python SDK needs it, which reaches no other port"
                ));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(opened)
}

/// Opens the socket of the figures, if they are told at all.
pub(crate) async fn figures(wanted: Option<SocketAddr>) -> anyhow::Result<Option<Listeners>> {
    let Some(address) = wanted else { return Ok(None) };
    match listening(address) {
        Ok(listener) => {
            let address = listener.local_addr().context("a socket without an address")?;
            let (listeners, addresses) = (vec![listener], vec![address]);
            Ok(Some(Listeners { listeners, addresses, missing_port_80: None }))
        }
        Err(error) => bail!("figures cannot be told at {address}: {error}; choose another with --metrics"),
    }
}

/// Opens one socket; `is_beside`: it is port 80 beside another address, and no other port can stand for it.
async fn open_one(text: &str, is_beside: bool) -> anyhow::Result<TcpListener> {
    let mut found =
        text.to_socket_addrs().with_context(|| format!("{text} is no address such as 127.0.0.1:8080"))?;
    let Some(address) = found.next() else { bail!("{text} names no address") };
    match listening(address) {
        Ok(listener) => Ok(listener),
        Err(error) => match error.kind() {
            ErrorKind::AddrInUse if is_beside => {
                bail!("{address} is taken by another program; stop that one, and start again, to have it")
            }
            ErrorKind::AddrInUse => {
                bail!("{address} is taken by another program; choose another with --listen")
            }
            ErrorKind::PermissionDenied if is_beside => bail!(
                "{address} needs more rights; to have it: sudo sysctl net.ipv4.ip_unprivileged_port_start=80"
            ),
            ErrorKind::PermissionDenied => {
                bail!("{address} needs more rights: low ports are kept by the system")
            }
            ErrorKind::AddrNotAvailable => bail!("{address} is no address of this machine"),
            _ => bail!("{address} cannot be listened on: {error}"),
        },
    }
}

/// As `TcpListener::bind`, with a longer line.
fn listening(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // So that a server that was just stopped can be started again.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(UNHEARD_MAX)
}

impl Listeners {
    /// Where figures are told, when these are theirs.
    pub(crate) fn metrics_url(&self) -> Option<String> {
        self.addresses.first().map(|address| format!("http://{address}/metrics"))
    }

    /// Serves until `stop` becomes true, then lets requests under way end.
    pub(crate) async fn serve(self, front: Front, stop: watch::Receiver<bool>) {
        let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        // Nothing is sent: the channel closes when the last connection has dropped its end.
        let (busy, mut all_done) = mpsc::channel::<()>(1);
        let accepting: Vec<_> = self
            .listeners
            .into_iter()
            .map(|listener| {
                tokio::spawn(accept(listener, front.clone(), places.clone(), stop.clone(), busy.clone()))
            })
            .collect();
        drop(busy);
        for one in accepting {
            // A task that died has already closed its socket.
            let _ended = one.await;
        }
        if tokio::time::timeout(DRAIN_TIME, all_done.recv()).await.is_err() {
            tracing::warn!(waited_s = DRAIN_TIME.as_secs(), "some connections did not end and are cut");
        }
    }
}

async fn accept(
    listener: TcpListener,
    front: Front,
    places: Arc<Semaphore>,
    stop: watch::Receiver<bool>,
    busy: mpsc::Sender<()>,
) {
    let mut stopped = pin!(turned(stop.clone()));
    loop {
        let next = async {
            let place = places.clone().acquire_owned().await.expect("the semaphore is never closed");
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            () = &mut stopped => return,
            accepted = next => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let (front, busy) = (front.clone(), busy.clone());
                let stop = stop.clone();
                tokio::spawn(async move {
                    converse(stream, ClientAddress(peer.ip()), front, stop).await;
                    drop((place, busy));
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Ends when the switch is turned, or gone.
pub(crate) async fn turned(mut switch: watch::Receiver<bool>) {
    let _gone = switch.wait_for(|turned| *turned).await;
}

async fn converse(stream: TcpStream, client: ClientAddress, front: Front, stop: watch::Receiver<bool>) {
    // Answers are small and whole: waiting for more to send only adds delay. Without it we are slow, not wrong.
    let _set = stream.set_nodelay(true);
    let service = service_fn(move |request: Request<Incoming>| {
        let front = front.clone();
        async move {
            let mut request = request.map(|body| Body::new(TimedBody::new(body)));
            request.extensions_mut().insert(client);
            let Ok(response) = front.serve(request).await;
            let lost = response.extensions().get::<LostAnswer>().is_some();
            // The connection closes without a byte, as a developer asked for.
            if lost { Err(std::io::Error::from(ErrorKind::ConnectionAborted)) } else { Ok(response) }
        }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME).max_buf_size(HEAD_BYTES_MAX);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = turned(stop) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// A body that ends with an error when it takes too long.
struct TimedBody {
    body: Incoming,
    /// Begun with the first read, so that bodies that nobody reads and requests without one cost no timer.
    deadline: Option<Pin<Box<Sleep>>>,
}

impl TimedBody {
    fn new(body: Incoming) -> TimedBody {
        TimedBody { body, deadline: None }
    }
}

impl HttpBody for TimedBody {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        task: &mut Task<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(task) {
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let deadline = self.deadline.get_or_insert_with(|| Box::pin(sleep(BODY_TIME)));
        match deadline.as_mut().poll(task) {
            Poll::Ready(()) => Poll::Ready(Some(Err("the body took too long".into()))),
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_taken_port_is_told_and_port_80_is_not_fatal() {
        let first = open(&["127.0.0.1:0".to_owned()], false).await.unwrap();
        let taken = first.addresses[0].to_string();
        let error = open(std::slice::from_ref(&taken), false).await.unwrap_err().to_string();
        assert!(error.contains(&taken) && error.contains("--listen"), "{error}");
        let error = open(&["nonsense".to_owned()], false).await.unwrap_err();
        assert!(format!("{error:#}").contains("nonsense"));
        let with_80 = open(&["127.0.0.1:0".to_owned()], true).await.unwrap();
        assert!(with_80.addresses.len() == 2 || with_80.missing_port_80.is_some());
        // Whoever has it now, a second one does not, and no other port would help.
        let without = open(&["127.0.0.1:0".to_owned()], true).await.unwrap().missing_port_80.unwrap();
        assert!(without.contains("Python SDK") && !without.contains("--listen"), "{without}");
    }
}
