//! Responses that go on for as long as a session does leave HTTP when it has written their heads.
//!
//! hyper keeps 24 KiB of buffers, for reading and for heads, for as long as it serves a connection. A
//! response that waits most of the time needs none of them, so its socket is taken from hyper, and
//! what follows is written to it here, in chunks (RFC 9112, 7.1). The response says that the
//! connection ends with it.
//!
//! That takes a socket which can be taken away, so it happens only where [`serve`](crate::serve) is what
//! listens, and over HTTP/1.1. Everywhere else such a response stays where it is.

mod socket;

use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{CONNECTION, CONTENT_LENGTH};
use axum::http::{HeaderValue, Version};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use bytes::{Buf as _, Bytes};
use futures_util::{Stream, StreamExt as _};
use tokio::io::{AsyncRead as _, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::sync::oneshot;
use tokio_util::task::TaskTracker;

use self::socket::Wish;
pub(crate) use self::socket::{Peer, Socket, Sockets};

/// How much is read and thrown away that a client sends behind its request.
const DISCARDED: usize = 64 * 1024;

/// Stands in the extensions of a response that goes on for long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LongLived;

/// Takes those responses of an application from HTTP. What carries them on is among the tasks.
pub(crate) fn around(app: Router, tasks: TaskTracker) -> Router {
    app.layer(from_fn_with_state(tasks, take))
}

async fn take(
    State(tasks): State<TaskTracker>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    mut request: Request,
    next: Next,
) -> Response {
    request.extensions_mut().insert(ConnectInfo(peer.address));
    let version = request.version();
    let response = next.run(request).await;
    let (mut head, body) = response.into_parts();
    let is_long_lived = head.extensions.remove::<LongLived>().is_some();
    // Who knows its length has made something else of it.
    let has_length = head.headers.contains_key(CONTENT_LENGTH);
    if !is_long_lived || has_length || version != Version::HTTP_11 {
        return Response::from_parts(head, body);
    }
    let (give, given) = oneshot::channel();
    tasks.spawn(carry_on(given, body));
    let close = HeaderValue::from_static("close");
    head.headers.insert(CONNECTION, close);
    let wanted = Wanted {
        by: Some(give),
        wish: peer.wish,
    };
    Response::from_parts(head, Body::from_stream(wanted))
}

/// Sends the rest of a response to the socket that its head has gone to.
async fn carry_on(given: oneshot::Receiver<TcpStream>, body: Body) {
    let Ok(mut socket) = given.await else {
        return;
    };
    let (reading, writing) = socket.split();
    tokio::select! {
        biased;
        () = until_gone(reading) => {}
        // What is cut off ends without the last chunk, and the client knows.
        _ = write(body, writing) => {}
    }
}

/// Writes a body in chunks, up to the last one.
async fn write(body: Body, mut socket: WriteHalf<'_>) -> io::Result<()> {
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(io::Error::other)?;
        // An empty chunk would be the last one.
        if !piece.is_empty() {
            let head = format!("{:x}\r\n", piece.len());
            let mut chunk = head.as_bytes().chain(piece).chain(&b"\r\n"[..]);
            socket.write_all_buf(&mut chunk).await?;
        }
    }
    socket.write_all(b"0\r\n\r\n").await?;
    socket.shutdown().await
}

/// Waits until the client has gone, or sends what nobody has asked for.
async fn until_gone(mut socket: ReadHalf<'_>) {
    let mut discarded = 0;
    while discarded < DISCARDED {
        let read = poll_fn(|context| {
            let mut space = [const { MaybeUninit::uninit() }; 1024];
            let mut read = ReadBuf::uninit(&mut space);
            ready!(Pin::new(&mut socket).poll_read(context, &mut read))?;
            Poll::Ready(io::Result::Ok(read.filled().len()))
        });
        match read.await {
            Ok(0) | Err(_) => return,
            Ok(count) => discarded += count,
        }
    }
}

/// The body that HTTP is given: none, only the wish to have the socket.
struct Wanted {
    by: Option<oneshot::Sender<TcpStream>>,
    wish: Wish,
}

impl Stream for Wanted {
    type Item = io::Result<Bytes>;

    /// Is asked for the body when the head has been made, and waits for that to be written. The socket
    /// wakes then.
    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(by) = self.by.take() {
            self.wish.make(by);
        }
        if self.wish.is_open() {
            return Poll::Pending;
        }
        // HTTP gives the connection up.
        Poll::Ready(Some(Err(ErrorKind::NotConnected.into())))
    }
}
