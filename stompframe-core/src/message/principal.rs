use std::fmt;
use std::sync::Arc;

use bytestring::ByteString;

/// Who a session belongs to. A user may have several sessions: one for each tab and device. Cloning
/// is cheap.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Principal(Arc<User>);

#[derive(PartialEq, Eq, Hash)]
struct User {
    name: ByteString,
    destination_name: Option<ByteString>,
}

impl Principal {
    /// The user of this name, whatever characters it has.
    #[must_use]
    pub fn new(name: impl Into<ByteString>) -> Self {
        Self(Arc::new(User {
            name: name.into(),
            destination_name: None,
        }))
    }

    /// Says under which name messages reach the user (Spring's `DestinationUserNameProvider`), where
    /// that is not the user's own, because that one is not unique or not meant for others.
    #[must_use]
    pub fn with_destination_name(&self, name: impl Into<ByteString>) -> Self {
        Self(Arc::new(User {
            name: self.0.name.clone(),
            destination_name: Some(name.into()),
        }))
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The name under which messages reach the user; the user's own unless
    /// [told otherwise](Self::with_destination_name).
    #[must_use]
    pub fn destination_name(&self) -> &str {
        self.shared_destination_name()
    }

    pub(crate) fn shared_name(&self) -> &ByteString {
        &self.0.name
    }

    pub(crate) fn shared_destination_name(&self) -> &ByteString {
        self.0.destination_name.as_ref().unwrap_or(&self.0.name)
    }
}

impl fmt::Debug for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Principal({:?})", self.name())
    }
}
