use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use stompframe_core::connection::Admission;
use stompframe_core::{ErrorCode, Messaging};
use tokio::time::timeout;

use super::proxies::{Caller, TrustedProxies};
use super::{Handshake, Interceptor};
use crate::endpoint::Endpoint;
use crate::origin::OriginPolicy;

/// Looks at where requests come from, whether they open a session or not.
pub(crate) struct OriginCheck {
    origins: OriginPolicy,
    requires_origin: bool,
    proxies: TrustedProxies,
    has_warned: AtomicBool,
}

impl OriginCheck {
    pub(crate) fn new(endpoint: &Endpoint) -> Self {
        Self {
            origins: endpoint.origins.clone(),
            requires_origin: endpoint.requires_origin,
            proxies: endpoint.proxies.clone(),
            has_warned: AtomicBool::new(false),
        }
    }

    /// Whose pages may ask.
    pub(crate) const fn policy(&self) -> &OriginPolicy {
        &self.origins
    }

    /// Says who sent a request, or gives the answer to one that may not come in.
    #[allow(clippy::result_large_err, reason = "there is one for each request")]
    pub(crate) fn caller(&self, parts: &Parts) -> Result<Caller, Response> {
        let caller = self.proxies.caller(parts);
        if caller.peer.is_none()
            && self.proxies.are_named()
            && !self.has_warned.swap(true, Ordering::Relaxed)
        {
            tracing::warn!(
                "proxies are trusted here, but nobody says where requests come from: serve with `stompframe::serve`, \
                 or `into_make_service_with_connect_info::<SocketAddr>()`"
            );
        }
        let headers = &parts.headers;
        let is_missing = self.requires_origin && !headers.contains_key("origin");
        if !is_missing && self.origins.allows(headers, &caller.target) {
            return Ok(caller);
        }
        tracing::warn!(
            origin = ?headers.get("origin"),
            target = ?caller.target.authority,
            address = ?caller.address,
            "a request from another origin was refused; `.allowed_origins([..])` allows it"
        );
        Err(refusal(
            StatusCode::FORBIDDEN,
            "origin-denied: this page may not connect here",
        ))
    }
}

/// Decides which requests get into an endpoint. Whatever opens a session goes through it, so that no
/// way in can forget a check.
pub(crate) struct Gate {
    messaging: Messaging,
    origin: OriginCheck,
    requires_csrf_token: bool,
    interceptors: Vec<Interceptor>,
}

impl Gate {
    pub(crate) fn new(endpoint: &Endpoint, messaging: &Messaging) -> Self {
        Self {
            messaging: messaging.clone(),
            origin: OriginCheck::new(endpoint),
            requires_csrf_token: endpoint.requires_csrf_token,
            interceptors: endpoint.interceptors.clone(),
        }
    }

    /// Takes a request that opens a session through all checks. Gives the answer to one that may not.
    pub(crate) async fn admit(&self, parts: Parts) -> Result<Admission, Response> {
        let caller = self.origin.caller(&parts)?;
        let admission = self
            .messaging
            .admit_from(caller.address)
            .map_err(unavailable)?;
        let mut handshake = Handshake::new(parts, caller.address);
        if !self.interceptors.is_empty() {
            let limit = self.messaging.limits().connect_timeout;
            handshake = match timeout(limit, self.intercept(handshake)).await {
                Ok(intercepted) => intercepted?,
                Err(_) => {
                    tracing::warn!("the interceptors of a handshake took too long");
                    return Err(unavailable(ErrorCode::ConnectTimeout));
                }
            };
        }
        let admission = admission
            .for_principal(handshake.principal)
            .with_attributes(&handshake.attributes);
        Ok(match self.requires_csrf_token {
            true => admission.requires_csrf_token(),
            false => admission,
        })
    }

    async fn intercept(&self, mut handshake: Handshake) -> Result<Handshake, Response> {
        for interceptor in &self.interceptors {
            handshake = match interceptor(handshake).await {
                Ok(handshake) => handshake,
                refused => {
                    let response = refused.map(|_| ()).into_response();
                    tracing::info!(status = %response.status(), "an interceptor refused a handshake");
                    return Err(response);
                }
            };
        }
        Ok(handshake)
    }
}

fn unavailable(code: ErrorCode) -> Response {
    tracing::warn!(%code, "a handshake was refused");
    let text = format!("{code}: {}", code.message());
    (StatusCode::SERVICE_UNAVAILABLE, text).into_response()
}

fn refusal(status: StatusCode, text: &'static str) -> Response {
    (status, text).into_response()
}
