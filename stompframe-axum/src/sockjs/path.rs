//! What the part of an address behind the endpoint asks for.

/// How long the id of a session may be. Clients make them of 8 or 32 characters.
const MAX_ID: usize = 128;

/// What a request is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target<'a> {
    Greeting,
    Info,
    Iframe,
    RawWebSocket,
    Session(&'a str, Action),
}

/// What is done with a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    WebSocket,
    Xhr,
    XhrStreaming,
    XhrSend,
    EventSource,
    HtmlFile,
    JsonP,
    JsonPSend,
}

impl<'a> Target<'a> {
    /// Reads a path whose first `depth` segments are those of the endpoint.
    ///
    /// Nothing is decoded, so there is one spelling of everything; what a proxy could take for another
    /// path is refused (path parameters, dots and slashes in escapes).
    pub(super) fn of(path: &'a str, depth: usize) -> Option<Self> {
        let rest = match path.match_indices('/').nth(depth) {
            Some((at, _)) => &path[at..],
            None => "",
        };
        let lower = rest.to_ascii_lowercase();
        if ["%2e", "%2f", "%5c", "%3b", ";", "\\"]
            .iter()
            .any(|odd| lower.contains(odd))
        {
            return None;
        }
        match rest {
            "" | "/" => return Some(Self::Greeting),
            "/info" => return Some(Self::Info),
            "/websocket" => return Some(Self::RawWebSocket),
            _ => {}
        }
        if is_iframe(rest) {
            return Some(Self::Iframe);
        }
        let mut segments = rest.strip_prefix('/')?.split('/');
        let (server, session, action) = (segments.next()?, segments.next()?, segments.next()?);
        let is_name = |name: &str| !name.is_empty() && !name.contains('.');
        let is_session = is_name(server)
            && is_name(session)
            && session.len() <= MAX_ID
            && segments.next().is_none();
        is_session
            .then(|| Action::named(action))
            .flatten()
            .map(|action| Self::Session(session, action))
    }
}

impl Action {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "websocket" => Self::WebSocket,
            "xhr" => Self::Xhr,
            "xhr_streaming" => Self::XhrStreaming,
            "xhr_send" => Self::XhrSend,
            "eventsource" => Self::EventSource,
            "htmlfile" => Self::HtmlFile,
            "jsonp" => Self::JsonP,
            "jsonp_send" => Self::JsonPSend,
            _ => return None,
        })
    }
}

/// `/iframe.html` with any version in it.
fn is_iframe(rest: &str) -> bool {
    rest.strip_prefix("/iframe")
        .and_then(|rest| rest.strip_suffix(".html"))
        .is_some_and(|version| {
            version
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'.' | b'_' | b'-'))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k_02_k_06_k_14_k_49_what_is_an_address_and_what_is_not() {
        let session = |id| Some(Target::Session(id, Action::Xhr));
        for (path, target) in [
            ("/ws", Some(Target::Greeting)),
            ("/ws/", Some(Target::Greeting)),
            ("/ws/info", Some(Target::Info)),
            ("/ws/websocket", Some(Target::RawWebSocket)),
            ("/ws/iframe.html", Some(Target::Iframe)),
            ("/ws/iframe-.html", Some(Target::Iframe)),
            ("/ws/iframe-0.1.2abc-dirty.2144.html", Some(Target::Iframe)),
            ("/ws/a/b/xhr", session("b")),
            ("/ws/_/_%20-/xhr", session("_%20-")),
            ("/ws/iframe.htm", None),
            ("/ws/IFRAME.html", None),
            ("/ws/iframe-/.html", None),
            ("/ws/a", None),
            ("/ws/a/", None),
            ("/ws//", None),
            ("/ws///", None),
            ("/ws/a/a", None),
            ("/ws/a/a/", None),
            ("/ws/a./a/xhr", None),
            ("/ws/a/a./xhr", None),
            ("/ws//a/xhr", None),
            ("/ws/a//xhr", None),
            ("/ws/a/b/xhr/", None),
            ("/ws/a/b/XHR", None),
            ("/ws/a/b/xdr", None),
            ("/ws/info;.bat", None),
            ("/ws/a/b;c/xhr", None),
            ("/ws/a/b%2Fc/xhr", None),
            ("/ws/a/%2e/xhr", None),
            ("/ws/a/b%5Cc/xhr", None),
        ] {
            assert_eq!(Target::of(path, 1), target, "{path}");
        }
        let long = format!("/ws/0/{}/xhr", "x".repeat(MAX_ID + 1));
        assert_eq!(Target::of(&long, 1), None);
        assert_eq!(Target::of("/a/b/ws/info", 3), Some(Target::Info));
        assert_eq!(Target::of("/info", 0), Some(Target::Info));
    }
}
