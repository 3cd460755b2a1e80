//! Selectors: which messages of a destination a subscription wants, told by their headers.
//!
//! Pure, and they know nothing but headers. A selector is text from a client: whatever it is, it
//! is read within bounds and evaluated within bounds, and it can do nothing but compare.

mod ast;
mod check;
mod error;
mod eval;
mod lexer;
mod like;
mod number;
mod parser;
mod print;
mod token;
mod words;

#[cfg(test)]
mod tests;

use std::fmt;

pub use self::error::{SelectorError, SelectorErrorKind};

use self::ast::Expr;
use self::eval::Evaluation;
use crate::stomp::Headers;

/// A condition on the headers of messages, in the language of JMS selectors.
///
/// ```
/// use stompframe_core::broker::Selector;
/// use stompframe_core::stomp::Headers;
///
/// let urgent = Selector::parse("priority >= 5 AND region IN ('eu', 'us')")?;
/// assert!(urgent.matches(&Headers::from([("priority", "7"), ("region", "eu")])));
/// assert!(!urgent.matches(&Headers::from([("priority", "7")])));
/// # Ok::<(), stompframe_core::broker::SelectorError>(())
/// ```
///
/// # Language
///
/// | | |
/// |---|---|
/// | conditions | `AND`, `OR`, `NOT`, parentheses, `TRUE`, `FALSE`, and a header on its own, which has to be `true` |
/// | comparisons | `=`, `<>`; of numbers also `<`, `<=`, `>`, `>=`, `BETWEEN 1 AND 5` |
/// | lists | `region IN ('eu', 'us')`, `level IN (1, 2)` |
/// | patterns | `name LIKE 'a_c%'`: `_` is one character, `%` any number of them; `LIKE '100!%' ESCAPE '!'` |
/// | presence | `region IS NULL`, `region IS NOT NULL` |
/// | arithmetic | `+`, `-`, `*`, `/` |
///
/// `BETWEEN`, `IN` and `LIKE` may have a `NOT` before them. Keywords may be written in any case.
/// From tight to loose: sign; `*` and `/`; `+` and `-`; comparisons, of which one stands between
/// two values; `NOT`; `AND`; `OR`.
///
/// **Text** stands in single quotes; a quote in it is doubled, as in `'it''s'`. **Numbers** are
/// written like `5`, `0.5` or `1e3`.
///
/// **Headers** are called by their names, in which case counts. A name starts with a letter, `_` or
/// `$`, and goes on with these and digits; `-` and `.` belong to it where a letter or `_` follows,
/// as in `content-type`. So a minus before a header needs a blank. Any other name, and one that is
/// a keyword, stands in backticks: `` `in` = 'x' ``. (Double quotes, which SQL has for names and
/// everybody else for text, are refused: mistaken for text, they would select nothing, silently.)
///
/// # Types
///
/// STOMP headers are text, and become what they are compared with:
///
/// - with text, and with another header by `=` and `<>`, they are compared octet by octet;
/// - with a number, and in order (`<` and its like), they are read as numbers. `1.0` equals `1`.
///   Numbers are 64-bit floating point, as in JSON and JavaScript: whole numbers are exact up to
///   2^53, so long identifiers are better compared as text;
/// - with `TRUE`, `FALSE` or a condition, they have to be `true` or `false`, in any case.
///
/// What can be seen without a message to be of different types, such as `5 = 'a'`, is an error.
///
/// # Unknown
///
/// What a header does not have is unknown: the value of a missing one, the number in `many`, the
/// truth in `maybe`, and a division by zero. As in JMS and SQL, a comparison with something
/// unknown is unknown, and so is its `NOT`; `unknown AND FALSE` is false, `unknown OR TRUE` is
/// true. A message is selected if the whole is true, and neither if it is false nor if it is
/// unknown. `IS NULL` asks whether a header is missing, and is never unknown.
///
/// # Bounds
///
/// See [`MAX_LENGTH`](Self::MAX_LENGTH), [`MAX_DEPTH`](Self::MAX_DEPTH) and
/// [`MAX_NODES`](Self::MAX_NODES). In a pattern of `LIKE`, what stands between two `%` and
/// has a `_` in it may have 64 characters. Each node looks at a header once, and passes over its
/// value once.
#[derive(Clone, PartialEq)]
pub struct Selector(Expr);

impl Selector {
    /// How long a selector may be: 1,024 octets.
    pub const MAX_LENGTH: usize = 1024;

    /// How deep parentheses, `NOT` and signs may be nested: 32.
    pub const MAX_DEPTH: usize = 32;

    /// How many values and operators a selector may have, items of lists included: 256.
    pub const MAX_NODES: usize = 256;

    /// Reads a selector.
    ///
    /// # Errors
    ///
    /// The text is no selector, or exceeds a bound; the error says where, and what to write
    /// instead. Empty text is an error, too: it could mean everything or nothing.
    pub fn parse(text: &str) -> Result<Self, SelectorError> {
        parser::parse(text).map(Self)
    }

    /// Whether the message that has these headers is selected. Of a repeated header the first
    /// counts ([`Headers::get`]).
    #[must_use]
    pub fn matches(&self, headers: &Headers) -> bool {
        self.matches_with(|name| headers.get(name))
    }

    /// Like [`matches`](Self::matches), for what looks like headers but is not in such a list:
    /// `header` returns the value of a name.
    ///
    /// ```
    /// # use stompframe_core::broker::Selector;
    /// # use stompframe_core::stomp::Headers;
    /// # let headers = Headers::new();
    /// let rooms = Selector::parse("destination LIKE '/topic/rooms/%'")?;
    /// assert!(rooms.matches_with(|name| match name {
    ///     "destination" => Some("/topic/rooms/7"),
    ///     name => headers.get(name),
    /// }));
    /// # Ok::<(), stompframe_core::broker::SelectorError>(())
    /// ```
    #[must_use]
    pub fn matches_with<'m>(&self, header: impl Fn(&str) -> Option<&'m str>) -> bool {
        Evaluation::new(header).condition(&self.0) == Some(true)
    }
}

/// Writes the selector in one way out of the many in which it could have been written. It reads
/// back as the same, unless that way is longer than [`MAX_LENGTH`](Self::MAX_LENGTH).
impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Selector({self})")
    }
}
