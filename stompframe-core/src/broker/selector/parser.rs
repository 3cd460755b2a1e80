//! From words to an expression, by recursive descent: one function for each level of binding.

use super::Selector;
use super::ast::{Arithmetic, Expr, Kind};
use super::check::{self, Mistake, Placed};
use super::error::{SelectorError, SelectorErrorKind as Problem};
use super::lexer;
use super::like::Pattern;
use super::token::{Keyword, Token};
use super::words::Words;

const NUMBER: &str = "a number behind the sign";
const VALUE: &str = "a header, a number, text in single quotes, TRUE, FALSE or (";

/// Reads a selector.
pub(super) fn parse(text: &str) -> Result<Expr, SelectorError> {
    read(text).map_err(|(problem, at)| SelectorError::new(text, at, problem))
}

fn read(text: &str) -> Result<Expr, Mistake> {
    let limit = Selector::MAX_LENGTH;
    if text.len() > limit {
        return Err((Problem::TooLong { limit }, limit));
    }
    let mut parser = Parser {
        words: Words::new(lexer::split(text)?),
        depth: 0,
        nodes: 0,
    };
    if *parser.words.peek() == Token::End {
        return Err((Problem::Empty, 0));
    }
    let condition = parser.or()?.condition()?;
    match parser.words.peek() {
        Token::End => Ok(condition),
        _ => parser.words.expected("AND, OR, or nothing more"),
    }
}

struct Parser {
    words: Words,
    depth: usize,
    nodes: usize,
}

