use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::Extensions;
use bytestring::ByteString;
use stompframe_core::session::Principal;

/// Whose session it is: of a user, or else of who asks from this address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sockjs) enum Owner {
    User(ByteString),
    Anonymous(Option<IpAddr>),
}

impl Owner {
    /// Who makes a request: whom a middleware found out, or from where it comes, where the server was
    /// told to say so.
    pub(in crate::sockjs) fn of(request: &Extensions) -> Self {
        if let Some(principal) = request.get::<Principal>() {
            return Self::User(principal.name().into());
        }
        let peer = request.get::<ConnectInfo<SocketAddr>>();
        Self::Anonymous(peer.map(|ConnectInfo(peer)| peer.ip()))
    }
}
