use std::borrow::Borrow;
use std::fmt;

use bytestring::ByteString;

/// Names a session: 128 bits from the operating system's randomness, as 32 hexadecimal digits.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SessionId(ByteString);

impl SessionId {
    /// # Panics
    ///
    /// When the operating system has no randomness to give; there is nothing sensible to do without
    /// it.
    pub(crate) fn random() -> Self {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
        Self(format!("{:032x}", u128::from_be_bytes(bytes)).into())
    }

    pub(crate) const fn shared(&self) -> &ByteString {
        &self.0
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// So that a session can be found by what its id reads like.
impl Borrow<str> for SessionId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::SessionId;

    #[test]
    fn c_15_ids_are_unique_and_have_128_bits() {
        let ids: HashSet<_> = (0..100_000).map(|_| SessionId::random()).collect();
        assert_eq!(ids.len(), 100_000);
        let bits = |id: &SessionId| u128::from_str_radix(id.as_str(), 16).unwrap();
        assert!(ids.iter().all(|id| id.as_str().len() == 32));
        // Every bit is there in some and not in others: none of them is fixed.
        let any = ids.iter().fold(0, |any, id| any | bits(id));
        let all = ids.iter().fold(u128::MAX, |all, id| all & bits(id));
        assert_eq!((any, all), (u128::MAX, 0));
    }
}
