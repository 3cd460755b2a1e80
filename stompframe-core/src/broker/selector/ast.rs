//! What a selector says.

use super::like::Pattern;

/// An expression. The parser lets only those be in which each part has the type that its place
/// needs, so evaluation meets no wrong types.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expr {
    /// The value of a header, of the type that its place needs.
    Header(Box<str>),
    Text(Box<str>),
    /// Finite.
    Number(f64),
    Boolean(bool),
    Negative(Box<Expr>),
    Arithmetic(Arithmetic, Box<Expr>, Box<Expr>),
    /// Both sides are of the kind.
    Compare(Comparison, Kind, Box<Expr>, Box<Expr>),
    /// Number, lowest, highest.
    Between(Box<Expr>, Box<Expr>, Box<Expr>),
    /// A header, and literals of the kind: text or numbers.
    In(Box<str>, Kind, Box<[Expr]>),
    Like(Box<str>, Box<Pattern>),
    IsNull(Box<str>),
    Not(Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
}

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Boolean,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Arithmetic {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
        }
    }
}

impl Comparison {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "<>",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }

    /// Whether it asks which is greater. Only numbers are in an order.
    pub(super) const fn is_order(self) -> bool {
        !matches!(self, Self::Equal | Self::NotEqual)
    }
}

impl Expr {
    /// The type, or `None` for a header, which has whatever is needed.
    pub(super) const fn kind(&self) -> Option<Kind> {
        match self {
            Self::Header(_) => None,
            Self::Text(_) => Some(Kind::Text),
            Self::Number(_) | Self::Negative(_) | Self::Arithmetic(..) => Some(Kind::Number),
            _ => Some(Kind::Boolean),
        }
    }
}
