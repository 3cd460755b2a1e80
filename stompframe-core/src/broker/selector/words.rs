//! The words of a selector, one after the other.

use super::check::Mistake;
use super::error::SelectorErrorKind;
use super::lexer::Placed;
use super::token::{Keyword, Token};

/// Words that are still to be read.
pub(super) struct Words {
    /// The next one is the last of these.
    tokens: Vec<Placed>,
}

impl Words {
    pub(super) fn new(mut tokens: Vec<Placed>) -> Self {
        tokens.reverse();
        Self { tokens }
    }

    pub(super) fn peek(&self) -> &Token {
        self.tokens.last().map_or(&Token::End, |(token, _)| token)
    }

    /// Where the next word starts.
    pub(super) fn at(&self) -> usize {
        self.tokens.last().map_or(0, |(_, at)| *at)
    }

    /// Goes to the next word, and stays at the last one.
    pub(super) fn advance(&mut self) {
        if self.tokens.len() > 1 {
            self.tokens.pop();
        }
    }

    pub(super) fn eat(&mut self, keyword: Keyword) -> bool {
        let is_there = *self.peek() == Token::Keyword(keyword);
        if is_there {
            self.advance();
        }
        is_there
    }

    pub(super) fn expect(&mut self, token: &Token, called: &'static str) -> Result<(), Mistake> {
        if self.peek() != token {
            return self.expected(called);
        }
        self.advance();
        Ok(())
    }

    pub(super) fn text(&mut self, called: &'static str) -> Result<(Box<str>, usize), Mistake> {
        let at = self.at();
        let Token::Text(text) = self.peek() else {
            return self.expected(called);
        };
        let text = text.clone();
        self.advance();
        Ok((text, at))
    }

    pub(super) fn expected<T>(&self, expected: &'static str) -> Result<T, Mistake> {
        let found = self.peek().describe();
        self.fail(SelectorErrorKind::Expected { expected, found })
    }

    pub(super) fn fail<T>(&self, problem: SelectorErrorKind) -> Result<T, Mistake> {
        Err((problem, self.at()))
    }
}
