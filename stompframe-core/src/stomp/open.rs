//! A frame whose head is complete and already taken from the buffer.

use bytes::Bytes;
use bytestring::ByteString;
use memchr::memchr;

use super::scan::HeadEnd;
use super::{Command, DecodeErrorKind, Frame, FrameLimits, GrammarRule, Headers, Version, head};

/// What is known of the frame, but for its body.
#[derive(Debug)]
pub(super) struct OpenFrame {
    command: Command,
    headers: Headers,
    head_len: usize,
    /// The value of `content-length`, already found to be within the limit.
    body_len: Option<usize>,
    /// Without a length: how much of the body was searched for the NUL.
    searched: usize,
}

impl OpenFrame {
    #[inline]
    pub(super) fn new(end: HeadEnd, headers: Headers, body_len: Option<usize>) -> Self {
        Self {
            command: end.command,
            headers,
            head_len: end.len,
            body_len,
            searched: 0,
        }
    }

    pub(super) fn command(&self) -> Command {
        self.command
    }

    pub(super) fn head_len(&self) -> usize {
        self.head_len
    }

    /// The receipt that its refusal may name.
    pub(super) fn receipt(&self) -> Option<&ByteString> {
        match self.command.is_connect() {
            true => None,
            false => self.headers.get_bytestring("receipt"),
        }
    }

    /// The frame, now that its body is here.
    #[inline]
    pub(super) fn close(self, body: Bytes) -> Frame {
        Frame {
            command: self.command,
            headers: self.headers,
            body: match self.command.may_have_body() {
                true => body,
                false => Bytes::new(),
            },
        }
    }

    /// Returns the length of the body once its NUL has arrived. `bytes` begin with the body.
    #[inline]
    pub(super) fn find_end(
        &mut self,
        bytes: &[u8],
        version: Option<Version>,
        limits: &FrameLimits,
    ) -> Result<Option<usize>, DecodeErrorKind> {
        let end = match self.body_len {
            Some(len) => find_after(len, bytes)?,
            None => self.search(bytes, limits)?,
        };
        if let Some(len) = end
            && !self.command.may_have_body()
        {
            self.check_ignored(&bytes[..len], version)?;
        }
        Ok(end)
    }

    fn search(
        &mut self,
        bytes: &[u8],
        limits: &FrameLimits,
    ) -> Result<Option<usize>, DecodeErrorKind> {
        let room = limits.body_room(self.head_len);
        let window = &bytes[..bytes.len().min(room.saturating_add(1))];
        let searched = self.searched.min(window.len());
        match memchr(0, &window[searched..]) {
            Some(at) => Ok(Some(searched + at)),
            None if window.len() > room => Err(too_large(limits)),
            None => {
                self.searched = window.len();
                Ok(None)
            }
        }
    }

    /// Checks a body that stands where none is allowed.
    ///
    /// Two bodies are ignored where none is allowed. Hand-written clients put ends of line before
    /// the NUL, which carry nothing; and a STOMP 1.0 server has to ignore what stands in a
    /// `SUBSCRIBE`.
    fn check_ignored(&self, body: &[u8], version: Option<Version>) -> Result<(), DecodeErrorKind> {
        let is_ignored = version == Some(Version::V1_0) && self.command == Command::Subscribe;
        let is_blank = || body.iter().all(|octet| matches!(octet, b'\r' | b'\n'));
        if is_ignored || is_blank() {
            Ok(())
        } else {
            Err(DecodeErrorKind::BodyNotAllowed(self.command))
        }
    }
}

/// The length of the body, if the headers tell it. Refused here, one that is too large is never waited
/// for.
#[inline]
pub(super) fn body_len(
    headers: &Headers,
    head_len: usize,
    limits: &FrameLimits,
) -> Result<Option<usize>, DecodeErrorKind> {
    let Some(len) = head::content_length(headers)? else {
        return Ok(None);
    };
    match usize::try_from(len) {
        Ok(len) if len <= limits.body_room(head_len) => Ok(Some(len)),
        _ => Err(too_large(limits)),
    }
}

/// Where a body ends that has a length.
fn find_after(len: usize, bytes: &[u8]) -> Result<Option<usize>, DecodeErrorKind> {
    match bytes.get(len) {
        None => Ok(None),
        Some(0) => Ok(Some(len)),
        Some(_) => Err(DecodeErrorKind::MalformedFrame {
            rule: GrammarRule::MissingNul,
        }),
    }
}

const fn too_large(limits: &FrameLimits) -> DecodeErrorKind {
    DecodeErrorKind::FrameTooLarge {
        limit: limits.max_frame,
    }
}
