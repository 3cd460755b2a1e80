use memchr::memchr;

/// Who the client says it is. RabbitMQ wants to know, others ignore it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Credentials {
    pub(crate) login: String,
    pub(crate) passcode: String,
}

/// What stands at the beginning of the received bytes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found<'a> {
    /// Nothing whole yet.
    Nothing,
    /// A heart-beat, or an end of line between frames.
    EndOfLine,
    /// A frame, and how many bytes it takes.
    Frame(Frame<'a>, usize),
}

/// A frame of a server.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Frame<'a> {
    Connected,
    Message {
        subscription: &'a [u8],
        body: &'a [u8],
    },
    /// With all of the frame, for people.
    Error(&'a [u8]),
    Other,
}

pub(super) fn connect(credentials: &Credentials) -> Vec<u8> {
    let Credentials { login, passcode } = credentials;
    let who = if login.is_empty() {
        String::new()
    } else {
        format!("login:{login}\npasscode:{passcode}\n")
    };
    format!("CONNECT\naccept-version:1.2\nhost:/\nheart-beat:0,0\n{who}\n\0").into_bytes()
}

pub(super) fn subscribe(id: &str, destination: &str) -> Vec<u8> {
    format!("SUBSCRIBE\nid:{id}\ndestination:{destination}\nack:auto\n\n\0").into_bytes()
}

/// Nobody asks which message a RECEIPT is for, so that all may have the same.
pub(super) fn send(destination: &str, body: &[u8], has_receipt: bool) -> Vec<u8> {
    let receipt = if has_receipt { "receipt:r\n" } else { "" };
    let head = format!(
        "SEND\ndestination:{destination}\n{receipt}content-type:text/plain\ncontent-length:{}\n\n",
        body.len()
    );
    [head.as_bytes(), body, b"\0"].concat()
}

/// Looks at the first frame. The end of the body is looked for instead of counted, because the generator knows that
/// its bodies have no NUL.
pub(crate) fn find(data: &[u8]) -> Found<'_> {
    if let [b'\n', ..] | [b'\r', b'\n', ..] = data {
        return Found::EndOfLine;
    }
    let mut subscription: &[u8] = &[];
    let mut at = 0;
    // Line by line, because there is one header that must be looked at.
    let body = loop {
        let Some(length) = memchr(b'\n', &data[at..]) else {
            return Found::Nothing;
        };
        let line = &data[at..at + length];
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        at += length + 1;
        if line.is_empty() {
            break at;
        }
        if let Some(id) = line.strip_prefix(b"subscription:") {
            subscription = id;
        }
    };
    let Some(length) = memchr(0, &data[body..]) else {
        return Found::Nothing;
    };
    let end = body + length;
    let frame = if data.starts_with(b"MESSAGE") {
        Frame::Message {
            subscription,
            body: &data[body..end],
        }
    } else if data.starts_with(b"CONNECTED") {
        Frame::Connected
    } else if data.starts_with(b"ERROR") {
        Frame::Error(&data[..end])
    } else {
        Frame::Other
    };
    Found::Frame(frame, end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_found_when_it_is_whole() {
        let frame = b"MESSAGE\nsubscription:7\ndestination:/topic/a\n\nbody\0";
        for length in 0..frame.len() {
            assert_eq!(find(&frame[..length]), Found::Nothing);
        }
        let message = Frame::Message {
            subscription: b"7",
            body: b"body",
        };
        assert_eq!(find(frame), Found::Frame(message, frame.len()));
    }

    #[test]
    fn other_frames_are_told_apart() {
        assert_eq!(find(b"\nMESSAGE"), Found::EndOfLine);
        assert_eq!(
            find(b"CONNECTED\r\nversion:1.2\r\n\r\n\0"),
            Found::Frame(Frame::Connected, 27)
        );
        assert_eq!(
            find(b"RECEIPT\nreceipt-id:1\n\n\0"),
            Found::Frame(Frame::Other, 23)
        );
        let Found::Frame(Frame::Error(text), _) = find(b"ERROR\nmessage:no\n\nwhy\0") else {
            panic!("an ERROR is one");
        };
        assert_eq!(text, b"ERROR\nmessage:no\n\nwhy");
    }
}
