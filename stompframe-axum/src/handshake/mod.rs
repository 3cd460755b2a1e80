//! Before the first byte of STOMP: whether a request may open a session, and what is known of the
//! client then. Every way in goes through the same gate.

mod forwarded;
mod gate;
mod proxies;

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Uri};
use futures_util::future::BoxFuture;
use stompframe_core::session::{Principal, SessionAttributes};

pub(crate) use self::gate::{Gate, OriginCheck};
pub(crate) use self::proxies::Caller;
pub use self::proxies::TrustedProxies;

/// What an interceptor says: the handshake goes on, or it is answered with this. Everything that is a
/// response of axum's turns into the error with `?` or `.into()`.
pub type HandshakeResult = axum::response::Result<Handshake>;

pub(crate) type Interceptor =
    Arc<dyn Fn(Handshake) -> BoxFuture<'static, HandshakeResult> + Send + Sync>;

/// A request that wants to open a session, for
/// [`Endpoint::intercept`](crate::Endpoint::intercept).
///
/// Its debug output shows neither headers nor query, where credentials are.
pub struct Handshake {
    parts: Parts,
    address: Option<IpAddr>,
    principal: Option<Principal>,
    attributes: SessionAttributes,
}

impl Handshake {
    /// Begins with what the application's middleware put into the request.
    fn new(parts: Parts, address: Option<IpAddr>) -> Self {
        let principal = parts.extensions.get().cloned();
        let attributes = parts.extensions.get().map(SessionAttributes::copied);
        Self {
            parts,
            address,
            principal,
            attributes: attributes.unwrap_or_default(),
        }
    }

    /// The method: GET, or CONNECT over HTTP/2.
    #[must_use]
    pub const fn method(&self) -> &Method {
        &self.parts.method
    }

    /// What is asked for, with the query.
    #[must_use]
    pub const fn uri(&self) -> &Uri {
        &self.parts.uri
    }

    /// The headers, cookies among them.
    #[must_use]
    pub const fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    /// Reads any of axum's extractors that need no body: `Query`, `Extension`, `State` of what it
    /// holds itself, a cookie jar, a session of `tower-sessions`.
    ///
    /// # Errors
    ///
    /// What the extractor answers to a request that it cannot be read from; `?` refuses the handshake
    /// with it.
    pub async fn extract<E: FromRequestParts<()>>(&mut self) -> Result<E, E::Rejection> {
        E::from_request_parts(&mut self.parts, &()).await
    }

    /// Where the client is, as far as it is known: the peer's address, or what a
    /// [trusted proxy](crate::Endpoint::trusted_proxies) says.
    #[must_use]
    pub const fn address(&self) -> Option<IpAddr> {
        self.address
    }

    /// Who it is, as a middleware or an earlier interceptor has found out.
    #[must_use]
    pub const fn principal(&self) -> Option<&Principal> {
        self.principal.as_ref()
    }

    /// Says who it is. Where there is `.authenticate(..)`, that has the last word.
    pub fn set_principal(&mut self, principal: impl Into<Option<Principal>>) {
        self.principal = principal.into();
    }

    /// What the session begins with.
    #[must_use]
    pub const fn attributes(&self) -> &SessionAttributes {
        &self.attributes
    }
}

impl fmt::Debug for Handshake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handshake")
            .field("method", self.method())
            .field("path", &self.uri().path())
            .field("address", &self.address)
            .field("principal", &self.principal)
            .finish_non_exhaustive()
    }
}
