//! Protocol versions and how one is agreed.

use std::fmt;

/// A version of the STOMP protocol. Later versions compare greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// STOMP 1.0: no escapes, no heart-beats.
    V1_0,
    /// STOMP 1.1: escapes for line feed, colon and backslash.
    V1_1,
    /// STOMP 1.2: adds the escape for carriage return.
    V1_2,
}

impl Version {
    /// Every version this crate speaks, lowest first.
    pub const ALL: [Self; 3] = [Self::V1_0, Self::V1_1, Self::V1_2];

    /// [`ALL`](Self::ALL) as the value of an `accept-version` header, and of the `version` header
    /// of the `ERROR` frame that refuses a client with which no version is shared.
    pub const SUPPORTED: &str = "1.0,1.1,1.2";

    /// Returns the version as headers carry it, such as `"1.2"`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V1_0 => "1.0",
            Self::V1_1 => "1.1",
            Self::V1_2 => "1.2",
        }
    }

    /// Returns the name of the WebSocket sub-protocol, such as `"v12.stomp"`.
    #[must_use]
    pub const fn sub_protocol(self) -> &'static str {
        match self {
            Self::V1_0 => "v10.stomp",
            Self::V1_1 => "v11.stomp",
            Self::V1_2 => "v12.stomp",
        }
    }

    /// Reads the name of a WebSocket sub-protocol. The comparison is exact.
    #[must_use]
    pub fn from_sub_protocol(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|version| version.sub_protocol() == name)
    }

    /// Chooses the highest version that an `accept-version` header names and this crate speaks, or
    /// `None` if there is none (STOMP 1.2, Protocol Negotiation).
    ///
    /// The header is a comma-separated list in any order; blanks around an item, unknown items and
    /// empty items are skipped. Items are compared as whole strings, never as numbers: as a number,
    /// `1.10` would be `1.1`.
    ///
    /// Without the header the client speaks 1.0: the header came with 1.1, which demands it.
    #[must_use]
    pub fn negotiate(accept_version: Option<&str>) -> Option<Self> {
        let Some(list) = accept_version else {
            return Some(Self::V1_0);
        };
        list.split(',')
            .filter_map(|item| Self::from_header(item.trim()))
            .max()
    }

    fn from_header(value: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|version| version.as_str() == value)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
