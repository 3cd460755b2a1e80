//! STOMP frames as they were received: only as much parsing as comparing needs.

/// A frame. Headers are as on the wire, still escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    /// The command.
    pub(crate) command: String,
    /// Names and values in wire order.
    pub(crate) headers: Vec<(String, String)>,
    /// The body.
    pub(crate) body: Vec<u8>,
}

impl Frame {
    /// The first value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Writes the frame as it was read.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = format!("{}\n", self.command).into_bytes();
        for (name, value) in &self.headers {
            bytes.extend_from_slice(format!("{name}:{value}\n").as_bytes());
        }
        bytes.push(b'\n');
        bytes.extend_from_slice(&self.body);
        bytes.push(0);
        bytes
    }

    /// Reads a message that is exactly one frame, in the only form a server writes: LF, NUL at the end.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.strip_suffix(&[0])?;
        let end = bytes.windows(2).position(|pair| pair == b"\n\n")?;
        let head = std::str::from_utf8(&bytes[..end]).ok()?;
        let mut lines = head.split('\n');
        let command = lines.next()?.to_owned();
        let headers = lines
            .map(|line| {
                line.split_once(':')
                    .map(|(n, v)| (n.to_owned(), v.to_owned()))
            })
            .collect::<Option<_>>()?;
        Some(Self {
            command,
            headers,
            body: bytes[end + 2..].to_vec(),
        })
    }
}

#[test]
fn a_frame_is_read_and_written_back() {
    let bytes = b"MESSAGE\na:b:c\na:\n\nbody\n\n\0";
    let frame = Frame::parse(bytes).unwrap();
    assert_eq!(frame.header("a"), Some("b:c"));
    assert_eq!(frame.to_bytes(), bytes);
}
