use std::fmt;

use bytestring::ByteString;

/// Who a session belongs to. A user may have several sessions: one for each tab and device.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Principal {
    name: ByteString,
}

impl Principal {
    /// The user of this name, whatever characters it has.
    #[must_use]
    pub fn new(name: impl Into<ByteString>) -> Self {
        Self { name: name.into() }
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) const fn shared_name(&self) -> &ByteString {
        &self.name
    }
}

impl fmt::Debug for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Principal({:?})", self.name())
    }
}
