//! Which pages may connect (RFC 6455, section 10.2; RFC 6454).

use std::fmt;

use axum::http::uri::Authority;
use axum::http::{HeaderMap, header};

/// Whose pages an endpoint takes.
#[derive(Clone, Debug)]
pub(crate) enum OriginPolicy {
    /// Those that came from where the endpoint is.
    Same,
    /// Those of these origins.
    List(Vec<OriginPattern>),
    /// All.
    Any,
}

/// Where a request went to, as the client knows it: what the origin of the same page looks like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Target {
    /// Host, and port if it was written.
    pub(crate) authority: Option<String>,
    /// Known only where a trusted proxy says it.
    pub(crate) scheme: Option<Scheme>,
}

/// An origin, in one canonical form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    scheme: Scheme,
    host: String,
    port: u16,
}

/// Which origins an endpoint takes: one, or all below a host, or at several ports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OriginPattern {
    scheme: Scheme,
    host: String,
    /// Takes what has at least one label in front of the host, and not the host itself.
    is_below: bool,
    /// None takes all.
    ports: Option<Vec<u16>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    Http,
    Https,
}

impl Scheme {
    /// Reads the name of a scheme.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "http" => Some(Self::Http),
            "https" => Some(Self::Https),
            _ => None,
        }
    }

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
        let scheme = Scheme::parse(scheme)?;
        let (host, port) = host_and_port(authority, scheme.default_port())?;
        Some(Self { scheme, host, port })
    }

    /// Whether this is the origin of the server to which a request went.
    ///
    /// The scheme is compared where it is known: behind a proxy that ends TLS, the server does not see
    /// its own. A port that is not written is the default of the origin's scheme on both sides.
    fn is_of(&self, target: &Target) -> bool {
        let authority = target.authority.as_deref();
        let host_and_port =
            authority.and_then(|authority| host_and_port(authority, self.scheme.default_port()));
        host_and_port.is_some_and(|(host, port)| host == self.host && port == self.port)
            && target.scheme.is_none_or(|scheme| scheme == self.scheme)
    }
}

impl OriginPattern {
    /// Reads an origin whose host may begin with `*.`, and whose port may be a list as `[8080,8081]`,
    /// or `[*]` for all. A star stands nowhere else, so that nobody writes `https://*good.example` and
    /// takes `evilgood.example`, too.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        // None is all of them, Some(None) that which the origin is written with.
        let (text, ports) = match text
            .strip_suffix(']')
            .and_then(|text| text.rsplit_once(":["))
        {
            Some((text, "*")) => (text, None),
            Some((text, list)) => {
                let ports = list.split(',').map(|port| port.trim().parse().ok());
                (text, Some(Some(ports.collect::<Option<Vec<_>>>()?)))
            }
            None => (text, Some(None)),
        };
        let (scheme, authority) = text.split_once("://")?;
        let (authority, is_below) = match authority.strip_prefix("*.") {
            Some(below) => (below, true),
            None => (authority, false),
        };
        if authority.contains('*') {
            return None;
        }
        let origin = Origin::parse(&format!("{scheme}://{authority}"))?;
        let authority: Authority = authority.parse().ok()?;
        if authority.port().is_some() && !matches!(ports, Some(None)) {
            return None;
        }
        Some(Self {
            scheme: origin.scheme,
            host: origin.host,
            is_below,
            ports: ports.map(|list| list.unwrap_or_else(|| vec![origin.port])),
        })
    }

    /// The same as sources of a content security policy.
    pub(crate) fn sources(&self) -> Vec<String> {
        let scheme = match self.scheme {
            Scheme::Http => "http",
            Scheme::Https => "https",
        };
        let below = if self.is_below { "*." } else { "" };
        let host = &self.host;
        let source = |port: &dyn fmt::Display| format!("{scheme}://{below}{host}:{port}");
        match &self.ports {
            None => vec![source(&'*')],
            Some(ports) => ports.iter().map(|port| source(port)).collect(),
        }
    }

    fn takes(&self, origin: &Origin) -> bool {
        let is_host = if self.is_below {
            let below = origin.host.strip_suffix(self.host.as_str());
            below.is_some_and(|labels| labels.len() > 1 && labels.ends_with('.'))
        } else {
            origin.host == self.host
        };
        let is_port = |ports: &Vec<u16>| ports.contains(&origin.port);
        is_host && origin.scheme == self.scheme && self.ports.as_ref().is_none_or(is_port)
    }
}

