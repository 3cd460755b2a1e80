use std::future::Future;

use axum::Router;
use stompframe_core::connection::EndpointConfig;

use crate::origin::{Origin, OriginPattern, OriginPolicy};
use crate::sockjs::{self, SockJs, SockJsConnection};
use crate::tcp::TcpEndpoint;

/// A place where clients connect with a WebSocket.
///
/// ```
/// use stompframe_axum::Endpoint;
///
/// let endpoint = Endpoint::new("/ws").allowed_origins(["https://chat.example.com"]);
/// # let _ = endpoint;
/// ```
///
/// It speaks the sub-protocols `v12.stomp`, `v11.stomp` and `v10.stomp`; a client that asks for
/// none is served too. Unless told otherwise it takes browsers from pages of the same origin only,
/// by their `Origin` header; a client that sends none is no browser, and is taken.
///
/// # Users
///
/// A session belongs to the [`Principal`](stompframe_core::Principal) that a middleware put into the
/// extensions of the handshake's request; without one, it is anonymous. So any way to authenticate
/// that axum knows will do:
///
/// ```
/// use axum::extract::Request;
/// use axum::middleware::{Next, from_fn};
/// use axum::response::Response;
/// use stompframe_axum::{Endpoint, MessagingRouter};
/// use stompframe_core::{Messaging, Principal};
///
/// async fn authenticate(mut request: Request, next: Next) -> Response {
///     let user = request.headers().get("x-authenticated-by-the-proxy").cloned();
///     if let Some(name) = user.and_then(|name| name.to_str().map(str::to_owned).ok()) {
///         request.extensions_mut().insert(Principal::new(name));
///     }
///     next.run(request).await
/// }
///
/// let messaging = Messaging::builder().endpoint(Endpoint::new("/ws")).build()?;
/// let app: axum::Router = messaging.router().layer(from_fn(authenticate));
/// # Ok::<(), stompframe_core::BuildError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "give it to `.endpoint(..)`"]
pub struct Endpoint {
    path: String,
    pub(crate) origins: OriginPolicy,
    not_origins: Vec<String>,
    pub(crate) sockjs: Option<SockJs>,
}

