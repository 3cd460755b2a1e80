//! Finding the end of a head while its bytes arrive.
//!
//! The scan looks at each octet once, however small the chunks are, and enforces the limits as it
//! goes. What the lines *mean* is left to the parser, which runs once, over the complete head. Only
//! the command is read here, because a peer that does not speak STOMP at all should be told so at
//! its first line.

use memchr::memchr2;

use super::{Command, DecodeErrorKind, FrameLimits, GrammarRule};

/// Which commands are welcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Accepts {
    ClientCommands,
    ServerCommands,
}

impl Accepts {
    pub(super) fn accepts(self, command: Command) -> bool {
        command.is_client() == (self == Self::ClientCommands)
    }
}

/// How far the scan of an unfinished head has come. All positions count from the first octet of the
/// command.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct HeadScan {
    command: Option<Command>,
    /// Number of complete header lines.
    headers: usize,
    /// Start of the first incomplete line.
    line_start: usize,
    /// Everything before this position was searched for the end of the line.
    searched: usize,
}

/// A head that has arrived completely.
#[derive(Clone, Copy, Debug)]
pub(super) struct HeadEnd {
    pub(super) command: Command,
    /// Length of the head, its empty line included.
    pub(super) len: usize,
}

impl HeadScan {
    pub(super) fn command(&self) -> Option<Command> {
        self.command
    }

    /// Tells the command of a head that was read without a scan.
    pub(super) fn set_command(&mut self, command: Command) {
        self.command = Some(command);
    }

    /// Whether a first octet of a frame was seen.
    pub(super) fn is_started(&self) -> bool {
        self.searched > 0
    }

    /// Goes on with `bytes`, which start with all that was given before. `None` means that more are
    /// needed.
    pub(super) fn advance(
        &mut self,
        bytes: &[u8],
        accepts: Accepts,
        limits: &FrameLimits,
    ) -> Result<Option<HeadEnd>, DecodeErrorKind> {
        while let Some(line) = self.next_line(bytes, limits)? {
            match self.command {
                None => self.command = Some(self.read_command(line, accepts)?),
                Some(command) if line.is_empty() => {
                    return Ok(Some(HeadEnd {
                        command,
                        len: self.line_start,
                    }));
                }
                Some(_) => {
                    self.headers += 1;
                    if self.headers > limits.max_headers {
                        return Err(DecodeErrorKind::TooManyHeaders {
                            limit: limits.max_headers,
                        });
                    }
                }
            }
        }
        Ok(None)
    }

    fn read_command(&mut self, line: &[u8], accepts: Accepts) -> Result<Command, DecodeErrorKind> {
        let command = Command::from_bytes(line).ok_or(DecodeErrorKind::UnknownCommand)?;
        if accepts.accepts(command) {
            return Ok(command);
        }
        // The error should still be able to name it.
        self.command = Some(command);
        Err(DecodeErrorKind::UnexpectedCommand(command))
    }

    /// Returns the next complete line without its end of line.
    ///
    /// The search never goes beyond the octet at which the line or the head would be too long. An
    /// error therefore depends on the bytes alone, and not on how they were cut into chunks.
    fn next_line<'a>(
        &mut self,
        bytes: &'a [u8],
        limits: &FrameLimits,
    ) -> Result<Option<&'a [u8]>, DecodeErrorKind> {
        let rest = &bytes[self.line_start..];
        let head_limit = limits.max_head.min(limits.max_frame);
        let line_limit = match self.command {
            None => FrameLimits::MAX_COMMAND,
            Some(_) => limits.max_header_line,
        };

        // A line of exactly the limit may still be followed by CR and LF, all others by LF.
        let has_cr = rest.get(line_limit) == Some(&b'\r');
        let line_room = line_limit.saturating_add(if has_cr { 2 } else { 1 });
        let head_room = head_limit.saturating_sub(self.line_start);
        let room = line_room.min(head_room);

        let window = &rest[..rest.len().min(room)];
        let searched = (self.searched - self.line_start).min(window.len());
        match memchr2(b'\n', 0, &window[searched..]) {
            Some(at) if window[searched + at] == 0 => Err(DecodeErrorKind::MalformedFrame {
                rule: GrammarRule::NulInHead,
            }),
            Some(at) => {
                let line = &window[..searched + at];
                self.line_start += line.len() + 1;
                self.searched = self.line_start;
                Ok(Some(line.strip_suffix(b"\r").unwrap_or(line)))
            }
            None if rest.len() < room => {
                self.searched = bytes.len();
                Ok(None)
            }
            None if head_room <= line_room => Err(head_too_large(limits)),
            None => Err(self.line_too_long(limits)),
        }
    }

    fn line_too_long(&self, limits: &FrameLimits) -> DecodeErrorKind {
        match self.command {
            None => DecodeErrorKind::CommandTooLong {
                limit: FrameLimits::MAX_COMMAND,
            },
            Some(_) => DecodeErrorKind::HeaderTooLong {
                limit: limits.max_header_line,
            },
        }
    }
}

const fn head_too_large(limits: &FrameLimits) -> DecodeErrorKind {
    if limits.max_head <= limits.max_frame {
        DecodeErrorKind::HeadTooLarge {
            limit: limits.max_head,
        }
    } else {
        DecodeErrorKind::FrameTooLarge {
            limit: limits.max_frame,
        }
    }
}