impl From<Origin> for OriginPattern {
    fn from(Origin { scheme, host, port }: Origin) -> Self {
        Self {
            scheme,
            host,
            is_below: false,
            ports: Some(vec![port]),
        }
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
    /// Without an `Origin` it is no browser that asks, and a forged one is as easy as none; unless it
    /// is a browser's request of another kind, which says so itself (Fetch Metadata). What cannot be
    /// read without doubt is refused: `null`, several, a list.
    pub(crate) fn allows(&self, headers: &HeaderMap, target: &Target) -> bool {
        let mut origins = headers.get_all(header::ORIGIN).iter();
        let origin = match (self, origins.next(), origins.next()) {
            (Self::Any, ..) => return true,
            (_, None, _) => {
                let site = headers.get("sec-fetch-site");
                return site.is_none_or(|site| site == "same-origin" || site == "none");
            }
            (_, Some(origin), None) => origin.to_str().ok().and_then(Origin::parse),
            (_, Some(_), Some(_)) => None,
        };
        let Some(origin) = origin else { return false };
        match self {
            Self::Any => true,
            Self::List(allowed) => allowed.iter().any(|one| one.takes(&origin)),
            Self::Same => origin.is_of(target),
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
        let target = Target {
            authority: Some(host.to_owned()),
            scheme: None,
        };
        policy.allows(&headers, &target)
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
            let list =
                OriginPolicy::List(vec![Origin::parse("https://good.example").unwrap().into()]);
            assert!(!allows(&list, "other.example", &[origin]), "{origin:?}");
        }
        assert!(!allows(
            &OriginPolicy::Same,
            "good.example",
            &["http://good.example", "http://good.example"]
        ));
    }

    #[test]
    fn a_pattern_takes_what_is_below_a_host_and_ports_of_a_list() {
        let policy = |text: &str| OriginPolicy::List(vec![OriginPattern::parse(text).unwrap()]);
        for (pattern, taken, refused) in [
            (
                "https://*.good.example",
                vec!["https://chat.good.example", "https://a.b.Good.example:443"],
                vec![
                    "https://good.example",
                    "https://.good.example",
                    "https://evilgood.example",
                    "https://chat.good.example.evil.test",
                    "https://chat.good.example:444",
                    "http://chat.good.example",
                    "null",
                ],
            ),
            (
                "http://port.example:[8080, 8081]",
                vec!["http://port.example:8080", "http://port.example:8081"],
                vec![
                    "http://port.example",
                    "http://port.example:8082",
                    "http://a.port.example:8080",
                ],
            ),
            (
                "http://*.port.example:[*]",
                vec!["http://a.port.example", "http://a.port.example:1"],
                vec!["http://port.example:1", "https://a.port.example"],
            ),
            (
                "https://[::1]:[*]",
                vec!["https://[::1]:7"],
                vec!["https://[::2]:7"],
            ),
            (
                "https://[::1]",
                vec!["https://[::1]"],
                vec!["https://[::1]:7"],
            ),
            (
                "https://one.example:8443",
                vec!["https://one.example:8443"],
                vec!["https://one.example"],
            ),
        ] {
            for origin in taken {
                assert!(
                    allows(&policy(pattern), "x", &[origin]),
                    "{pattern} {origin}"
                );
            }
            for origin in refused {
                assert!(
                    !allows(&policy(pattern), "x", &[origin]),
                    "{pattern} {origin}"
                );
            }
        }
        for other in [
            "*",
            "https://*",
            "https://*good.example",
            "https://a.*.example",
            "https://*.*.example",
            "https://*.",
            "*://good.example",
            "https://good.example:*",
            "https://good.example:[]",
            "https://good.example:[80,x]",
            "https://good.example:80:[81]",
            "https://[::1]:80:[81]",
            "good.example",
        ] {
            assert_eq!(OriginPattern::parse(other), None, "{other}");
        }
    }

    #[test]
    fn a_list_compares_the_scheme_too() {
        let list = OriginPolicy::List(vec![Origin::parse("https://good.example").unwrap().into()]);
        assert!(allows(
            &list,
            "other.example",
            &["https://good.example:443"]
        ));
        assert!(!allows(&list, "good.example", &["http://good.example"]));
        assert!(allows(&OriginPolicy::Any, "good.example", &["null"]));
    }
}
