use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::header::{HOST, HeaderName};
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, header};
use ipnet::IpNet;

use super::forwarded::{self, Hop};
use crate::origin::{Scheme, Target};

/// Which proxies are believed when they say who connects; see
/// [`Endpoint::trusted_proxies`](crate::Endpoint::trusted_proxies).
///
/// ```
/// use stompframe_axum::{Endpoint, TrustedProxies};
///
/// let proxies = TrustedProxies::new(["10.0.0.0/8", "fd00::/8"]).write_forwarded();
/// let endpoint = Endpoint::new("/ws").trusted_proxies(proxies);
/// # let _ = endpoint;
/// ```
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies {
    networks: Vec<IpNet>,
    not_networks: Vec<String>,
    write_forwarded: bool,
}

/// Who sent a request, and to what.
#[derive(Debug)]
pub(crate) struct Caller {
    /// At the other end of the socket.
    pub(crate) peer: Option<IpAddr>,
    /// The client itself: the peer, or who is behind the proxies.
    pub(crate) address: Option<IpAddr>,
    pub(crate) target: Target,
}

impl TrustedProxies {
    /// Proxies at these addresses, or in these networks, which write `X-Forwarded-For`, and perhaps
    /// `X-Forwarded-Host` and `X-Forwarded-Proto`.
    #[must_use]
    pub fn new<I: IntoIterator<Item: AsRef<str>>>(networks: I) -> Self {
        let mut proxies = Self::default();
        for text in networks {
            let text = text.as_ref();
            let address = text.parse::<IpAddr>().map(IpNet::from);
            match text.parse().or(address) {
                Ok(network) => proxies.networks.push(network),
                Err(_) => proxies.not_networks.push(text.to_owned()),
            }
        }
        proxies
    }

    /// They write `Forwarded` (RFC 7239). It is one or the other: what a proxy does not write, it
    /// passes on, and then it is the client that says it.
    #[must_use]
    pub const fn write_forwarded(mut self) -> Self {
        self.write_forwarded = true;
        self
    }

    pub(crate) fn problems(&self) -> impl Iterator<Item = String> {
        self.not_networks.iter().map(|text| {
            format!("\"{text}\" is no proxy's address: write it as \"10.0.0.1\" or \"10.0.0.0/8\"")
        })
    }

    pub(crate) const fn are_named(&self) -> bool {
        !self.networks.is_empty()
    }

    fn trust(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.networks
            .iter()
            .any(|network| network.contains(&address))
    }

    /// Who sent this request, as far as it can be believed.
    pub(crate) fn caller(&self, parts: &Parts) -> Caller {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map(|ConnectInfo(peer)| peer.ip().to_canonical());
        // HTTP/2 has no Host; there, the authority is part of the URI.
        let authority = text(&parts.headers, &HOST)
            .or_else(|| parts.uri.authority().map(Authority::as_str))
            .map(str::to_owned);
        let target = Target {
            authority,
            scheme: None,
        };
        let mut caller = Caller {
            peer,
            address: peer,
            target,
        };
        if peer.is_some_and(|peer| self.trust(peer)) {
            self.look_behind(&parts.headers, &mut caller);
        }
        caller
    }

    /// Goes back along the way of a request, from proxy to proxy, to the first that is none.
    fn look_behind(&self, headers: &HeaderMap, caller: &mut Caller) {
        let mut hops = match self.write_forwarded {
            true => forwarded::read(headers.get_all(header::FORWARDED)),
            false => x_forwarded(headers),
        };
        while let Some(hop) = hops.pop() {
            caller.target.scheme = hop.scheme.or(caller.target.scheme);
            if let Some(host) = hop.host {
                caller.target.authority = Some(host);
            }
            // Who is behind somebody unknown, nobody can say.
            let Some(address) = hop.address else {
                caller.address = None;
                return;
            };
            caller.address = Some(address);
            if !self.trust(address) {
                return;
            }
        }
    }
}

impl<I: IntoIterator<Item: AsRef<str>>> From<I> for TrustedProxies {
    fn from(networks: I) -> Self {
        Self::new(networks)
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// Three lists, to which each proxy adds at the end; where one has fewer entries, those of the outer
/// proxies are there, which saw what the client asked for.
fn x_forwarded(headers: &HeaderMap) -> Vec<Hop> {
    let list = |name: &str| -> Vec<&str> {
        let values = headers
            .get_all(name)
            .iter()
            .filter_map(|it| it.to_str().ok());
        values
            .flat_map(|value| value.split(',').map(str::trim))
            .collect()
    };
    let (hosts, schemes) = (list("x-forwarded-host"), list("x-forwarded-proto"));
    let addresses = list("x-forwarded-for");
    let count = addresses.len();
    let of_hop = |list: &[&str], index: usize| -> Option<String> {
        // Of several, that which stands as far from the end; if there are fewer, the first.
        let from_end = count - index;
        let place = list.len().saturating_sub(from_end);
        list.get(place).map(|&entry| entry.to_owned())
    };
    let hop = |(index, address): (usize, &&str)| Hop {
        address: forwarded::address(address),
        host: of_hop(&hosts, index),
        scheme: of_hop(&schemes, index).and_then(|scheme| Scheme::parse(&scheme)),
    };
    addresses.iter().enumerate().map(hop).collect()
}
