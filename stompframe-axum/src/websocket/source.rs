use std::task::{Context, Poll, ready};

use axum::extract::ws::{Message, WebSocket};
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::SplitStream;
use stompframe_core::connection::{TransportError, TransportSource};
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::error::ProtocolError;

/// The payloads of a client's messages, text and binary alike.
pub(crate) struct WebSocketSource {
    socket: SplitStream<WebSocket>,
    ended: bool,
    close_code: Option<u16>,
}

impl WebSocketSource {
    pub(crate) const fn new(socket: SplitStream<WebSocket>) -> Self {
        Self {
            socket,
            ended: false,
            close_code: None,
        }
    }
}

impl TransportSource for WebSocketSource {
    fn poll_receive(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, TransportError>>> {
        while !self.ended {
            match ready!(self.socket.poll_next_unpin(context)) {
                Some(Ok(Message::Text(text))) => return Poll::Ready(Some(Ok(text.into()))),
                Some(Ok(Message::Binary(bytes))) => return Poll::Ready(Some(Ok(bytes))),
                // Signs of life without data. The library answers pings by itself, and a close too
                // while we read on until the end.
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {
                    return Poll::Ready(Some(Ok(Bytes::new())));
                }
                Some(Ok(Message::Close(close))) => self.close_code = close.map(|close| close.code),
                Some(Err(error)) => return Poll::Ready(Some(Err(what_went_wrong(error)))),
                None => self.ended = true,
            }
        }
        Poll::Ready(None)
    }

    fn close_code(&self) -> Option<u16> {
        self.close_code
    }
}

pub(crate) fn what_went_wrong(error: axum::Error) -> TransportError {
    let error = error.into_inner();
    match error.downcast_ref::<Error>() {
        Some(Error::Capacity(_)) => TransportError::TooLarge,
        Some(Error::Protocol(ProtocolError::ResetWithoutClosingHandshake)) => {
            TransportError::Gone(error)
        }
        Some(Error::Utf8(_)) => TransportError::NotUtf8(error),
        Some(Error::Protocol(_) | Error::AttackAttempt) => TransportError::Violation(error),
        _ => TransportError::Gone(error),
    }
}
