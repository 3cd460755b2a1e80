use super::url::Url;

/// The kinds of frames of RFC 6455 that are told apart here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opcode {
    Text,
    /// Binary, or the rest of a message; its payload is read like that of a text.
    Other,
    Close,
    Ping,
    Pong,
}

/// A frame in what was received.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Piece<'a> {
    pub(crate) opcode: Opcode,
    pub(crate) payload: &'a [u8],
    /// How many bytes it takes.
    pub(crate) used: usize,
}

/// The request for a WebSocket. The key is always the same, as nothing is cached between here and the server.
pub(super) fn request(url: &Url, path: &str, more: &str) -> Vec<u8> {
    format!(
        "GET {path} HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: bG9hZC1nZW5lcmF0b3ItMQ==\r\nSec-WebSocket-Version: 13\r\n{more}\r\n",
        url.authority
    )
    .into_bytes()
}

/// Where the answer to the request ends, once it is there.
pub(crate) fn upgraded(data: &[u8]) -> Result<Option<usize>, String> {
    let Some(end) = memchr::memmem::find(data, b"\r\n\r\n") else {
        return Ok(None);
    };
    if data.starts_with(b"HTTP/1.1 101 ") {
        Ok(Some(end + 4))
    } else {
        let answer = String::from_utf8_lossy(&data[..end]);
        Err(format!("the server does not take the WebSocket: {answer}"))
    }
}

/// A client's frame. Its mask is zero, which is a mask like any other, and saves the work of the generator.
pub(crate) fn encode(opcode: Opcode, payload: &[u8]) -> Vec<u8> {
    let first = match opcode {
        Opcode::Text => 0x81,
        Opcode::Other => 0x82,
        Opcode::Close => 0x88,
        Opcode::Ping => 0x89,
        Opcode::Pong => 0x8a,
    };
    let mut frame = vec![first];
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(length @ ..126), _) => frame.push(0x80 | length),
        (_, Ok(length)) => {
            frame.push(0x80 | 126);
            frame.extend(length.to_be_bytes());
        }
        _ => {
            frame.push(0x80 | 127);
            frame.extend((payload.len() as u64).to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(payload);
    frame
}

/// The first frame of a server, if it is whole.
pub(crate) fn find(data: &[u8]) -> Option<Piece<'_>> {
    let (&[first, second], rest) = data.split_first_chunk::<2>()?;
    let (length, head) = match second & 0x7f {
        126 => {
            let length = rest.first_chunk::<2>()?;
            (usize::from(u16::from_be_bytes(*length)), 4)
        }
        127 => {
            let length = u64::from_be_bytes(*rest.first_chunk::<8>()?);
            (usize::try_from(length).ok()?, 10)
        }
        length => (usize::from(length), 2),
    };
    let used = head + length;
    Some(Piece {
        opcode: match first & 0xf {
            1 => Opcode::Text,
            8 => Opcode::Close,
            9 => Opcode::Ping,
            10 => Opcode::Pong,
            _ => Opcode::Other,
        },
        payload: data.get(head..used)?,
        used,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_every_length_are_found_when_they_are_whole() {
        for length in [0, 1, 125, 126, 65_535, 65_536] {
            let payload = vec![b'x'; length];
            let mut frame = encode(Opcode::Text, &payload);
            // As a server writes it: without a mask.
            let mask = frame.len() - length - 4;
            frame.drain(mask..mask + 4);
            frame[1] &= 0x7f;
            assert_eq!(find(&frame[..frame.len() - 1]), None);
            let piece = find(&frame).unwrap();
            assert_eq!((piece.opcode, piece.used), (Opcode::Text, frame.len()));
            assert_eq!(piece.payload, payload);
        }
    }

    #[test]
    fn a_refused_upgrade_is_told() {
        assert_eq!(upgraded(b"HTTP/1.1 101 Switching"), Ok(None));
        assert_eq!(upgraded(b"HTTP/1.1 101 X\r\n\r\nmore"), Ok(Some(18)));
        let error = upgraded(b"HTTP/1.1 503 Busy\r\n\r\noverloaded").unwrap_err();
        assert!(error.contains("503 Busy"), "{error}");
    }
}
