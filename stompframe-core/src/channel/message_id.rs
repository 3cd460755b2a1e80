//! What tells one delivery from another.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::session::SessionId;

/// How many characters all ids begin with.
const PREFIX: usize = 12;

/// Where `message-id`s come from. They are unique across restarts: a random prefix, and a counter.
#[derive(Debug)]
pub(super) struct MessageIds {
    prefix: [u8; PREFIX],
    last: AtomicU64,
}

/// A `message-id`. Every delivery has one, so it is written in place, and not in memory of its own.
#[derive(Clone, Copy, Debug)]
pub(super) struct MessageId {
    text: [u8; PREFIX + 1 + MAX_DIGITS],
    len: usize,
}

/// Of the largest number.
const MAX_DIGITS: usize = 20;

impl MessageIds {
    pub(super) fn new() -> Self {
        // The one source of randomness that the crate has.
        let random = SessionId::random();
        let mut prefix = [0; PREFIX];
        prefix.copy_from_slice(&random.as_str().as_bytes()[..PREFIX]);
        Self {
            prefix,
            last: AtomicU64::new(0),
        }
    }

    /// A number that no other delivery has.
    pub(super) fn next(&self) -> u64 {
        self.last.fetch_add(1, Ordering::Relaxed)
    }

    /// The id of the delivery with this number.
    pub(super) fn id(&self, number: u64) -> MessageId {
        let mut digits = itoa::Buffer::new();
        let digits = digits.format(number).as_bytes();
        let mut text = [0; PREFIX + 1 + MAX_DIGITS];
        text[..PREFIX].copy_from_slice(&self.prefix);
        text[PREFIX] = b'-';
        text[PREFIX + 1..][..digits.len()].copy_from_slice(digits);
        MessageId {
            text,
            len: PREFIX + 1 + digits.len(),
        }
    }

    /// The number of the delivery that has this id, if it is one of ours.
    pub(super) fn number(&self, id: &str) -> Option<u64> {
        let number = id.as_bytes().strip_prefix(&self.prefix)?;
        let number: u64 = str::from_utf8(number.strip_prefix(b"-")?)
            .ok()?
            .parse()
            .ok()?;
        // One spelling only: `parse` alone would take `+5` and `05`, too.
        (self.id(number).as_str() == id).then_some(number)
    }
}

impl MessageId {
    pub(super) fn as_str(&self) -> &str {
        str::from_utf8(&self.text[..self.len]).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_from_its_own_spelling_only() {
        let ids = MessageIds::new();
        for number in [0, 9, 10, 12_345, u64::MAX] {
            let id = ids.id(number);
            assert_eq!(ids.number(id.as_str()), Some(number));
            assert!(id.as_str().ends_with(&format!("-{number}")));
        }
        let id = ids.id(5);
        let prefix = &id.as_str()[..=PREFIX];
        for other in ["", "+5", "05", "5 ", "18446744073709551616", "x"] {
            assert_eq!(ids.number(&format!("{prefix}{other}")), None, "{other:?}");
        }
        assert_eq!(ids.number("5"), None);
        assert_eq!(ids.number(MessageIds::new().id(5).as_str()), None);
    }

    #[test]
    fn numbers_do_not_repeat() {
        let ids = MessageIds::new();
        assert_eq!([ids.next(), ids.next(), ids.next()], [0, 1, 2]);
    }
}
