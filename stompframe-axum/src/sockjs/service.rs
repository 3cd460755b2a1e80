//! Which request gets which answer.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::Method;
use axum::http::header::UPGRADE;
use axum::response::Response;
use axum::routing::any;
use stompframe_core::connection::EndpointConfig as _;

use super::answer::{self, not_allowed, not_found};
use super::application::Application;
use super::options::{SockJs, SockJsTransport};
use super::path::{Action, Target};
use super::session::{Owner, Table};
use super::transport::{self, Framing, Terms};
use super::{cors, iframe};
use crate::endpoint::Endpoint;
use crate::handshake::OriginCheck;

/// What bounds an endpoint besides its own options.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ceilings {
    pub(super) max_sessions: usize,
    pub(super) max_post: usize,
    pub(super) post_timeout: Duration,
    pub(super) close_timeout: Duration,
}

/// An endpoint that speaks SockJS.
pub(super) struct Service<A> {
    pub(super) application: A,
    pub(super) options: SockJs,
    origin: OriginCheck,
    /// How many segments the endpoint's own path has.
    depth: usize,
    pub(super) table: Table,
    pub(super) ceilings: Ceilings,
}

/// Adds the routes of an endpoint: its path, and all below it.
pub(super) fn mount<S: Clone + Send + Sync + 'static, A: Application>(
    router: Router<S>,
    endpoint: &Endpoint,
    options: &SockJs,
    application: A,
    ceilings: Ceilings,
) -> Router<S> {
    let base = endpoint.path().trim_end_matches('/');
    let service = Arc::new(Service {
        application,
        origin: OriginCheck::new(endpoint),
        depth: base.matches('/').count(),
        table: Table::new(ceilings.max_sessions),
        ceilings: Ceilings {
            max_post: options.max_post.unwrap_or(ceilings.max_post),
            ..ceilings
        },
        options: options.clone(),
    });
    let answer = any(move |request: Request| Arc::clone(&service).answer(request));
    let router = router
        .route(&format!("{base}/"), answer.clone())
        .route(&format!("{base}/{{*sockjs}}"), answer.clone());
    if base.is_empty() {
        return router;
    }
    router.route(base, answer)
}

impl<A: Application> Service<A> {
    async fn answer(self: Arc<Self>, request: Request) -> Response {
        let path = request.uri().path().to_owned();
        let mut answer = match Target::of(&path, self.depth) {
            None => not_found(),
            Some(Target::Greeting) => self.greeting(request).await,
            Some(Target::Iframe) => self.iframe(request),
            Some(Target::Info) => self.info(request),
            Some(Target::RawWebSocket) => self.raw_web_socket(request).await,
            Some(Target::Session(id, action)) => self.session(id, action, request).await,
        };
        answer::guard(&mut answer);
        answer
    }

    /// The endpoint itself, which is a WebSocket for who wants one.
    async fn greeting(&self, request: Request) -> Response {
        if request.headers().contains_key(UPGRADE) || request.method() == Method::CONNECT {
            return self.raw_web_socket(request).await;
        }
        if answer::is_read(request.method()) {
            answer::greeting()
        } else {
            not_allowed("GET")
        }
    }

    async fn raw_web_socket(&self, request: Request) -> Response {
        if !self.options.has(SockJsTransport::WebSocket) {
            return not_found();
        }
        self.application.web_socket(request).await
    }

    fn iframe(&self, request: Request) -> Response {
        match &self.options.iframe {
            None => not_found(),
            Some(_) if !answer::is_read(request.method()) => not_allowed("GET"),
            Some(library) => iframe::answer(library, self.origin.policy(), &request.into_parts().0),
        }
    }

    fn info(&self, request: Request) -> Response {
        let (request, _) = request.into_parts();
        if let Err(answer) = self.origin.caller(&request) {
            return answer;
        }
        let mut answer = match &request.method {
            &Method::OPTIONS => cors::preflight(&request, &Method::GET, self.options.cors),
            method if answer::is_read(method) => answer::info(
                self.options.has(SockJsTransport::WebSocket),
                self.options.cookies,
            ),
            _ => return not_allowed("GET, OPTIONS"),
        };
        if self.options.cors {
            cors::allow(self.origin.policy(), &request, answer.headers_mut());
        }
        answer
    }

    async fn session(self: &Arc<Self>, id: &str, action: Action, request: Request) -> Response {
        let rule = Rule::of(action);
        if !self.options.has(rule.transport) && !self.is_sent_by_another(action) {
            return not_found();
        }
        let (parts, body) = request.into_parts();
        let caller = match self.origin.caller(&parts) {
            Ok(caller) => caller,
            Err(answer) => return answer,
        };
        if action == Action::WebSocket {
            let request = Request::from_parts(parts, body);
            let terms = self.terms(Framing::SockJs);
            return transport::upgrade(&self.application, request, terms).await;
        }
        let mut answer = if parts.method == Method::OPTIONS && rule.method == Method::POST {
            cors::preflight(&parts, &rule.method, self.options.cors)
        } else if parts.method != rule.method {
            return not_allowed(rule.allowed());
        } else {
            let owner = Owner::of(&parts.extensions, &caller);
            self.carry(id, action, owner, (&parts, body)).await
        };
        if self.options.cors {
            cors::allow(self.origin.policy(), &parts, answer.headers_mut());
        }
        if self.options.cookies {
            answer::set_cookie(&parts.headers, &mut answer);
        }
        answer
    }

    /// `xhr_send` is for all that receive without a form.
    fn is_sent_by_another(&self, action: Action) -> bool {
        let senders = [
            SockJsTransport::XhrStreaming,
            SockJsTransport::EventSource,
            SockJsTransport::HtmlFile,
        ];
        action == Action::XhrSend && senders.iter().any(|transport| self.options.has(*transport))
    }

    const fn terms(&self, framing: Framing) -> Terms {
        Terms {
            framing,
            heart_beat: self.options.heart_beat,
            max_message: self.ceilings.max_post,
            close_timeout: self.ceilings.close_timeout,
        }
    }
}

/// What an action belongs to, and how it is asked for.
struct Rule {
    transport: SockJsTransport,
    method: Method,
}

impl Rule {
    const fn of(action: Action) -> Self {
        let (transport, method) = match action {
            Action::WebSocket => (SockJsTransport::WebSocket, Method::GET),
            Action::Xhr | Action::XhrSend => (SockJsTransport::Xhr, Method::POST),
            Action::XhrStreaming => (SockJsTransport::XhrStreaming, Method::POST),
            Action::EventSource => (SockJsTransport::EventSource, Method::GET),
            Action::HtmlFile => (SockJsTransport::HtmlFile, Method::GET),
            Action::JsonP => (SockJsTransport::JsonP, Method::GET),
            Action::JsonPSend => (SockJsTransport::JsonP, Method::POST),
        };
        Self { transport, method }
    }

    fn allowed(&self) -> &'static str {
        if self.method == Method::POST {
            "OPTIONS, POST"
        } else {
            "GET"
        }
    }
}
