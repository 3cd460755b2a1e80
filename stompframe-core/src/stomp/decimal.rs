//! Numbers in headers.

/// Ten digits hold any size or duration in milliseconds that makes sense, and cannot overflow a
/// `u64`.
const MAX_DIGITS: usize = 10;

/// Reads 1 to 10 ASCII digits without a leading zero; `0` itself is fine.
///
/// `str::parse` will not do: it takes `+5` and `007`. A number with one spelling only is read alike
/// by every hop between sender and receiver, which leaves no room for two of them to disagree on
/// where a frame ends.
pub(super) fn parse(digits: &str) -> Option<u64> {
    let digits = match digits.as_bytes() {
        [] | [b'0', _, ..] => return None,
        digits if digits.len() > MAX_DIGITS => return None,
        digits => digits,
    };
    digits.iter().try_fold(0, |number, digit| match digit {
        b'0'..=b'9' => Some(number * 10 + u64::from(digit - b'0')),
        _ => None,
    })
}

/// Writes a number, without what formatting in general takes.
pub(super) fn write(number: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// How many digits `number` is written with.
pub(super) fn len(number: usize) -> usize {
    number.checked_ilog10().map_or(1, |log| log as usize + 1)
}
