//! From an expression back to text.

use std::fmt;

use super::ast::{Arithmetic, Expr};
use super::lexer::is_plain_name;

/// How tight an operator binds, from loose to tight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    Or,
    And,
    Not,
    Comparison,
    Sum,
    Product,
    Sign,
    Value,
}

impl Expr {
    const fn binding(&self) -> Binding {
        match self {
            Self::Or(..) => Binding::Or,
            Self::And(..) => Binding::And,
            Self::Not(_) => Binding::Not,
            Self::Compare(..)
            | Self::Between(..)
            | Self::In(..)
            | Self::Like(..)
            | Self::IsNull(_) => Binding::Comparison,
            Self::Arithmetic(Arithmetic::Add | Arithmetic::Subtract, ..) => Binding::Sum,
            Self::Arithmetic(Arithmetic::Multiply | Arithmetic::Divide, ..) => Binding::Product,
            Self::Negative(_) => Binding::Sign,
            Self::Header(_) | Self::Text(_) | Self::Number(_) | Self::Boolean(_) => Binding::Value,
        }
    }

    /// Shows the expression in a place that takes what binds at least so tight.
    const fn within(&self, place: Binding) -> Within<'_> {
        Within(self, place)
    }
}

struct Within<'a>(&'a Expr, Binding);

impl fmt::Display for Within<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(expr, place) = self;
        if expr.binding() < *place {
            write!(f, "({expr})")
        } else {
            expr.fmt(f)
        }
    }
}

/// With as few parentheses as possible: those that remain were there when the expression was read,
/// so that what is written is nested no deeper.
impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(name) => f.write_str(&written_name(name)),
            Self::Text(text) => f.write_str(&quoted(text, '\'')),
            Self::Number(number) => match number.abs() {
                0.0 | 1e-5..1e15 => number.fmt(f),
                // Or there would be hundreds of zeros.
                _ => write!(f, "{number:e}"),
            },
            Self::Boolean(value) => f.write_str(if *value { "TRUE" } else { "FALSE" }),
            Self::Negative(negative) => write!(f, "-{}", negative.within(Binding::Sign)),
            Self::Arithmetic(operator, left, right) => {
                let (left_place, right_place) = match self.binding() {
                    Binding::Sum => (Binding::Sum, Binding::Product),
                    _ => (Binding::Product, Binding::Sign),
                };
                let (left, right) = (left.within(left_place), right.within(right_place));
                write!(f, "{left} {} {right}", operator.as_str())
            }
            Self::Compare(comparison, _, left, right) => {
                let (left, right) = (left.within(Binding::Sum), right.within(Binding::Sum));
                write!(f, "{left} {} {right}", comparison.as_str())
            }
            Self::Between(value, low, high) => {
                let [value, low, high] = [value, low, high].map(|it| it.within(Binding::Sum));
                write!(f, "{value} BETWEEN {low} AND {high}")
            }
            Self::In(name, _, items) => {
                write!(f, "{} IN (", written_name(name))?;
                for (index, item) in items.iter().enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    write!(f, "{comma}{item}")?;
                }
                f.write_str(")")
            }
            Self::Like(name, pattern) => write!(f, "{} LIKE {pattern}", written_name(name)),
            Self::IsNull(name) => write!(f, "{} IS NULL", written_name(name)),
            Self::Not(negated) => write!(f, "NOT {}", negated.within(Binding::Not)),
            Self::And(left, right) => {
                let (left, right) = (left.within(Binding::And), right.within(Binding::Not));
                write!(f, "{left} AND {right}")
            }
            Self::Or(left, right) => {
                let (left, right) = (left.within(Binding::Or), right.within(Binding::And));
                write!(f, "{left} OR {right}")
            }
        }
    }
}

fn written_name(name: &str) -> String {
    if is_plain_name(name) {
        name.to_owned()
    } else {
        quoted(name, '`')
    }
}

/// Puts `text` between two quotes, and doubles those within.
pub(super) fn quoted(text: &str, quote: char) -> String {
    let mut written = String::with_capacity(text.len() + 2);
    written.push(quote);
    for c in text.chars() {
        if c == quote {
            written.push(c);
        }
        written.push(c);
    }
    written.push(quote);
    written
}
