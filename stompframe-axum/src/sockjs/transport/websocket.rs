use std::borrow::Cow;
use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts as _;
use axum::extract::Request;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::http::header::{SEC_WEBSOCKET_VERSION, UPGRADE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::SinkExt as _;
use stompframe_core::connection::TransportError;
use stompframe_core::session::Close;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::sockjs::answer::{not_allowed, words};
use crate::sockjs::application::Application;
use crate::sockjs::frame::Output;
use crate::sockjs::incoming::{self, Batch};
use crate::sockjs::session::{End, Receiver, Session, Sink, Source};
use crate::websocket::what_went_wrong;

/// An idle connection keeps its read buffer, and the library fills it with zeros before each read.
const READ_BUFFER: usize = 4 * 1024;

/// What is written is collected up to here before it goes to the socket, unless it is flushed
/// before.
const WRITE_BUFFER: usize = 16 * 1024;

/// How much goes with one frame, about.
const BATCH: usize = 64 * 1024;

/// How long a close reason may be (RFC 6455, 5.5).
const MAX_REASON: usize = 123;

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
    let upgrade = match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        Ok(upgrade) => upgrade,
        Err(rejection) => return refuse(&rejection, &parts.headers),
    };
    let place = match application.admit(parts).await {
        Ok(place) => place,
        Err(answer) => return answer,
    };
    upgrade
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_message_size(terms.max_message)
        .max_frame_size(terms.max_message)
        .on_failed_upgrade(
            |error| tracing::warn!(%error, "a connection was lost during its handshake"),
        )
        .on_upgrade(move |socket| serve::<A>(place, socket, terms))
}

/// Answers a request that is no handshake, in the words of the protocol.
fn refuse(rejection: &WebSocketUpgradeRejection, request: &HeaderMap) -> Response {
    type R = WebSocketUpgradeRejection;
    let is_upgrade = request
        .get(UPGRADE)
        .is_some_and(|to| to.as_bytes().eq_ignore_ascii_case(b"websocket"));
    match rejection {
        R::MethodNotGet(_) | R::MethodNotConnect(_) => not_allowed("GET"),
        _ if !is_upgrade => words(
            StatusCode::BAD_REQUEST,
            "Can \"Upgrade\" only to \"WebSocket\".",
        ),
        R::InvalidConnectionHeader(_) => words(
            StatusCode::BAD_REQUEST,
            "\"Connection\" must be \"Upgrade\".",
        ),
        R::InvalidWebSocketVersionHeader(_) => (
            StatusCode::UPGRADE_REQUIRED,
            [(SEC_WEBSOCKET_VERSION, "13")],
        )
            .into_response(),
        _ => words(StatusCode::BAD_REQUEST, "Not a valid websocket request"),
    }
}

async fn serve<A: Application>(place: A::Place, socket: WebSocket, terms: Terms) {
    let session = Session::new();
    let Ok(mut receiver) = Receiver::attach(&session, terms.heart_beat) else {
        return;
    };
    // The receiver is there until the end, so nobody's patience is tried.
    let source = Source::new(Arc::clone(&session), Duration::ZERO);
    let sink = Sink::new(Arc::clone(&session));
    let served = CancellationToken::new();
    let serving = async {
        let _served = served.clone().drop_guard();
        A::serve(place, Arc::clone(&session), source, sink, true).await;
    };
    let late = async {
        served.cancelled().await;
        sleep(terms.close_timeout).await;
    };
    let carrying = async {
        let code = tokio::select! {
            code = carry(socket, &session, &mut receiver, terms) => code,
            () = late => None,
        };
        session.end(End::Closed(code));
        drop(receiver);
    };
    tokio::join!(serving, carrying);
}

