//! Requests that carry a part of a session.

use std::sync::Arc;

use axum::body::Body;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use bytes::Bytes;

use super::answer::{EVENTS, HTML, JAVASCRIPT, no_place, not_found, words};
use super::application::Application;
use super::callback::{self, callback};
use super::frame::{Format, Output};
use super::path::Action;
use super::service::Service;
use super::session::{Kind, Owner, Receiver, Refused, Session, Sink, Source};
use super::transport::{self, Bounds, Sending};

/// So that browsers begin to hand over what arrives.
const PRELUDE: &[u8] = &{
    let mut prelude = [b'h'; 2049];
    prelude[2048] = b'\n';
    prelude
};

impl<A: Application> Service<A> {
    /// Answers a request that carries a part of a session.
    pub(super) async fn carry(
        self: &Arc<Self>,
        id: &str,
        action: Action,
        owner: Owner,
        (request, body): (&Parts, Body),
    ) -> Response {
        let carried = match action {
            Action::Xhr => {
                self.polled((id, owner, Kind::Xhr), Format::Line, request)
                    .await
            }
            Action::JsonP => match callback(request.uri.query()) {
                Ok(function) => {
                    let format = Format::Callback(function);
                    self.polled((id, owner, Kind::JsonP), format, request).await
                }
                Err(misses) => Err(Refused::Misses(misses)),
            },
            Action::XhrStreaming | Action::EventSource | Action::HtmlFile => {
                self.streamed((id, owner), action, request).await
            }
            Action::XhrSend => self.sent((id, owner), Sending::Xhr, request, body).await,
            Action::JsonPSend => self.sent((id, owner), Sending::JsonP, request, body).await,
            Action::WebSocket => Err(Refused::NotFound),
        };
        carried.unwrap_or_else(|refused| match refused {
            Refused::NotFound => not_found(),
            Refused::Answered(answer) => *answer,
            Refused::Misses(what) => words(StatusCode::INTERNAL_SERVER_ERROR, what),
        })
    }

    async fn polled(
        self: &Arc<Self>,
        whose: (&str, Owner, Kind),
        format: Format,
        request: &Parts,
    ) -> Result<Response, Refused> {
        let receiver = self.receiver(whose, request).await?;
        Ok(transport::poll(receiver, &format, self.options.stream_limit).await)
    }

    async fn streamed(
        self: &Arc<Self>,
        (id, owner): (&str, Owner),
        action: Action,
        request: &Parts,
    ) -> Result<Response, Refused> {
        let (kind, format, prelude, content_type) = match action {
            Action::EventSource => (
                Kind::EventSource,
                Format::Event,
                Bytes::from_static(b"\r\n"),
                EVENTS,
            ),
            Action::HtmlFile => {
                let function = callback(request.uri.query()).map_err(Refused::Misses)?;
                let prelude = callback::page(&function);
                (Kind::HtmlFile, Format::Script, prelude, HTML)
            }
            _ => (
                Kind::XhrStreaming,
                Format::Line,
                Bytes::from_static(PRELUDE),
                JAVASCRIPT,
            ),
        };
        let receiver = self.receiver((id, owner, kind), request).await?;
        let limit = self.options.stream_limit;
        Ok(transport::stream(
            receiver,
            format,
            prelude,
            content_type,
            limit,
        ))
    }

    async fn sent(
        &self,
        (id, owner): (&str, Owner),
        sending: Sending,
        request: &Parts,
        body: Body,
    ) -> Result<Response, Refused> {
        let session = self.table.find(id, &owner).ok_or(Refused::NotFound)?;
        let bounds = Bounds {
            bytes: self.ceilings.max_post,
            time: self.ceilings.post_timeout,
        };
        let headers = &request.headers;
        Ok(transport::send(&session, headers, body, sending, bounds).await)
    }

    /// The right to receive what is for a session, which begins if there is none. If somebody else
    /// receives already: what to say to that.
    async fn receiver(
        self: &Arc<Self>,
        (id, owner, kind): (&str, Owner, Kind),
        request: &Parts,
    ) -> Result<Result<Receiver, Output>, Refused> {
        let session = match self.table.find_as(id, &owner, kind)? {
            Some(session) => session,
            None => {
                let place = self.application.admit(request.clone()).await;
                let place = place.map_err(|answer| Refused::Answered(Box::new(answer)))?;
                match self.table.open(id, owner.clone(), kind) {
                    Some(session) => {
                        self.begin(id, &session, place);
                        session
                    }
                    // Another request was faster, or there are too many.
                    None => match self.table.find_as(id, &owner, kind)? {
                        Some(session) => session,
                        None => return Err(Refused::Answered(Box::new(no_place()))),
                    },
                }
            }
        };
        Ok(Receiver::attach(&session, self.options.heart_beat))
    }

    /// Serves a session for as long as it lives, and keeps its last words for who comes back.
    fn begin(self: &Arc<Self>, id: &str, session: &Arc<Session>, place: A::Place) {
        let listed = Listed {
            service: Arc::clone(self),
            id: id.into(),
        };
        let delay = self.options.disconnect_delay;
        let session = Arc::clone(session);
        let source = Source::new(Arc::clone(&session), delay);
        let sink = Sink::new(Arc::clone(&session));
        tokio::spawn(async move {
            A::serve(place, Arc::clone(&session), source, sink, false).await;
            if session.has_last_words() {
                tokio::time::sleep(delay).await;
            }
            drop(listed);
        });
    }
}

/// A session in the table, for as long as this lives.
struct Listed<A> {
    service: Arc<Service<A>>,
    id: Box<str>,
}

impl<A> Drop for Listed<A> {
    fn drop(&mut self) {
        self.service.table.remove(&self.id);
    }
}
