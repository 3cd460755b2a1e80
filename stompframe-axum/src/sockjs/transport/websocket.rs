use std::borrow::Cow;
use std::future::{poll_fn, ready};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::SEC_WEBSOCKET_VERSION;
use axum::response::{IntoResponse as _, Response};
use futures_util::future::BoxFuture;
use stompframe_core::connection::{TransportError, TransportSink as _, TransportSource as _};
use stompframe_core::session::{Close, OutgoingFrame};
use tokio::io::AsyncRead;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use crate::sockjs::answer::{not_allowed, words};
use crate::sockjs::application::Application;
use crate::sockjs::frame::Output;
use crate::sockjs::incoming::{self, Batch};
use crate::sockjs::session::{End, Receiver, Session, Sink, Source};
use crate::websocket::{
    NoHandshake, Received, Serve, Upgrade, WebSocketSink, WebSocketSource, WritingHalf,
};

/// How much goes with one frame, about.
const BATCH: usize = 64 * 1024;

/// The answer to a client that closes.
const GONE: Close = Close::new(1000, Cow::Borrowed(""));

/// The end for what is no JSON.
const BROKEN: Close = Close::new(1007, Cow::Borrowed("Broken JSON encoding."));

/// What a WebSocket carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sockjs) enum Framing {
    SockJs,
    /// Each message as it is.
    Raw,
}

/// How a WebSocket is served.
#[derive(Clone, Copy, Debug)]
pub(in crate::sockjs) struct Terms {
    pub(in crate::sockjs) framing: Framing,
    pub(in crate::sockjs) heart_beat: Duration,
    pub(in crate::sockjs) max_message: usize,
    pub(in crate::sockjs) close_timeout: Duration,
}

/// Answers a handshake, and serves a session for as long as the WebSocket lasts. Its id means
/// nothing: there may be several of it.
pub(in crate::sockjs) async fn upgrade<A: Application>(
    application: &A,
    request: Request,
    terms: Terms,
) -> Response {
    let (mut parts, _) = request.into_parts();
    let upgrade = match Upgrade::of(&mut parts) {
        Ok(upgrade) => upgrade,
        Err(refused) => return refuse(refused),
    };
    match application.admit(parts).await {
        Ok(place) => upgrade.open(terms.max_message, Opened::<A> { place, terms }),
        Err(answer) => answer,
    }
}

/// Answers a request that is no handshake, in the words of the protocol.
fn refuse(refused: NoHandshake) -> Response {
    let bad = |why: &'static str| words(StatusCode::BAD_REQUEST, why);
    match refused {
        NoHandshake::Method => not_allowed("GET"),
        NoHandshake::Upgrade => bad("Can \"Upgrade\" only to \"WebSocket\"."),
        NoHandshake::Connection => bad("\"Connection\" must be \"Upgrade\"."),
        NoHandshake::Version => (
            StatusCode::UPGRADE_REQUIRED,
            [(SEC_WEBSOCKET_VERSION, "13")],
        )
            .into_response(),
        NoHandshake::Key | NoHandshake::Way => bad("Not a valid websocket request"),
    }
}

/// A session whose WebSocket is open.
struct Opened<A: Application> {
    place: A::Place,
    terms: Terms,
}

impl<A: Application> Serve for Opened<A> {
    fn serve<R, W>(
        self,
        source: WebSocketSource<R>,
        sink: WebSocketSink<W>,
    ) -> BoxFuture<'static, ()>
    where
        R: AsyncRead + Send + Unpin + 'static,
        W: WritingHalf,
    {
        let session = Session::new();
        let Ok(receiver) = Receiver::attach(&session, self.terms.heart_beat) else {
            return Box::pin(ready(()));
        };
        // In a place of its own, for it is moved once more.
        let carrier = Box::new(Carrier {
            source,
            sink,
            receiver,
            terms: self.terms,
        });
        // The receiver is there until the end, so nobody's patience is tried.
        let source = Source::new(Arc::clone(&session), Duration::ZERO);
        let sink = Sink::new(Arc::clone(&session));
        let serving = A::serve(self.place, Arc::clone(&session), source, sink, true);
        Box::pin(async move {
            let served = Notify::new();
            let serving = async {
                serving.await;
                served.notify_one();
            };
            tokio::join!(serving, carrier.carry_until(&served, &session));
        })
    }
}

/// A WebSocket at the one side, a session at the other.
struct Carrier<R, W> {
    source: WebSocketSource<R>,
    sink: WebSocketSink<W>,
    receiver: Receiver,
    terms: Terms,
}

