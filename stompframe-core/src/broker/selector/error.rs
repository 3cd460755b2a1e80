//! Why a text is no selector.

/// A text that is no selector.
///
/// The message says where and what to write instead. It holds nothing of the text, so it may go
/// into logs and ERROR frames as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the selector cannot be read at character {position}, {kind}")]
pub struct SelectorError {
    position: usize,
    kind: SelectorErrorKind,
}

impl SelectorError {
    /// `offset` counts the octets of `text`.
    pub(super) fn new(text: &str, offset: usize, kind: SelectorErrorKind) -> Self {
        let before = text.char_indices().take_while(|(at, _)| *at < offset);
        Self {
            position: before.count() + 1,
            kind,
        }
    }

    /// Returns where the selector stops making sense, in characters from 1. One more than it has
    /// means that something is missing at its end.
    #[must_use]
    pub fn position(&self) -> usize {
        self.position
    }

    /// Returns what is wrong.
    #[must_use]
    pub fn kind(&self) -> SelectorErrorKind {
        self.kind
    }
}

/// What is wrong with a selector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SelectorErrorKind {
    /// There is nothing but blanks.
    #[error("it is empty; write a condition such as priority > 5, or leave the selector out")]
    Empty,
    /// It exceeds [`Selector::MAX_LENGTH`](super::Selector::MAX_LENGTH).
    #[error("it exceeds {limit} octets; write a shorter one")]
    TooLong {
        /// The bound, in octets.
        limit: usize,
    },
    /// It exceeds [`Selector::MAX_DEPTH`](super::Selector::MAX_DEPTH).
    #[error("it is nested deeper than {limit}; write fewer parentheses, NOT or signs")]
    TooDeep {
        /// The bound.
        limit: usize,
    },
    /// It exceeds [`Selector::MAX_NODES`](super::Selector::MAX_NODES).
    #[error("it has more than {limit} values and operators; write a simpler one")]
    TooManyNodes {
        /// The bound.
        limit: usize,
    },
    /// A character that no selector has outside of quotes.
    #[error(
        "a character that means nothing here; put text in single quotes, \
         and the name of a header that has other characters than letters, digits, _ and $ in backticks"
    )]
    UnexpectedCharacter,
    /// Double quotes, which could be meant for text or for a name.
    #[error("double quotes; put text in single quotes, and the name of a header in backticks")]
    DoubleQuotes,
    /// An operator of other languages.
    #[error("{found} is no operator here; write {instead}")]
    ForeignOperator {
        /// What was written.
        found: &'static str,
        /// What has the same meaning here.
        instead: &'static str,
    },
    /// The quotes are still open at the end.
    #[error("a single quote that is never closed; a quote inside of text is written twice")]
    UnclosedText,
    /// The backticks are still open at the end.
    #[error("a backtick that is never closed; a backtick inside of a name is written twice")]
    UnclosedName,
    /// Two backticks with nothing between.
    #[error("an empty name; write that of a header between the backticks")]
    EmptyName,
    /// A number with something directly behind it, such as `5kg` or `1.2.3`.
    #[error(
        "a number that does not end where it should; put a blank behind it, or single quotes \
         around it if it is text"
    )]
    BadNumber,
    /// A number that is not finite as a 64-bit floating-point number, or has more than 64
    /// characters.
    #[error("a number that is too large or too long; compare it as text, in single quotes")]
    NumberTooLarge,
    /// Something else should be here.
    #[error("found {found}; write {expected}")]
    Expected {
        /// What could be here.
        expected: &'static str,
        /// What is here.
        found: &'static str,
    },
    /// `a < b < c`.
    #[error("a second comparison; put AND between, as in a < b AND b < c")]
    ChainedComparison,
    /// `NULL` as a value.
    #[error("nothing equals NULL; write IS NULL or IS NOT NULL behind the name of a header")]
    NullValue,
    /// A number or text where only true or false makes sense.
    #[error("{found} is no condition; compare it with something")]
    NotACondition {
        /// What is here.
        found: &'static str,
    },
    /// Text or a condition where only a number makes sense.
    #[error("{found} is no number; only numbers have an order and can be calculated with")]
    NotANumber {
        /// What is here.
        found: &'static str,
    },
    /// Two sides of a comparison, or items of a list, of different types.
    #[error(
        "{right} never equals {left}; write both alike, text with single quotes and numbers without"
    )]
    DifferentTypes {
        /// The type of the left side, or of the first item.
        left: &'static str,
        /// The type of the right side, or of the item in question.
        right: &'static str,
    },
    /// `IN`, `LIKE` or `IS` behind something that is no header.
    #[error("only the name of a header can stand before {operator}")]
    NotAHeader {
        /// The operator.
        operator: &'static str,
    },
    /// In a pattern, a `_` among more than 64 characters between two `%`.
    #[error("more than {limit} characters between two % with a _ among them; write fewer")]
    PatternTooLong {
        /// The bound, in characters.
        limit: usize,
    },
    /// Something behind `ESCAPE` that is not one character.
    #[error("ESCAPE takes exactly one character in single quotes, as in ESCAPE '!'")]
    BadEscape,
    /// In a pattern, an escape character with something else behind it than `%`, `_` or itself.
    #[error("the escape character must be followed by %, _ or itself")]
    DanglingEscape,
}
