use std::net::IpAddr;

use axum::http::Extensions;
use bytestring::ByteString;
use stompframe_core::session::Principal;

use crate::handshake::Caller;

/// Whose session it is: of a user, or else of who asks from this address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sockjs) enum Owner {
    User(ByteString),
    Anonymous(Option<IpAddr>),
}

impl Owner {
    /// Who makes a request: whom a middleware found out, or from where it comes, as far as that is
    /// known.
    pub(in crate::sockjs) fn of(request: &Extensions, caller: &Caller) -> Self {
        match request.get::<Principal>() {
            Some(principal) => Self::User(principal.name().into()),
            None => Self::Anonymous(caller.address),
        }
    }
}
