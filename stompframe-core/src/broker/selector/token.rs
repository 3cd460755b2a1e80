//! The words of a selector.

use super::ast::{Arithmetic, Comparison};

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// The name of a header.
    Name(Box<str>),
    Text(Box<str>),
    Number(f64),
    Keyword(Keyword),
    Comparison(Comparison),
    /// `+` and `-` are signs as well.
    Arithmetic(Arithmetic),
    Open,
    Close,
    Comma,
    /// Behind the last word.
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keyword {
    And,
    Or,
    Not,
    Between,
    In,
    Like,
    Escape,
    Is,
    Null,
    True,
    False,
}

impl Keyword {
    const ALL: [Self; 11] = [
        Self::And,
        Self::Or,
        Self::Not,
        Self::Between,
        Self::In,
        Self::Like,
        Self::Escape,
        Self::Is,
        Self::Null,
        Self::True,
        Self::False,
    ];

    /// Reads a keyword, in any case.
    pub(super) fn from_word(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|keyword| keyword.as_str().eq_ignore_ascii_case(word))
    }

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::And => "AND",
            Self::Or => "OR",
            Self::Not => "NOT",
            Self::Between => "BETWEEN",
            Self::In => "IN",
            Self::Like => "LIKE",
            Self::Escape => "ESCAPE",
            Self::Is => "IS",
            Self::Null => "NULL",
            Self::True => "TRUE",
            Self::False => "FALSE",
        }
    }
}

impl Token {
    /// The kind of word, for errors.
    pub(super) const fn describe(&self) -> &'static str {
        match self {
            Self::Name(_) => "the name of a header",
            Self::Text(_) => "text",
            Self::Number(_) => "a number",
            Self::Keyword(keyword) => keyword.as_str(),
            Self::Comparison(comparison) => comparison.as_str(),
            Self::Arithmetic(arithmetic) => arithmetic.as_str(),
            Self::Open => "(",
            Self::Close => ")",
            Self::Comma => "a comma",
            Self::End => "the end",
        }
    }
}
