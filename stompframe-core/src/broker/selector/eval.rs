//! What a selector says about a message.
//!
//! `None` is what JMS and SQL call unknown. There is one function for each type; which one is
//! called was decided when the selector was read.

use super::ast::{Arithmetic, Comparison, Expr, Kind};
use super::number;

/// One message, seen through a function from names to values.
pub(super) struct Evaluation<F>(F);

impl<'m, F: Fn(&str) -> Option<&'m str>> Evaluation<F> {
    pub(super) fn new(header: F) -> Self {
        Self(header)
    }

    pub(super) fn condition(&self, expr: &Expr) -> Option<bool> {
        match expr {
            Expr::Boolean(value) => Some(*value),
            Expr::Header(name) => self.header(name).and_then(read_boolean),
            Expr::Not(negated) => self.condition(negated).map(|it| !it),
            Expr::And(left, right) => self.both(left, right, false),
            Expr::Or(left, right) => self.both(left, right, true),
            Expr::Compare(comparison, kind, left, right) => {
                self.compare(*comparison, *kind, left, right)
            }
            Expr::Between(value, low, high) => {
                let value = self.number(value);
                let is_above = self.number(low).zip(value).map(|(low, value)| low <= value);
                let is_below = value
                    .zip(self.number(high))
                    .map(|(value, high)| value <= high);
                join(is_above, is_below, false)
            }
            Expr::In(name, kind, items) => self.is_in(name, *kind, items),
            Expr::Like(name, pattern) => self.header(name).map(|text| pattern.matches(text)),
            Expr::IsNull(name) => Some(self.header(name).is_none()),
            Expr::Text(_) | Expr::Number(_) | Expr::Negative(_) | Expr::Arithmetic(..) => None,
        }
    }

    /// AND, where `decisive` is false, or OR, where it is true.
    fn both(&self, left: &Expr, right: &Expr, decisive: bool) -> Option<bool> {
        match self.condition(left) {
            Some(left) if left == decisive => Some(decisive),
            left => join(left, self.condition(right), decisive),
        }
    }

    fn compare(
        &self,
        comparison: Comparison,
        kind: Kind,
        left: &Expr,
        right: &Expr,
    ) -> Option<bool> {
        match kind {
            Kind::Text => holds(comparison, &self.text(left)?, &self.text(right)?),
            Kind::Number => holds(comparison, &self.number(left)?, &self.number(right)?),
            Kind::Boolean => holds(comparison, &self.condition(left)?, &self.condition(right)?),
        }
    }

    fn is_in(&self, name: &str, kind: Kind, items: &[Expr]) -> Option<bool> {
        let value = self.header(name)?;
        if kind == Kind::Number {
            let value = number::parse(value)?;
            return Some(items.iter().any(|item| self.number(item) == Some(value)));
        }
        Some(
            items
                .iter()
                .any(|item| matches!(item, Expr::Text(text) if **text == *value)),
        )
    }

    fn number(&self, expr: &Expr) -> Option<f64> {
        match expr {
            Expr::Number(value) => Some(*value),
            Expr::Header(name) => self.header(name).and_then(number::parse),
            Expr::Negative(negative) => self.number(negative).map(|it| -it),
            Expr::Arithmetic(operator, left, right) => {
                let (left, right) = (self.number(left)?, self.number(right)?);
                let result = match operator {
                    Arithmetic::Add => left + right,
                    Arithmetic::Subtract => left - right,
                    Arithmetic::Multiply => left * right,
                    Arithmetic::Divide => left / right,
                };
                result.is_finite().then_some(result)
            }
            _ => None,
        }
    }

    fn text<'a>(&self, expr: &'a Expr) -> Option<&'a str>
    where
        'm: 'a,
    {
        match expr {
            Expr::Text(text) => Some(text),
            Expr::Header(name) => self.header(name),
            _ => None,
        }
    }

    fn header(&self, name: &str) -> Option<&'m str> {
        (self.0)(name)
    }
}

/// AND and OR of three values: one that is decisive decides, and else both have to be known.
fn join(left: Option<bool>, right: Option<bool>, decisive: bool) -> Option<bool> {
    if left == Some(decisive) || right == Some(decisive) {
        return Some(decisive);
    }
    left.and(right)
}

fn holds<T: PartialOrd>(comparison: Comparison, left: &T, right: &T) -> Option<bool> {
    Some(match comparison {
        Comparison::Equal => left == right,
        Comparison::NotEqual => left != right,
        Comparison::Less => left < right,
        Comparison::LessOrEqual => left <= right,
        Comparison::Greater => left > right,
        Comparison::GreaterOrEqual => left >= right,
    })
}

fn read_boolean(value: &str) -> Option<bool> {
    if value.eq_ignore_ascii_case("true") {
        Some(true)
    } else if value.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}
