/// How many bytes of a body say which message it is.
pub(crate) const SMALLEST: usize = 12;

/// Which message it is: its publisher and its number there. Text, and cheap to read: a letter for each four bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) publisher: u16,
    pub(crate) number: u32,
}

impl Stamp {
    /// Of a message that only finds out who can be reached. Its number is that of the topic.
    pub(crate) const PROBE: u16 = u16::MAX;

    pub(crate) fn write(self, place: &mut [u8]) {
        let value = u64::from(self.publisher) << 32 | u64::from(self.number);
        for (index, letter) in place.iter_mut().take(SMALLEST).rev().enumerate() {
            *letter = b'a' + (value >> (4 * index) & 15) as u8;
        }
    }

    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        let (publisher, rest) = body.split_first_chunk::<4>()?;
        Some(Self {
            publisher: u16::try_from(bits(publisher)?).ok()?,
            number: bits(rest.first_chunk::<8>()?)?,
        })
    }
}

/// What so many letters stand for.
fn bits(letters: &[u8]) -> Option<u32> {
    letters.iter().try_fold(0, |value, letter| {
        let bits = letter.wrapping_sub(b'a');
        (bits < 16).then(|| value << 4 | u32::from(bits))
    })
}

/// A body of a certain size, with room for the stamp.
#[derive(Clone, Debug)]
pub(crate) struct Body(Vec<u8>);

impl Body {
    pub(crate) fn new(size: usize) -> Self {
        Self(vec![b'x'; size.max(SMALLEST)])
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_read_as_it_was_written() {
        for (publisher, number) in [(0, 0), (1, 2), (0xfffe, u32::MAX), (0x1234, 0x89ab_cdef)] {
            let stamp = Stamp { publisher, number };
            let mut body = Body::new(40).0;
            stamp.write(&mut body);
            assert_eq!(Stamp::read(&body), Some(stamp));
        }
    }

    #[test]
    fn what_is_no_stamp_is_not_read() {
        assert_eq!(Stamp::read(b"aaaaaaaaaaa"), None);
        assert_eq!(Stamp::read(b"{\"json\":1234}"), None);
    }
}
