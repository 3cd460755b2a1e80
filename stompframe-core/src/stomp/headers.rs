//! The headers of a frame.

use std::fmt;

use bytestring::ByteString;
use smallvec::SmallVec;

/// What most replies carry, their `content-type`, needs no allocation. More would make everything
/// larger that carries headers, and frames and messages are moved a dozen times on their way.
const INLINE: usize = 1;

/// Headers whose names have one of these in them are credentials: their values never appear in debug
/// output.
const SECRET: [&str; 7] = [
    "login",
    "passcode",
    "password",
    "authorization",
    "token",
    "cookie",
    "secret",
];

type Entry = (ByteString, ByteString);

/// An ordered list of headers in which a name may occur more than once.
///
/// The **first** occurrence of a name is its value; later ones are history (STOMP 1.2, Repeated
/// Header Entries). [`get`](Self::get) follows that rule, so a component that reads headers through
/// it cannot disagree with another one about which value counts.
///
/// Names are case-sensitive. Names and values are held decoded, without escapes. Cloning is cheap:
/// the text is shared, not copied. The debug output hides the values of `login`,
/// `passcode`, `authorization`, and of all headers whose names have `token`, `password`, `cookie` or
/// `secret` in them, in any case.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers(SmallVec<[Entry; INLINE]>);

impl Headers {
    /// Creates an empty list. Allocates nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a list as it is.
    pub(super) fn from_vec(headers: Vec<Entry>) -> Self {
        Self(SmallVec::from_vec(headers))
    }

    /// Returns the value of `name`: that of its first occurrence.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.get_bytestring(name).map(|value| &**value)
    }

    /// Like [`get`](Self::get), for a caller that wants to keep the value: cloning it copies no
    /// text.
    #[must_use]
    pub fn get_bytestring(&self, name: &str) -> Option<&ByteString> {
        self.0
            .iter()
            .find(|(key, _)| &**key == name)
            .map(|(_, value)| value)
    }

    /// Returns all values of `name`, the one that counts first.
    pub fn get_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.iter()
            .filter(move |(key, _)| *key == name)
            .map(|(_, value)| value)
    }

    /// Whether `name` occurs at all, be it with an empty value.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Appends a header. If the name occurs already, its value stays what it was; see
    /// [`set`](Self::set).
    pub fn push(&mut self, name: impl Into<ByteString>, value: impl Into<ByteString>) {
        self.0.push((name.into(), value.into()));
    }

    /// Makes `value` the only value of `name`.
    ///
    /// It takes the place of the first occurrence, all others go; a new name is appended. Use this
    /// for a header that only the server may decide, so that one a client has forged cannot survive
    /// beside it.
    pub fn set(&mut self, name: impl Into<ByteString>, value: impl Into<ByteString>) {
        let (name, value) = (name.into(), value.into());
        let Some(first) = self.0.iter().position(|(key, _)| *key == name) else {
            self.0.push((name, value));
            return;
        };
        self.0[first].1 = value;
        let mut index = 0;
        self.0.retain(|(key, _)| {
            index += 1;
            index <= first + 1 || *key != name
        });
    }

    /// Removes every occurrence of `name` and returns the value that counted.
    pub fn remove(&mut self, name: &str) -> Option<ByteString> {
        let value = self.get_bytestring(name).cloned()?;
        self.retain(|key, _| key != name);
        Some(value)
    }

    /// Keeps the headers for which `keep(name, value)` returns `true`, in their order.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &str) -> bool) {
        self.0.retain(|(name, value)| keep(name, value));
    }

    /// Iterates over `(name, value)` in order, repeated names included.
    #[must_use]
    pub fn iter(&self) -> HeadersIter<'_> {
        HeadersIter(self.0.iter())
    }

    /// Returns the number of headers, repeated names included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no headers.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Removes spaces and tabs around every value, as the examples of STOMP 1.0 require.
    pub(super) fn trim_values(&mut self) {
        for (_, value) in &mut self.0 {
            let trimmed = value.trim_matches([' ', '\t']);
            if trimmed.len() != value.len() {
                *value = value.slice_ref(trimmed);
            }
        }
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_secret = |name: &str| {
            let name = name.to_ascii_lowercase();
            SECRET.iter().any(|secret| name.contains(secret))
        };
        f.debug_map()
            .entries(
                self.iter()
                    .map(|(name, value)| (name, if is_secret(name) { "***" } else { value })),
            )
            .finish()
    }
}

/// The iterator of [`Headers::iter`].
#[derive(Clone)]
pub struct HeadersIter<'a>(std::slice::Iter<'a, Entry>);

impl<'a> Iterator for HeadersIter<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(name, value)| (&**name, &**value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for HeadersIter<'_> {}

impl fmt::Debug for HeadersIter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeadersIter")
            .field("len", &self.len())
            .finish()
    }
}

impl<'a> IntoIterator for &'a Headers {
    type Item = (&'a str, &'a str);
    type IntoIter = HeadersIter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<N: Into<ByteString>, V: Into<ByteString>> Extend<(N, V)> for Headers {
    fn extend<I: IntoIterator<Item = (N, V)>>(&mut self, headers: I) {
        self.0.extend(
            headers
                .into_iter()
                .map(|(name, value)| (name.into(), value.into())),
        );
    }
}

impl<N: Into<ByteString>, V: Into<ByteString>> FromIterator<(N, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(headers: I) -> Self {
        let mut list = Self::new();
        list.extend(headers);
        list
    }
}

impl<N: Into<ByteString>, V: Into<ByteString>, const LEN: usize> From<[(N, V); LEN]> for Headers {
    fn from(headers: [(N, V); LEN]) -> Self {
        headers.into_iter().collect()
    }
}
