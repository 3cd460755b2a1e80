use stompframe_core::connection::EndpointConfig;

use crate::origin::{Origin, OriginPolicy};
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
}

impl Endpoint {
    /// An endpoint at this path of the router, such as `/ws`.
    pub fn new(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            origins: OriginPolicy::Same,
            not_origins: Vec::new(),
        }
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
    /// The endpoint's own origin is not among them unless it is named.
    pub fn allowed_origins<I: IntoIterator<Item: AsRef<str>>>(mut self, origins: I) -> Self {
        let mut allowed = Vec::new();
        for origin in origins {
            match Origin::parse(origin.as_ref()) {
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
        problems
    }
}