impl Endpoint {
    /// An endpoint at this path of the router, such as `/ws`.
    pub fn new(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            origins: OriginPolicy::Same,
            not_origins: Vec::new(),
            sockjs: None,
        }
    }

    /// Speaks SockJS, too, for clients that cannot have a WebSocket: `new SockJS("/ws")` in browsers.
    /// Who can have one uses it as before. What this comes with is said at [`SockJs`]; more is told with
    /// [`sockjs`](Self::sockjs).
    ///
    /// ```
    /// use stompframe_axum::{Endpoint, MessagingRouter};
    /// use stompframe_core::Messaging;
    ///
    /// let messaging = Messaging::builder()
    ///     .simple_broker(["/topic"])
    ///     .endpoint(Endpoint::new("/ws").with_sockjs())
    ///     .build()?;
    /// let app: axum::Router = messaging.router();
    /// # Ok::<(), stompframe_core::BuildError>(())
    /// ```
    ///
    /// A session spans many requests, so all of them have to reach this process. Each has to come from
    /// the user with whose request the session began or, where that is anonymous, from the same
    /// address, if the server says where requests come from:
    /// [`into_make_service_with_connect_info::<SocketAddr>()`](axum::Router::into_make_service_with_connect_info),
    /// which [`serve`](crate::serve) does.
    pub fn with_sockjs(self) -> Self {
        self.sockjs(SockJs::new())
    }

    /// Speaks SockJS, too, and says how.
    pub fn sockjs(mut self, sockjs: SockJs) -> Self {
        self.sockjs = Some(sockjs);
        self
    }

    /// The router of an endpoint that speaks SockJS with messages of its own instead of STOMP: the
    /// function serves one client, from its first message to its last. There are at most 10,000 of
    /// them at a time, and 512 KiB in one request.
    ///
    /// ```
    /// use stompframe_axum::{Endpoint, SockJsConnection};
    ///
    /// let echo = |mut client: SockJsConnection| async move {
    ///     while let Some(message) = client.receive().await {
    ///         if client.send(message).await.is_err() {
    ///             break;
    ///         }
    ///     }
    /// };
    /// let app: axum::Router = Endpoint::new("/echo").sockjs_messages(echo);
    /// ```
    ///
    /// # Panics
    ///
    /// When the path does not begin with `/`, as [`axum::Router::route`] does.
    pub fn sockjs_messages<S, F, R>(&self, serve: F) -> Router<S>
    where
        S: Clone + Send + Sync + 'static,
        F: Fn(SockJsConnection) -> R + Send + Sync + 'static,
        R: Future<Output = ()> + Send + 'static,
    {
        sockjs::router(self, serve)
    }

    /// An address where clients speak STOMP over plain TCP, such as `127.0.0.1:61613`, for services
    /// that need no WebSocket. Port 0 is any that is free.
    ///
    /// It has the same sessions, handlers and limits as every other endpoint.
    /// [`serve`](crate::serve) listens on it; who serves the router otherwise calls
    /// [`bind_tcp`](crate::MessagingTcp::bind_tcp) as well. There is no handshake: no origin is
    /// checked, nobody is authenticated and nothing is encrypted, so whoever reaches the address may
    /// talk to the application. Bind it to a network that only friends reach.
    ///
    /// ```
    /// use stompframe_axum::Endpoint;
    /// use stompframe_core::Messaging;
    ///
    /// let messaging = Messaging::builder()
    ///     .simple_broker(["/topic"])
    ///     .endpoint(Endpoint::new("/ws"))
    ///     .endpoint(Endpoint::tcp("127.0.0.1:61613"))
    ///     .build()?;
    /// # Ok::<(), stompframe_core::BuildError>(())
    /// ```
    pub fn tcp(address: impl Into<String>) -> TcpEndpoint {
        TcpEndpoint::new(address.into())
    }

    /// Takes browsers from pages of these origins only, each written as `https://chat.example.com`.
    /// The endpoint's own origin is not among them unless it is named. Can be said several times.
    pub fn allowed_origins<I: IntoIterator<Item: AsRef<str>>>(self, origins: I) -> Self {
        self.allow(origins, |origin| Origin::parse(origin).map(Into::into))
    }

    /// Takes browsers from pages of origins like these only, beside those of
    /// [`allowed_origins`](Self::allowed_origins): `https://*.example.com` is every host below
    /// `example.com`, however deep, and not that itself; `https://example.com:[8080,8081]` is at one of
    /// these ports, `https://example.com:[*]` at any. A star stands nowhere else.
    ///
    /// ```
    /// use stompframe_axum::Endpoint;
    ///
    /// let endpoint = Endpoint::new("/ws").allowed_origin_patterns(["https://*.example.com"]);
    /// # let _ = endpoint;
    /// ```
    pub fn allowed_origin_patterns<I: IntoIterator<Item: AsRef<str>>>(self, origins: I) -> Self {
        self.allow(origins, OriginPattern::parse)
    }

    fn allow<I: IntoIterator<Item: AsRef<str>>>(
        mut self,
        origins: I,
        read: impl Fn(&str) -> Option<OriginPattern>,
    ) -> Self {
        let mut allowed = match self.origins {
            OriginPolicy::List(allowed) => allowed,
            OriginPolicy::Same | OriginPolicy::Any => Vec::new(),
        };
        for origin in origins {
            match read(origin.as_ref()) {
                Some(origin) => allowed.push(origin),
                None => self.not_origins.push(origin.as_ref().to_owned()),
            }
        }
        self.origins = OriginPolicy::List(allowed);
        self
    }

    /// Takes browsers from any page whatsoever. Any site that a user visits can then open a session
    /// with that user's cookies.
    pub fn allow_any_origin(mut self) -> Self {
        self.origins = OriginPolicy::Any;
        self
    }
}

impl EndpointConfig for Endpoint {
    fn path(&self) -> &str {
        &self.path
    }

    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if !self.path.starts_with('/') {
            problems.push(format!(
                "its path does not start with `/`: write \"/{}\"",
                self.path
            ));
        }
        for origin in &self.not_origins {
            problems.push(format!(
                "\"{origin}\" is no origin: write it as \"https://host\" or \"https://host:port\""
            ));
        }
        if let Some(sockjs) = &self.sockjs {
            problems.extend(sockjs.problems());
        }
        problems
    }
}