impl<R, W> Carrier<R, W>
where
    R: AsyncRead + Send + Unpin + 'static,
    W: WritingHalf,
{
    /// Is there until one side ends, or the other is waited for too long.
    async fn carry_until(mut self: Box<Self>, served: &Notify, session: &Session) {
        let close_timeout = self.terms.close_timeout;
        let late = async {
            served.notified().await;
            sleep(close_timeout).await;
        };
        let code = tokio::select! {
            code = self.carry(session) => code,
            () = late => None,
        };
        session.end(End::Closed(code));
    }

    /// Carries messages both ways until one side ends: gives the code with which the client closed.
    async fn carry(&mut self, session: &Session) -> Option<u16> {
        let (mut reads, mut writes) = (true, false);
        loop {
            let written = poll_fn(|context| self.sink.poll_flush(context));
            let next = poll_fn(|context| self.receiver.poll_next(context, BATCH));
            let received = async {
                // Nothing is read while the session is busy with what came before.
                let turn = session.turn().await?;
                let received = poll_fn(|context| self.source.poll_message(context)).await;
                Some((turn, received))
            };
            tokio::select! {
                biased;
                written = written, if writes => {
                    written.ok()?;
                    writes = false;
                }
                output = next, if !writes => {
                    if let Some(close) = self.push(output) {
                        return self.good_bye(&close).await;
                    }
                    writes = true;
                }
                Some((turn, received)) = received, if reads => {
                    match read(received, self.terms.framing) {
                        Read::Messages(messages) => turn.bring(messages),
                        Read::Alive => {
                            turn.is_alive();
                            // The answer, if that asked for one.
                            writes = true;
                        }
                        Read::Failed(error) => {
                            drop(turn);
                            // The client can still be told why.
                            reads = false;
                            session.fail(error);
                        }
                        Read::Broken => {
                            tracing::debug!("a client sent no JSON");
                            return self.good_bye(&BROKEN).await;
                        }
                        Read::Closed => return self.good_bye(&GONE).await,
                        Read::Gone => return None,
                    }
                }
            }
        }
    }

    /// Takes what is to be written; gives the close that is to follow, if there is one.
    fn push(&mut self, output: Output) -> Option<Close> {
        match (self.terms.framing, output) {
            (_, Output::Ping) => self.sink.ping(),
            (Framing::SockJs, output) => {
                self.sink.push(OutgoingFrame::text(output.frame()));
                if let Output::Close(close) = output {
                    return Some(close);
                }
            }
            (Framing::Raw, Output::Messages(messages)) => {
                for message in messages {
                    self.sink.push(message);
                }
            }
            (Framing::Raw, Output::Close(close)) => return Some(close),
            (Framing::Raw, Output::Open | Output::HeartBeat) => {}
        }
        None
    }

    /// Says how it ends, unless the client did, and waits for the client to agree: gives its code.
    async fn good_bye(&mut self, close: &Close) -> Option<u16> {
        let agreed = async {
            let closed = poll_fn(|context| self.sink.poll_close(context, close));
            if closed.await.is_ok() {
                while let Some(Ok(_)) = poll_fn(|context| self.source.poll_message(context)).await {
                }
            }
        };
        let _ = timeout(self.terms.close_timeout, agreed).await;
        self.source.close_code()
    }
}

/// What has come.
enum Read {
    Messages(Batch),
    /// A sign of life.
    Alive,
    Failed(TransportError),
    /// It is not what this protocol is made of.
    Broken,
    Closed,
    Gone,
}

fn read(received: Option<Result<Received, TransportError>>, framing: Framing) -> Read {
    match received {
        None => Read::Closed,
        Some(Ok(Received::Text(text))) => match framing {
            Framing::SockJs if text.is_empty() => Read::Alive,
            Framing::SockJs => {
                incoming::array_or_string(&text).map_or(Read::Broken, Read::Messages)
            }
            Framing::Raw => Read::Messages(Batch::one(&text)),
        },
        Some(Ok(Received::Binary(_))) => {
            let error = "SockJS carries text only".into();
            Read::Failed(TransportError::Violation(error))
        }
        Some(Ok(Received::Alive)) => Read::Alive,
        Some(Err(TransportError::Gone(error))) => {
            tracing::debug!(%error, "a WebSocket broke");
            Read::Gone
        }
        Some(Err(error)) => Read::Failed(error),
    }
}
