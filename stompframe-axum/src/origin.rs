//! Which pages may connect (RFC 6455, section 10.2; RFC 6454).

use axum::http::uri::Authority;
use axum::http::{HeaderMap, Uri, header};

/// Whose pages an endpoint takes.
#[derive(Clone, Debug)]
pub(crate) enum OriginPolicy {
    /// Those that came from where the endpoint is.
    Same,
    /// Those of these origins.
    List(Vec<Origin>),
    /// All.
    Any,
}

/// An origin, in one canonical form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    scheme: Scheme,
    host: String,
    port: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    Http,
    Https,
}

impl Scheme {
    const fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

impl Origin {
    /// Reads `scheme://host[:port]`, exactly: no path, no user, no list.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (scheme, authority) = text.split_once("://")?;
        let scheme = match scheme {
            "http" => Scheme::Http,
            "https" => Scheme::Https,
            _ => return None,
        };
        let (host, port) = host_and_port(authority, scheme.default_port())?;
        Some(Self { scheme, host, port })
    }

    /// Whether this is the origin of the server that `authority` names.
    ///
    /// The scheme is not compared: behind a proxy that ends TLS, the server does not see its own. A
    /// port that is not written is the default of the origin's scheme on both sides.
    fn is_of(&self, authority: &str) -> bool {
        host_and_port(authority, self.scheme.default_port())
            .is_some_and(|(host, port)| host == self.host && port == self.port)
    }
}

fn host_and_port(authority: &str, default_port: u16) -> Option<(String, u16)> {
    let parsed: Authority = authority.parse().ok()?;
    let host = parsed.host();
    if host.is_empty() || host.ends_with('.') || authority.contains('@') {
        return None;
    }
    let port = match authority.strip_prefix(host)? {
        "" => default_port,
        port => port.strip_prefix(':')?.parse().ok()?,
    };
    Some((host.to_ascii_lowercase(), port))
}

impl OriginPolicy {
    /// Whether a handshake may go on.
    ///
    /// Without an `Origin` it is no browser that asks, and a forged one is as easy as none. What
    /// cannot be read without doubt is refused: `null`, several, a list.
    pub(crate) fn allows(&self, headers: &HeaderMap, uri: &Uri) -> bool {
        let mut origins = headers.get_all(header::ORIGIN).iter();
        let origin = match (self, origins.next(), origins.next()) {
            (Self::Any, ..) | (_, None, _) => return true,
            (_, Some(origin), None) => origin.to_str().ok().and_then(Origin::parse),
            (_, Some(_), Some(_)) => None,
        };
        let Some(origin) = origin else { return false };
        match self {
            Self::Any => true,
            Self::List(allowed) => allowed.contains(&origin),
            Self::Same => {
                // HTTP/2 has no Host; there, the authority is part of the URI.
                let host = headers
                    .get(header::HOST)
                    .and_then(|host| host.to_str().ok());
                host.or_else(|| uri.authority().map(Authority::as_str))
                    .is_some_and(|host| origin.is_of(host))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn allows(policy: &OriginPolicy, host: &str, origins: &[&str]) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_str(host).unwrap());
        for origin in origins {
            headers.append(header::ORIGIN, HeaderValue::from_str(origin).unwrap());
        }
        policy.allows(&headers, &Uri::from_static("/ws"))
    }

    #[test]
    fn the_same_origin_is_the_same_host_and_port() {
        for (host, origin) in [
            ("good.example", "http://good.example"),
            ("good.example", "https://good.example"),
            ("good.example:443", "https://good.example"),
            ("good.example", "https://good.example:443"),
            ("Good.Example:8080", "http://good.example:8080"),
            ("[::1]:8080", "http://[::1]:8080"),
        ] {
            assert!(
                allows(&OriginPolicy::Same, host, &[origin]),
                "{host} {origin}"
            );
        }
        assert!(
            allows(&OriginPolicy::Same, "good.example", &[]),
            "no browser"
        );
    }

    #[test]
    fn near_misses_are_refused() {
        for origin in [
            "null",
            "",
            "http://good.example:81",
            "https://good.example:80",
            "http://evil.example",
            "https://good.example.evil.test",
            "https://evilgood.example",
            "https://good.example@evil.test",
            "https://evil.test@good.example",
            "https://good.example.",
            "https://good.example/",
            "https://good.example, https://good.example",
            "ws://good.example",
            "good.example",
            "HTTPS://good.example",
            "https://good.example:x",
            "https://good.example:",
        ] {
            assert!(
                !allows(&OriginPolicy::Same, "good.example", &[origin]),
                "{origin:?}"
            );
            let list = OriginPolicy::List(vec![Origin::parse("https://good.example").unwrap()]);
            assert!(!allows(&list, "other.example", &[origin]), "{origin:?}");
        }
        assert!(!allows(
            &OriginPolicy::Same,
            "good.example",
            &["http://good.example", "http://good.example"]
        ));
    }

    #[test]
    fn a_list_compares_the_scheme_too() {
        let list = OriginPolicy::List(vec![Origin::parse("https://good.example").unwrap()]);
        assert!(allows(
            &list,
            "other.example",
            &["https://good.example:443"]
        ));
        assert!(!allows(&list, "good.example", &["http://good.example"]));
        assert!(allows(&OriginPolicy::Any, "good.example", &["null"]));
    }
}