/// Carries messages both ways until one side ends: gives the code with which the client closed.
async fn carry(
    mut socket: WebSocket,
    session: &Session,
    receiver: &mut Receiver,
    terms: Terms,
) -> Option<u16> {
    let mut reads = true;
    loop {
        let next = poll_fn(|context| receiver.poll_next(context, BATCH));
        let received = async {
            // Nothing is read while the session is busy with what came before.
            let turn = session.turn().await?;
            Some((turn, socket.recv().await))
        };
        tokio::select! {
            biased;
            output = next => {
                write(&mut socket, &output, terms.framing).await.ok()?;
                if let Output::Close(close) = output {
                    return good_bye(socket, Some(&close), terms).await;
                }
            }
            Some((turn, received)) = received, if reads => match read(received, terms.framing) {
                Read::Messages(messages) => turn.bring(messages),
                Read::Alive => turn.is_alive(),
                Read::Failed(error) => {
                    drop(turn);
                    // The client can still be told why.
                    reads = false;
                    session.fail(error);
                }
                Read::Broken => {
                    tracing::debug!("a client sent no JSON");
                    return good_bye(socket, Some(&BROKEN), terms).await;
                }
                Read::Closed(code) => {
                    good_bye(socket, None, terms).await;
                    return code;
                }
                Read::Gone => return None,
            },
        }
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
    Closed(Option<u16>),
    Gone,
}

fn read(received: Option<Result<Message, axum::Error>>, framing: Framing) -> Read {
    match received {
        None => Read::Gone,
        Some(Ok(Message::Text(text))) => match framing {
            Framing::SockJs if text.is_empty() => Read::Alive,
            Framing::SockJs => {
                incoming::array_or_string(&text).map_or(Read::Broken, Read::Messages)
            }
            Framing::Raw => Read::Messages(Batch::one(&text)),
        },
        Some(Ok(Message::Binary(_))) => {
            let error = "SockJS carries text only".into();
            Read::Failed(TransportError::Violation(error))
        }
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Read::Alive,
        Some(Ok(Message::Close(frame))) => Read::Closed(frame.map(|frame| frame.code)),
        Some(Err(error)) => match went_wrong(error) {
            TransportError::Gone(error) => {
                tracing::debug!(%error, "a WebSocket broke");
                Read::Gone
            }
            error => Read::Failed(error),
        },
    }
}

async fn write(
    socket: &mut WebSocket,
    output: &Output,
    framing: Framing,
) -> Result<(), axum::Error> {
    match (framing, output) {
        (_, Output::Ping) => socket.send(Message::Ping(Bytes::new())).await,
        (Framing::SockJs, output) => socket.send(Message::Text(output.frame().into())).await,
        (Framing::Raw, Output::Messages(messages)) => {
            for message in messages {
                if let Some(text) = message.as_text() {
                    socket.feed(Message::Text(text.into())).await?;
                }
            }
            socket.flush().await
        }
        (Framing::Raw, Output::Open | Output::HeartBeat | Output::Close(_)) => Ok(()),
    }
}

/// Says how it ends, unless the client did, and waits for the client to agree.
async fn good_bye(mut socket: WebSocket, close: Option<&Close>, terms: Terms) -> Option<u16> {
    let agreed = async {
        if let Some(close) = close {
            let reason = close.reason();
            let mut cut = (0..=MAX_REASON.min(reason.len())).rev();
            let end = cut.find(|end| reason.is_char_boundary(*end));
            let frame = CloseFrame {
                code: close.code(),
                reason: reason[..end.unwrap_or(0)].into(),
            };
            socket.send(Message::Close(Some(frame))).await.ok()?;
        }
        let mut code = None;
        while let Some(Ok(message)) = socket.recv().await {
            if let Message::Close(Some(frame)) = message {
                code = Some(frame.code);
            }
        }
        code
    };
    timeout(terms.close_timeout, agreed).await.ok().flatten()
}

fn went_wrong(error: axum::Error) -> TransportError {
    match error.into_inner().downcast() {
        Ok(error) => what_went_wrong(*error),
        Err(other) => TransportError::Gone(other),
    }
}
