use std::fmt;
use std::future::Future;
use std::sync::Arc;

use axum::Router;
use stompframe_core::connection::EndpointConfig;

use crate::handshake::{Handshake, HandshakeResult, Interceptor, TrustedProxies};
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
#[derive(Clone)]
#[must_use = "give it to `.endpoint(..)`"]
pub struct Endpoint {
    path: String,
    pub(crate) origins: OriginPolicy,
    not_origins: Vec<String>,
    pub(crate) requires_origin: bool,
    pub(crate) requires_csrf_token: bool,
    pub(crate) proxies: TrustedProxies,
    pub(crate) interceptors: Vec<Interceptor>,
    pub(crate) sockjs: Option<SockJs>,
}

impl Endpoint {
    /// An endpoint at this path of the router, such as `/ws`.
    pub fn new(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            origins: OriginPolicy::Same,
            not_origins: Vec::new(),
            requires_origin: false,
            requires_csrf_token: false,
            proxies: TrustedProxies::default(),
            interceptors: Vec::new(),
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
    /// the user whom a middleware found in the first one or, where that is anonymous, from the same
    /// address, as far as it is known; see [`trusted_proxies`](Self::trusted_proxies). Interceptors look
    /// at the first one alone.
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
    /// them at a time, and 512 KiB in one request. Interceptors are for STOMP, and not asked.
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

    /// Refuses clients that send no `Origin`, which browsers always do: others have to name one, too.
    pub const fn require_origin(mut self) -> Self {
        self.requires_origin = true;
        self
    }

    /// Believes these proxies where they say, in `X-Forwarded-For`, `-Host` and `-Proto`, who connects
    /// and to what: addresses and networks such as `10.0.0.0/8`, or a [`TrustedProxies`] for those that
    /// write `Forwarded` instead. From anybody else, these headers mean nothing.
    ///
    /// What they say of the client is [`Session::address`](stompframe_core::Session::address), which
    /// limits count by; what they say of the host and scheme is what a page of the same origin has.
    ///
    /// ```
    /// use stompframe_axum::Endpoint;
    ///
    /// let endpoint = Endpoint::new("/ws").trusted_proxies(["127.0.0.1", "10.0.0.0/8"]);
    /// # let _ = endpoint;
    /// ```
    ///
    /// The peer's own address is known where [`serve`](crate::serve) serves, or who serves says
    /// `into_make_service_with_connect_info::<SocketAddr>()`.
    pub fn trusted_proxies(mut self, proxies: impl Into<TrustedProxies>) -> Self {
        self.proxies = proxies.into();
        self
    }

    /// Looks at each handshake before it is answered (Spring's `HandshakeInterceptor`): may refuse it
    /// with any response of axum's, say who it is, and fill the attributes of the session. Can be said
    /// several times; they come in that order, after the origin was found in order.
    ///
    /// ```
    /// use axum::extract::Query;
    /// use axum::http::StatusCode;
    /// use stompframe_axum::{Endpoint, Handshake};
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Visit {
    ///     room: String,
    /// }
    ///
    /// #[derive(Clone)]
    /// struct Room(String);
    ///
    /// let endpoint = Endpoint::new("/ws").intercept(async |mut handshake: Handshake| {
    ///     let Query(Visit { room }) = handshake.extract().await?;
    ///     if room == "closed" {
    ///         return Err(StatusCode::FORBIDDEN.into());
    ///     }
    ///     handshake.attributes().insert(Room(room));
    ///     Ok(handshake)
    /// });
    /// # let _ = endpoint;
    /// ```
    ///
    /// All of them have [`Limits::connect_timeout`](stompframe_core::Limits::connect_timeout); beyond,
    /// the handshake is refused with 503. A handshake counts among the connections without CONNECT
    /// meanwhile.
    pub fn intercept<F, Fut>(mut self, interceptor: F) -> Self
    where
        F: Fn(Handshake) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = HandshakeResult> + Send + 'static,
    {
        self.interceptors
            .push(Arc::new(move |handshake| Box::pin(interceptor(handshake))));
        self
    }

    /// Takes nobody whose CONNECT does not give the token that the handshake left among the session's
    /// attributes, a [`CsrfToken`](stompframe_core::security::CsrfToken): for applications whose users
    /// are known by a cookie. If the handshake left none, nobody is taken at all. Where it leaves one,
    /// it is asked for, whether this was said or not.
    pub const fn require_csrf_token(mut self) -> Self {
        self.requires_csrf_token = true;
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
        problems.extend(self.proxies.problems());
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

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("path", &self.path)
            .field("origins", &self.origins)
            .field("proxies", &self.proxies)
            .field("interceptors", &self.interceptors.len())
            .finish_non_exhaustive()
    }
}
