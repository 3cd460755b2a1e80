//! Looking at octets, eight at a time.
//!
//! The lines of a head, and the names and values in them, have ten to forty octets. A search as
//! libraries do it is made for long texts, and takes longer to begin than these are.

const ONES: u64 = u64::MAX / 0xff;
const HIGH: u64 = ONES << 7;

/// Where the octets are that end something, or for which a head has to be looked at closely: control
/// characters up to CR, backslash, and whatever is not ASCII.
#[derive(Debug)]
pub(super) struct Notable<'a> {
    /// What is not looked at yet, and where that begins.
    rest: &'a [u8],
    at: usize,
    /// The high bit of each notable octet in the eight before `at` that was not returned yet.
    found: u64,
}

impl<'a> Notable<'a> {
    pub(super) fn of(octets: &'a [u8]) -> Self {
        Self {
            rest: octets,
            at: 0,
            found: 0,
        }
    }
}

impl Iterator for Notable<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.found == 0 {
            let word = match self.rest.split_first_chunk() {
                Some((word, rest)) => {
                    self.rest = rest;
                    *word
                }
                None if self.rest.is_empty() => return None,
                None => {
                    let mut word = [b' '; 8];
                    word[..self.rest.len()].copy_from_slice(self.rest);
                    self.rest = &[];
                    word
                }
            };
            let word = u64::from_le_bytes(word);
            self.found = (up_to_cr(word) | equal(word, b'\\') | word) & HIGH;
            self.at += 8;
        }
        let at = self.at - 8 + self.found.trailing_zeros() as usize / 8;
        self.found &= self.found - 1;
        Some(at)
    }
}

/// Whether a text has octets in it that may have to be written in another way: control characters up
/// to CR, colons and backslashes.
#[inline]
pub(super) fn may_be_special(text: &[u8]) -> bool {
    // The last octets overlap those before.
    if let Some(last) = text.last_chunk() {
        let (words, _) = text.as_chunks();
        words
            .iter()
            .fold(specials(u64::from_le_bytes(*last)), |found, word| {
                found | specials(u64::from_le_bytes(*word))
            })
            != 0
    } else if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
        let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
        specials(u64::from(first) << 32 | u64::from(last)) != 0
    } else {
        let is_special = |octet: &u8| matches!(octet, 0..=b'\r' | b':' | b'\\');
        text.iter().any(is_special)
    }
}

/// Not zero if there is a special octet in the word. Tells neither which one nor how many: what is
/// borrowed by one octet falsifies those above.
const fn specials(word: u64) -> u64 {
    const fn below(word: u64, bound: u8) -> u64 {
        word.wrapping_sub(ONES * bound as u64)
    }
    let colon = below(word ^ (ONES * b':' as u64), 1);
    let backslash = below(word ^ (ONES * b'\\' as u64), 1);
    (below(word, b'\r' + 1) | colon | backslash) & !word & HIGH
}

/// Sets the high bit of each octet that is, without its own high bit, at most CR.
const fn up_to_cr(word: u64) -> u64 {
    !((word & !HIGH) + ONES * (0x7f - b'\r') as u64)
}

/// The same for octets that are equal to this one, which is ASCII.
const fn equal(word: u64, octet: u8) -> u64 {
    !(((word & !HIGH) ^ (ONES * octet as u64)) + !HIGH)
}
