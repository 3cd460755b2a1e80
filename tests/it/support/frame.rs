use std::fmt;

/// A frame as a client reads it; written without the framework's codec, which is under test.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) command: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Frame {
    /// Reads exactly one frame.
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let end_of_head = bytes
            .windows(2)
            .position(|two| two == b"\n\n")
            .expect("a head ends with an empty line");
        let head = std::str::from_utf8(&bytes[..end_of_head]).expect("a head is UTF-8");
        let (body, nul) = bytes[end_of_head + 2..].split_at(bytes.len() - end_of_head - 3);
        assert_eq!(nul, b"\0", "a frame ends with NUL");
        let mut lines = head.split('\n');
        let command = lines.next().unwrap().to_owned();
        let headers = lines.map(|line| {
            let (name, value) = line.split_once(':').expect("a header has a colon");
            (unescape(name), unescape(value))
        });
        Self {
            command,
            headers: headers.collect(),
            body: body.to_vec(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(header, _)| header == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

fn unescape(text: &str) -> String {
    let mut plain = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        plain.push(match letter {
            '\\' => match letters.next() {
                Some('n') => '\n',
                Some('r') => '\r',
                Some('c') => ':',
                Some('\\') => '\\',
                other => panic!("undefined escape {other:?}"),
            },
            other => other,
        });
    }
    plain
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.command)?;
        for (name, value) in &self.headers {
            writeln!(f, "{name}:{value}")?;
        }
        write!(f, "\n{}", String::from_utf8_lossy(&self.body))
    }
}
