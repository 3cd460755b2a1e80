//! What a failing test shows of frames.

use std::fmt;

use crate::stomp::{Command, Frame, Headers};

/// How much of a body is shown, in bytes.
const MAX_BODY: usize = 2_000;

/// How many frames are shown.
const MAX_FRAMES: usize = 5;

/// A frame as it stands on the wire, made readable and indented.
pub(super) struct Shown<'a> {
    pub(super) command: Command,
    pub(super) headers: &'a Headers,
    pub(super) body: &'a [u8],
}

impl<'a> Shown<'a> {
    pub(super) fn frame(frame: &'a Frame) -> Self {
        Self {
            command: frame.command,
            headers: &frame.headers,
            body: &frame.body,
        }
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "    {}", self.command)?;
        for (name, value) in self.headers {
            write!(f, "\n    {}:{}", name.escape_debug(), value.escape_debug())?;
        }
        if self.body.is_empty() {
            return Ok(());
        }
        f.write_str("\n")?;
        let Ok(text) = std::str::from_utf8(self.body) else {
            return write!(f, "\n    ({} bytes that are no text)", self.body.len());
        };
        let is_within = |(at, letter): &(usize, char)| at + letter.len_utf8() <= MAX_BODY;
        let shown: String = text
            .char_indices()
            .take_while(is_within)
            .map(|(_, l)| l)
            .collect();
        for line in shown.lines() {
            write!(f, "\n    {line}")?;
        }
        if shown.len() < text.len() {
            write!(f, "\n    ... ({} bytes in all)", text.len())?;
        }
        Ok(())
    }
}

/// Several frames, one below the other.
pub(super) struct ShownFrames<'a>(pub(super) Vec<&'a Frame>);

impl fmt::Display for ShownFrames<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, frame) in self.0.iter().take(MAX_FRAMES).enumerate() {
            let gap = if index == 0 { "" } else { "\n\n" };
            write!(f, "{gap}{}", Shown::frame(frame))?;
        }
        match self.0.len().checked_sub(MAX_FRAMES) {
            None | Some(0) => Ok(()),
            Some(more) => write!(f, "\n\n    ... and {more} more"),
        }
    }
}
