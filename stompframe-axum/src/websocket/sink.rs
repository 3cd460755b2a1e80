use std::collections::VecDeque;
use std::task::{Context, Poll, ready};

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use bytes::Bytes;
use futures_util::SinkExt as _;
use futures_util::stream::SplitSink;
use stompframe_core::connection::{TransportError, TransportSink};
use stompframe_core::session::{Close, OutgoingFrame};

/// Writes each STOMP frame as one message: text where it is text, binary where it is not.
pub(crate) struct WebSocketSink {
    socket: SplitSink<WebSocket, Message>,
    pushed: VecDeque<Message>,
    closing: bool,
}

impl WebSocketSink {
    pub(crate) const fn new(socket: SplitSink<WebSocket, Message>) -> Self {
        Self {
            socket,
            pushed: VecDeque::new(),
            closing: false,
        }
    }
}

impl TransportSink for WebSocketSink {
    const PINGS: bool = true;

    fn push(&mut self, frame: OutgoingFrame) {
        let message = match frame {
            OutgoingFrame::Text(text) => {
                let bytes = text.into_bytes();
                match Utf8Bytes::try_from(bytes.clone()) {
                    Ok(text) => Message::Text(text),
                    Err(_) => Message::Binary(bytes),
                }
            }
            OutgoingFrame::Binary(bytes) => Message::Binary(bytes),
        };
        self.pushed.push_back(message);
    }

    fn ping(&mut self) {
        self.pushed.push_back(Message::Ping(Bytes::new()));
    }

    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        while !self.pushed.is_empty() {
            ready!(self.socket.poll_ready_unpin(context)).map_err(gone)?;
            if let Some(message) = self.pushed.pop_front() {
                self.socket.start_send_unpin(message).map_err(gone)?;
            }
        }
        self.socket.poll_flush_unpin(context).map_err(gone)
    }

    fn poll_close(
        &mut self,
        context: &mut Context<'_>,
        close: &Close,
    ) -> Poll<Result<(), TransportError>> {
        if !self.closing {
            self.closing = true;
            let frame = CloseFrame {
                code: close.code(),
                reason: close.reason().into(),
            };
            self.pushed.push_back(Message::Close(Some(frame)));
        }
        self.poll_flush(context)
    }
}

fn gone(error: axum::Error) -> TransportError {
    TransportError::Gone(error.into_inner())
}
