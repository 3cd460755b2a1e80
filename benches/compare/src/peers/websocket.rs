//! WebSockets of axum without STOMP: whatever a client of `/publish` says goes to all of `/subscribe`, and `/echo`
//! says it back. Once as such a server is usually written, and once by somebody who has measured.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use axum::routing::any;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::sync::{broadcast, mpsc};

/// How many messages a subscriber may be late.
const CAPACITY: usize = 4096;

/// As it stands in most examples: a broadcast channel, and one message after the other.
pub fn usual() -> Router {
    let (sender, _) = broadcast::channel(CAPACITY);
    Router::new()
        .route("/subscribe", any(usual_subscribe))
        .route("/publish", any(usual_publish))
        .route(
            "/echo",
            any(|upgrade: WebSocketUpgrade| async { upgrade.on_upgrade(echo) }),
        )
        .with_state(sender)
}

type Sender = broadcast::Sender<Utf8Bytes>;

async fn usual_subscribe(State(sender): State<Sender>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(move |mut socket| async move {
        let mut messages = sender.subscribe();
        loop {
            tokio::select! {
                message = messages.recv() => match message {
                    Ok(text) => if socket.send(Message::Text(text)).await.is_err() { return },
                    Err(broadcast::error::RecvError::Lagged(_)) => {}
                    Err(broadcast::error::RecvError::Closed) => return,
                },
                said = socket.recv() => if !matches!(said, Some(Ok(_))) { return },
            }
        }
    })
}

async fn usual_publish(State(sender): State<Sender>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(move |mut socket| async move {
        while let Some(Ok(message)) = socket.recv().await {
            if let Message::Text(text) = message {
                // Nobody may be listening.
                let _ = sender.send(text);
            }
        }
    })
}

/// The read buffer is small, because the library fills it with zeros before each read; nothing is read while
/// something is written; and all that is queued is written with one flush.
pub fn tuned() -> Router {
    Router::new()
        .route("/subscribe", any(tuned_subscribe))
        .route("/publish", any(tuned_publish))
        .route(
            "/echo",
            any(|upgrade: WebSocketUpgrade| async { small(upgrade).on_upgrade(echo) }),
        )
        .with_state(Queues::default())
}

type Queues = Arc<Mutex<Vec<mpsc::UnboundedSender<Utf8Bytes>>>>;

/// What is written with one flush at most.
const BATCH: usize = 256;

fn small(upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    upgrade.read_buffer_size(4096)
}

async fn tuned_subscribe(State(queues): State<Queues>, upgrade: WebSocketUpgrade) -> Response {
    small(upgrade).on_upgrade(move |socket| async move {
        let (sender, mut queue) = mpsc::unbounded_channel();
        queues
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(sender);
        let (mut sink, mut source) = socket.split();
        // In a task of its own, so that no outgoing message polls it.
        tokio::spawn(async move { while let Some(Ok(_)) = source.next().await {} });
        let mut batch = Vec::new();
        while queue.recv_many(&mut batch, BATCH).await > 0 {
            for text in batch.drain(..) {
                if sink.feed(Message::Text(text)).await.is_err() {
                    return;
                }
            }
            if sink.flush().await.is_err() {
                return;
            }
        }
    })
}

async fn tuned_publish(State(queues): State<Queues>, upgrade: WebSocketUpgrade) -> Response {
    small(upgrade).on_upgrade(move |mut socket| async move {
        while let Some(Ok(message)) = socket.recv().await {
            if let Message::Text(text) = message {
                // A copy, so that no queue holds on to the read buffer.
                let text = Utf8Bytes::from(text.as_str());
                queues
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .retain(|queue| queue.send(text.clone()).is_ok());
            }
        }
    })
}

async fn echo(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        if matches!(message, Message::Text(_)) && socket.send(message).await.is_err() {
            return;
        }
    }
}
