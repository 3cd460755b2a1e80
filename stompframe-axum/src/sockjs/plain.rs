//! SockJS without STOMP on top.

use std::borrow::Cow;
use std::future::{Future, poll_fn};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::response::Response;
use bytestring::ByteString;
use futures_util::future::BoxFuture;
use stompframe_core::connection::{TransportError, TransportSink as _};
use stompframe_core::session::{Close, OutgoingFrame};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::answer::no_place;
use super::application::Application;
use super::service::{self, Ceilings};
use super::session::{Session, Sink, Source};
use super::transport::{self, Framing, Terms};
use crate::endpoint::Endpoint;
use crate::handshake::OriginCheck;

/// How many sessions an endpoint has at most.
const MAX_SESSIONS: usize = 10_000;

/// How many bytes one request may bring, and one message of a WebSocket.
const MAX_POST: usize = 512 * 1024;

/// How many bytes may wait for a client until sending waits for it.
const MAX_WAITING: usize = 64 * 1024;

const POST_TIMEOUT: Duration = Duration::from_secs(30);
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// A client that is connected with SockJS, at an endpoint that has no STOMP; see
/// [`Endpoint::sockjs_messages`](crate::Endpoint::sockjs_messages). Dropping it ends the session.
#[derive(Debug)]
pub struct SockJsConnection {
    source: Source,
    sink: Sink,
}

impl SockJsConnection {
    /// The next message of the client; `None` when it has gone.
    pub async fn receive(&mut self) -> Option<String> {
        loop {
            match poll_fn(|context| self.source.poll_message(context)).await? {
                Ok(Some(message)) => return Some(message.to_string()),
                Ok(None) => {}
                Err(error) => {
                    tracing::debug!(%error, "a client was lost");
                    return None;
                }
            }
        }
    }

    /// Sends a message. Waits while 64 KiB or more wait for the client already.
    ///
    /// # Errors
    ///
    /// When the client has gone.
    pub async fn send(&mut self, message: impl Into<ByteString>) -> Result<(), TransportError> {
        poll_fn(|context| self.sink.poll_room(context, MAX_WAITING)).await?;
        self.sink.push(OutgoingFrame::text(message));
        Ok(())
    }

    /// Ends the session with this code and reason, behind what was sent. Codes from 3000 to 4999 are
    /// the application's own.
    pub async fn close(mut self, code: u16, reason: impl Into<Cow<'static, str>>) {
        let close = Close::new(code, reason.into());
        // Whoever receives next finds it; there is nothing to wait for, and nothing can fail.
        let _ = poll_fn(|context| self.sink.poll_close(context, &close)).await;
    }
}

/// The router of an endpoint whose sessions a function serves.
pub(crate) fn router<S, F, R>(endpoint: &Endpoint, serve: F) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    F: Fn(SockJsConnection) -> R + Send + Sync + 'static,
    R: Future<Output = ()> + Send + 'static,
{
    let options = endpoint.sockjs.clone().unwrap_or_default();
    let ceilings = Ceilings {
        max_sessions: MAX_SESSIONS,
        max_post: MAX_POST,
        post_timeout: POST_TIMEOUT,
        close_timeout: CLOSE_TIMEOUT,
    };
    let plain = Plain {
        serve: Arc::new(serve),
        places: Arc::new(Semaphore::new(MAX_SESSIONS)),
        origin: OriginCheck::new(endpoint),
    };
    service::mount(Router::new(), endpoint, &options, plain, ceilings)
}

struct Plain<F> {
    serve: Arc<F>,
    places: Arc<Semaphore>,
    origin: OriginCheck,
}

impl<F, R> Application for Plain<F>
where
    F: Fn(SockJsConnection) -> R + Send + Sync + 'static,
    R: Future<Output = ()> + Send + 'static,
{
    type Place = (OwnedSemaphorePermit, Arc<F>);

    async fn admit(&self, request: Parts) -> Result<Self::Place, Response> {
        self.origin.caller(&request)?;
        let place = Arc::clone(&self.places).try_acquire_owned();
        let place = place.map_err(|_| no_place())?;
        Ok((place, Arc::clone(&self.serve)))
    }

    fn serve(
        (place, serve): Self::Place,
        _: Arc<Session>,
        source: Source,
        sink: Sink,
        _: bool,
    ) -> BoxFuture<'static, ()> {
        let serving = serve(SockJsConnection { source, sink });
        Box::pin(async move {
            serving.await;
            drop(place);
        })
    }

    async fn web_socket(&self, request: Request) -> Response {
        let terms = Terms {
            framing: Framing::Raw,
            // It has none.
            heart_beat: Duration::from_secs(60),
            max_message: MAX_POST,
            close_timeout: CLOSE_TIMEOUT,
        };
        transport::upgrade(self, request, terms).await
    }
}
