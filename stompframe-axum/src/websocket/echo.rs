//! A WebSocket that sends back what it receives, for the fuzzing client of Autobahn, which
//! `tests/autobahn/run` starts.

use std::future::poll_fn;

use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use futures_util::future::BoxFuture;
use stompframe_core::session::{Close, OutgoingFrame};
use stompframe_core::transport::{TransportError, TransportSink as _};
use tokio::io::AsyncRead;
use tokio::net::TcpListener;

use super::{Received, Serve, Upgrade, WebSocketSink, WebSocketSource, WritingHalf};

/// The fuzzing client sends up to 16 MiB at once.
const MAX_MESSAGE: usize = 16 * 1024 * 1024;

struct Echo;

impl Serve for Echo {
    fn serve<R, W>(
        self,
        mut source: WebSocketSource<R>,
        mut sink: WebSocketSink<W>,
    ) -> BoxFuture<'static, ()>
    where
        R: AsyncRead + Send + Unpin + 'static,
        W: WritingHalf,
    {
        Box::pin(async move {
            let close = loop {
                match poll_fn(|context| source.poll_message(context)).await {
                    Some(Ok(Received::Text(text))) => {
                        sink.push(OutgoingFrame::text(text));
                    }
                    Some(Ok(Received::Binary(bytes))) => sink.push(OutgoingFrame::binary(bytes)),
                    Some(Ok(Received::Alive)) => {}
                    None | Some(Err(TransportError::Gone(_))) => break 1000,
                    Some(Err(TransportError::NotUtf8(_))) => break 1007,
                    Some(Err(TransportError::TooLarge)) => break 1009,
                    Some(Err(_)) => break 1002,
                }
                if poll_fn(|context| sink.poll_flush(context)).await.is_err() {
                    return;
                }
            };
            let close = Close::new(close, "".into());
            let closed = poll_fn(|context| sink.poll_close(context, &close)).await;
            if closed.is_ok() {
                while let Some(Ok(_)) = poll_fn(|context| source.poll_message(context)).await {}
            }
        })
    }
}

async fn handshake(request: Request) -> Response {
    match Upgrade::of(&mut request.into_parts().0) {
        Ok(upgrade) => upgrade.open(MAX_MESSAGE, Echo),
        Err(refused) => refused.into_response(),
    }
}

/// Not a test: what is started for the fuzzing client. It ends with its process.
#[tokio::test]
#[ignore = "is started by tests/autobahn/run"]
async fn server() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    println!("listening on {}", listener.local_addr().unwrap());
    let router = Router::new().route("/", any(handshake));
    axum::serve(listener, router).await.unwrap();
}