impl Parser {
    fn or(&mut self) -> Result<Placed, Mistake> {
        let mut left = self.and()?;
        while self.words.eat(Keyword::Or) {
            let right = self.and()?;
            let at = left.at;
            let expr = Expr::Or(left.condition()?.into(), right.condition()?.into());
            left = self.node(at, expr)?;
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Placed, Mistake> {
        let mut left = self.not()?;
        while self.words.eat(Keyword::And) {
            let right = self.not()?;
            let at = left.at;
            let expr = Expr::And(left.condition()?.into(), right.condition()?.into());
            left = self.node(at, expr)?;
        }
        Ok(left)
    }

    fn not(&mut self) -> Result<Placed, Mistake> {
        let at = self.words.at();
        if !self.words.eat(Keyword::Not) {
            return self.comparison();
        }
        let negated = self.nested(Self::not)?.condition()?;
        self.node(at, Expr::Not(negated.into()))
    }

    fn comparison(&mut self) -> Result<Placed, Mistake> {
        let left = self.sum()?;
        let at = left.at;
        if !self.is_at_comparison() {
            return Ok(left);
        }
        let mut is_not = self.words.eat(Keyword::Not);
        let expr = match *self.words.peek() {
            Token::Keyword(Keyword::Between) => self.between(left)?,
            Token::Keyword(Keyword::In) => self.list(left)?,
            Token::Keyword(Keyword::Like) => self.like(left)?,
            _ if is_not => return self.words.expected("BETWEEN, IN or LIKE"),
            Token::Comparison(operator) => {
                self.words.advance();
                check::comparison(operator, left, self.sum()?)?
            }
            _ => {
                self.words.advance();
                is_not = self.words.eat(Keyword::Not);
                self.words
                    .expect(&Token::Keyword(Keyword::Null), "NULL or NOT NULL")?;
                Expr::IsNull(left.header("IS")?)
            }
        };
        if self.is_at_comparison() {
            return self.words.fail(Problem::ChainedComparison);
        }
        let compared = self.node(at, expr)?;
        if is_not {
            return self.nested(|parser| parser.node(at, Expr::Not(compared.expr.into())));
        }
        Ok(compared)
    }

    /// Whether a comparison of what was just read follows. `NOT` can only be a part of one there.
    fn is_at_comparison(&self) -> bool {
        use Keyword::{Between, In, Is, Like, Not};
        match self.words.peek() {
            Token::Comparison(_) => true,
            Token::Keyword(keyword) => matches!(keyword, Between | In | Is | Like | Not),
            _ => false,
        }
    }

    fn between(&mut self, value: Placed) -> Result<Expr, Mistake> {
        self.words.advance();
        let value = value.number()?;
        let low = self.sum()?.number()?;
        self.words
            .expect(&Token::Keyword(Keyword::And), "AND and the highest number")?;
        let high = self.sum()?.number()?;
        Ok(Expr::Between(value.into(), low.into(), high.into()))
    }

    fn list(&mut self, header: Placed) -> Result<Expr, Mistake> {
        self.words.advance();
        let header = header.header("IN")?;
        self.words
            .expect(&Token::Open, "a list, as in IN ('a', 'b')")?;
        let mut items: Vec<Expr> = Vec::new();
        loop {
            let item = self.item()?;
            if let Some(first) = items.first() {
                check::common(first.kind(), item.expr.kind()).map_err(|kind| (kind, item.at))?;
            }
            items.push(item.expr);
            match self.words.peek() {
                Token::Comma => self.words.advance(),
                Token::Close => break,
                _ => return self.words.expected("a comma or )"),
            };
        }
        self.words.advance();
        let kind = items.first().and_then(Expr::kind).unwrap_or(Kind::Text);
        Ok(Expr::In(header, kind, items.into()))
    }

    /// Text, or a number with or without a sign.
    fn item(&mut self) -> Result<Placed, Mistake> {
        let at = self.words.at();
        let sign = match *self.words.peek() {
            Token::Arithmetic(Arithmetic::Subtract) => Some(-1.0),
            Token::Arithmetic(Arithmetic::Add) => Some(1.0),
            _ => None,
        };
        if sign.is_some() {
            self.words.advance();
        }
        let expr = match (self.words.peek(), sign) {
            (Token::Number(number), _) => Expr::Number(number * sign.unwrap_or(1.0)),
            (Token::Text(text), None) => Expr::Text(text.clone()),
            (_, None) => return self.words.expected("a number, or text in single quotes"),
            _ => return self.words.expected(NUMBER),
        };
        self.words.advance();
        self.node(at, expr)
    }

    fn like(&mut self, header: Placed) -> Result<Expr, Mistake> {
        self.words.advance();
        let header = header.header("LIKE")?;
        let (pattern, at) = self
            .words
            .text("a pattern in single quotes, as in LIKE 'a%'")?;
        let mut escape = None;
        if self.words.eat(Keyword::Escape) {
            let (text, at) = self.words.text("the escape character in single quotes")?;
            let mut chars = text.chars();
            escape = chars.next();
            if escape.is_none() || chars.next().is_some() {
                return Err((Problem::BadEscape, at));
            }
        }
        let pattern = Pattern::parse(&pattern, escape).map_err(|problem| (problem, at))?;
        Ok(Expr::Like(header, pattern.into()))
    }

    fn sum(&mut self) -> Result<Placed, Mistake> {
        let mut left = self.product()?;
        while let Token::Arithmetic(operator @ (Arithmetic::Add | Arithmetic::Subtract)) =
            *self.words.peek()
        {
            self.words.advance();
            let right = self.product()?;
            left = self.calculation(operator, left, right)?;
        }
        Ok(left)
    }

    fn product(&mut self) -> Result<Placed, Mistake> {
        let mut left = self.signed()?;
        while let Token::Arithmetic(operator @ (Arithmetic::Multiply | Arithmetic::Divide)) =
            *self.words.peek()
        {
            self.words.advance();
            let right = self.signed()?;
            left = self.calculation(operator, left, right)?;
        }
        Ok(left)
    }

    fn calculation(
        &mut self,
        operator: Arithmetic,
        left: Placed,
        right: Placed,
    ) -> Result<Placed, Mistake> {
        let at = left.at;
        let expr = check::arithmetic(operator, left, right)?;
        self.node(at, expr)
    }

    fn signed(&mut self) -> Result<Placed, Mistake> {
        let at = self.words.at();
        let is_negative = match *self.words.peek() {
            Token::Arithmetic(Arithmetic::Subtract) => true,
            Token::Arithmetic(Arithmetic::Add) => false,
            _ => return self.value(),
        };
        self.words.advance();
        if is_negative {
            let negative = self.nested(Self::signed)?.number()?;
            self.node(at, Expr::Negative(negative.into()))
        } else if matches!(self.words.peek(), Token::Number(_)) {
            self.value()
        } else {
            self.words.expected(NUMBER)
        }
    }

    fn value(&mut self) -> Result<Placed, Mistake> {
        let at = self.words.at();
        let expr = match self.words.peek() {
            Token::Name(name) => Expr::Header(name.clone()),
            Token::Text(text) => Expr::Text(text.clone()),
            Token::Number(number) => Expr::Number(*number),
            Token::Keyword(Keyword::True) => Expr::Boolean(true),
            Token::Keyword(Keyword::False) => Expr::Boolean(false),
            Token::Keyword(Keyword::Null) => return self.words.fail(Problem::NullValue),
            Token::Open => {
                self.words.advance();
                let inner = self.nested(Self::or)?;
                self.words.expect(&Token::Close, "a ) for the ( before")?;
                return Ok(inner);
            }
            _ => return self.words.expected(VALUE),
        };
        self.words.advance();
        self.node(at, expr)
    }

    /// Counts an expression that was made, which bounds memory and evaluation.
    fn node(&mut self, at: usize, expr: Expr) -> Result<Placed, Mistake> {
        let limit = Selector::MAX_NODES;
        self.nodes += 1;
        if self.nodes > limit {
            return Err((Problem::TooManyNodes { limit }, at));
        }
        Ok(Placed { expr, at })
    }

    /// Goes one level deeper, which bounds the stack.
    fn nested(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<Placed, Mistake>,
    ) -> Result<Placed, Mistake> {
        let limit = Selector::MAX_DEPTH;
        self.depth += 1;
        if self.depth > limit {
            return self.words.fail(Problem::TooDeep { limit });
        }
        let inner = read(self);
        self.depth -= 1;
        inner
    }
}
