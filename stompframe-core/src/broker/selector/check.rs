//! Which types go together.

use super::ast::{Arithmetic, Comparison, Expr, Kind};
use super::error::SelectorErrorKind;

/// An expression and where it starts, so that an error can point there.
pub(super) struct Placed {
    pub(super) expr: Expr,
    pub(super) at: usize,
}

/// What is wrong, and where.
pub(super) type Mistake = (SelectorErrorKind, usize);

impl Placed {
    /// Takes the expression for a condition, which numbers and text are not.
    pub(super) fn condition(self) -> Result<Expr, Mistake> {
        match self.expr.kind() {
            None | Some(Kind::Boolean) => Ok(self.expr),
            Some(kind) => {
                let found = kind.describe();
                Err((SelectorErrorKind::NotACondition { found }, self.at))
            }
        }
    }

    pub(super) fn number(self) -> Result<Expr, Mistake> {
        match self.expr.kind() {
            None | Some(Kind::Number) => Ok(self.expr),
            Some(kind) => {
                let found = kind.describe();
                Err((SelectorErrorKind::NotANumber { found }, self.at))
            }
        }
    }

    /// Takes the expression for the name of a header, which `operator` needs before it.
    pub(super) fn header(self, operator: &'static str) -> Result<Box<str>, Mistake> {
        match self.expr {
            Expr::Header(name) => Ok(name),
            _ => Err((SelectorErrorKind::NotAHeader { operator }, self.at)),
        }
    }
}

pub(super) fn arithmetic(
    operator: Arithmetic,
    left: Placed,
    right: Placed,
) -> Result<Expr, Mistake> {
    let (left, right) = (left.number()?, right.number()?);
    Ok(Expr::Arithmetic(operator, left.into(), right.into()))
}

pub(super) fn comparison(
    operator: Comparison,
    left: Placed,
    right: Placed,
) -> Result<Expr, Mistake> {
    let at = right.at;
    let (kind, left, right) = if operator.is_order() {
        (Kind::Number, left.number()?, right.number()?)
    } else {
        let kind = common(left.expr.kind(), right.expr.kind()).map_err(|kind| (kind, at))?;
        (kind, left.expr, right.expr)
    };
    Ok(Expr::Compare(operator, kind, left.into(), right.into()))
}

/// The type that two sides of an equation are compared as. Headers among themselves are text.
pub(super) fn common(left: Option<Kind>, right: Option<Kind>) -> Result<Kind, SelectorErrorKind> {
    match (left, right) {
        (Some(left), Some(right)) if left != right => Err(SelectorErrorKind::DifferentTypes {
            left: left.describe(),
            right: right.describe(),
        }),
        _ => Ok(left.or(right).unwrap_or(Kind::Text)),
    }
}

impl Kind {
    const fn describe(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "a number",
            Self::Boolean => "a condition",
        }
    }
}
