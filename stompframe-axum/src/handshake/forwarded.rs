//! The header `Forwarded` (RFC 7239).

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderValue;

use crate::origin::Scheme;

/// What a proxy says of the request as it came to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Hop {
    pub(super) address: Option<IpAddr>,
    pub(super) host: Option<String>,
    pub(super) scheme: Option<Scheme>,
}

/// Reads what proxies have added, the nearest last. What cannot be read has no address, so nobody
/// looks behind it.
pub(super) fn read<'h>(values: impl IntoIterator<Item = &'h HeaderValue>) -> Vec<Hop> {
    let values = values
        .into_iter()
        .map(|value| value.to_str().unwrap_or_default());
    values
        .flat_map(|value| split(value, ','))
        .map(hop)
        .collect()
}

fn hop(element: &str) -> Hop {
    let mut hop = Hop::default();
    for pair in split(element, ';') {
        let Some((name, value)) = pair.split_once('=') else {
            continue;
        };
        let value = unquoted(value.trim());
        match name.trim().to_ascii_lowercase().as_str() {
            "for" => hop.address = address(&value),
            "host" => hop.host = Some(value),
            "proto" => hop.scheme = Scheme::parse(&value.to_ascii_lowercase()),
            _ => {}
        }
    }
    hop
}

/// Reads an address, with or without a port, an IPv6 one also in brackets. `unknown` and what a proxy
/// hides behind a name of its own are none.
pub(super) fn address(text: &str) -> Option<IpAddr> {
    let bare = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    let address = bare.unwrap_or(text).parse::<IpAddr>().ok();
    let address = address.or_else(|| text.parse::<SocketAddr>().ok().map(|it| it.ip()));
    address.map(|address| address.to_canonical())
}

/// Splits where a separator stands outside of quotes.
fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    let is_end = move |letter: char| {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            _ => {}
        }
        !is_quoted && letter == separator
    };
    text.split(is_end).map(str::trim)
}

fn unquoted(value: &str) -> String {
    let quoted = value
        .strip_prefix('"')
        .and_then(|value| value.strip_suffix('"'));
    let Some(quoted) = quoted else {
        return value.to_owned();
    };
    let mut plain = String::new();
    let mut letters = quoted.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => plain.extend(letters.next()),
            letter => plain.push(letter),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(address: &str) -> Hop {
        Hop {
            address: address.parse().ok(),
            ..Hop::default()
        }
    }

    #[test]
    fn it_is_read_as_the_rfc_writes_it() {
        for (value, hops) in [
            ("for=192.0.2.60", vec![one("192.0.2.60")]),
            (
                "For=\"[2001:db8:cafe::17]:4711\"",
                vec![one("2001:db8:cafe::17")],
            ),
            (
                "for=192.0.2.43, for=198.51.100.17",
                vec![one("192.0.2.43"), one("198.51.100.17")],
            ),
            ("for=192.0.2.1:8080;by=203.0.113.43", vec![one("192.0.2.1")]),
            (
                "for=unknown, for=_hidden, nonsense",
                vec![one(""), one(""), one("")],
            ),
            ("for=\"a,b;c\\\",d\"", vec![one("")]),
            (
                "for=192.0.2.60;proto=HTTPS ; host=\"chat.example:8443\"",
                vec![Hop {
                    host: Some("chat.example:8443".to_owned()),
                    scheme: Some(Scheme::Https),
                    ..one("192.0.2.60")
                }],
            ),
        ] {
            assert_eq!(read([&HeaderValue::from_static(value)]), hops, "{value}");
        }
    }

    #[test]
    fn several_headers_are_one_list() {
        let values = ["for=192.0.2.1", "for=192.0.2.2"].map(HeaderValue::from_static);
        assert_eq!(read(&values), [one("192.0.2.1"), one("192.0.2.2")]);
    }
}
