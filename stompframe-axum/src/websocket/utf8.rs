//! Text that arrives in pieces, which may be cut within a character.

use std::str;

use super::frame::Fault;

/// The beginning of a character whose end is in the next piece; empty between two characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Begun {
    bytes: [u8; 4],
    len: usize,
}

impl Begun {
    /// Checks the next piece. What can become no text is refused with its first byte that is wrong.
    pub(super) fn check(mut self, mut piece: &[u8]) -> Result<Self, Fault> {
        while self.len > 0 {
            let [next, behind @ ..] = piece else {
                return Ok(self);
            };
            self.bytes[self.len] = *next;
            self.len += 1;
            piece = behind;
            match str::from_utf8(&self.bytes[..self.len]) {
                Ok(_) => self = Self::default(),
                // At most three bytes are left to be completed.
                Err(error) if error.error_len().is_none() => {}
                Err(_) => return Err(Fault::NotUtf8),
            }
        }
        match str::from_utf8(piece) {
            Ok(_) => Ok(self),
            Err(error) if error.error_len().is_none() => {
                let begun = &piece[error.valid_up_to()..];
                self.len = begun.len();
                self.bytes[..self.len].copy_from_slice(begun);
                Ok(self)
            }
            Err(_) => Err(Fault::NotUtf8),
        }
    }

    pub(super) const fn is_empty(self) -> bool {
        self.len == 0
    }

    /// The text is over: it must not end within a character.
    pub(super) const fn end(self) -> Result<Self, Fault> {
        match self.len {
            0 => Ok(self),
            _ => Err(Fault::NotUtf8),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks pieces one after the other; gives the number of the one that is refused.
    fn refused(pieces: &[&[u8]]) -> Option<usize> {
        let mut begun = Begun::default();
        for (number, piece) in pieces.iter().enumerate() {
            match begun.check(piece) {
                Ok(next) => begun = next,
                Err(_) => return Some(number),
            }
        }
        begun.end().is_err().then_some(pieces.len())
    }

    #[test]
    fn text_may_be_cut_anywhere() {
        let text = "a\u{e9}\u{20ac}\u{1f600}z".as_bytes();
        for first in 0..=text.len() {
            for second in first..=text.len() {
                let pieces = [&text[..first], &text[first..second], &text[second..]];
                assert_eq!(refused(&pieces), None, "{first} {second}");
            }
        }
    }

    #[test]
    fn what_becomes_no_text_is_refused_with_the_first_byte_that_is_wrong() {
        for (pieces, refusal) in [
            (&[&b"a\xff"[..], b"b"][..], 0),
            (&[b"\xe2", b"\x82", b"a"], 2),
            // A surrogate, and what lies beyond Unicode.
            (&[b"\xed", b"\xa0", b"\x80"], 1),
            (&[b"\xf4", b"\x90", b"\x80\x80"], 1),
            (&[b"\xf4\x90"], 0),
            (&[b"\xc3", b"", b"\xc3"], 2),
            // Cut off.
            (&[b"a\xf0\x9f", b"\x98"], 2),
        ] {
            assert_eq!(refused(pieces), Some(refusal), "{pieces:?}");
        }
    }
}
