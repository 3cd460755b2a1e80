//! From text to words.

use super::ast::{Arithmetic, Comparison};
use super::error::SelectorErrorKind as Kind;
use super::number;
use super::token::{Keyword, Token};

/// A word and where it starts, in octets.
pub(super) type Placed = (Token, usize);

/// Splits `text` into words; the last one is [`Token::End`]. An error comes with its place.
pub(super) fn split(text: &str) -> Result<Vec<Placed>, (Kind, usize)> {
    let mut lexer = Lexer { text, at: 0 };
    let mut tokens = Vec::new();
    loop {
        let blanks = lexer.rest().find(|c: char| !c.is_whitespace());
        lexer.at = blanks.map_or(text.len(), |len| lexer.at + len);
        let start = lexer.at;
        let token = lexer.next().map_err(|kind| (kind, start))?;
        let is_end = token == Token::End;
        tokens.push((token, start));
        if is_end {
            return Ok(tokens);
        }
    }
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

/// Operators of other languages, longest first.
const FOREIGN: [(&str, &str); 8] = [
    ("===", "="),
    ("!==", "<>"),
    ("==", "="),
    ("!=", "<>"),
    ("&&", "AND"),
    ("||", "OR"),
    ("=~", "LIKE"),
    ("!", "NOT"),
];

const SYMBOLS: [(&str, Token); 13] = [
    ("<>", Token::Comparison(Comparison::NotEqual)),
    ("<=", Token::Comparison(Comparison::LessOrEqual)),
    (">=", Token::Comparison(Comparison::GreaterOrEqual)),
    ("=", Token::Comparison(Comparison::Equal)),
    ("<", Token::Comparison(Comparison::Less)),
    (">", Token::Comparison(Comparison::Greater)),
    ("+", Token::Arithmetic(Arithmetic::Add)),
    ("-", Token::Arithmetic(Arithmetic::Subtract)),
    ("*", Token::Arithmetic(Arithmetic::Multiply)),
    ("/", Token::Arithmetic(Arithmetic::Divide)),
    ("(", Token::Open),
    (")", Token::Close),
    (",", Token::Comma),
];

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn next(&mut self) -> Result<Token, Kind> {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return Ok(Token::End);
        };
        let second = rest[first.len_utf8()..].chars().next();
        match first {
            '\'' => self.quoted('\'', Kind::UnclosedText).map(Token::Text),
            '`' => match self.quoted('`', Kind::UnclosedName)? {
                name if name.is_empty() => Err(Kind::EmptyName),
                name => Ok(Token::Name(name)),
            },
            '"' => Err(Kind::DoubleQuotes),
            '0'..='9' => self.number(),
            '.' if second.is_some_and(|c| c.is_ascii_digit()) => self.number(),
            _ if starts_name(first) => Ok(self.word()),
            _ => self.symbol(),
        }
    }

    fn symbol(&mut self) -> Result<Token, Kind> {
        let rest = self.rest();
        if let Some((found, instead)) = FOREIGN.iter().find(|(it, _)| rest.starts_with(it)) {
            return Err(Kind::ForeignOperator { found, instead });
        }
        let (symbol, token) = SYMBOLS
            .into_iter()
            .find(|(symbol, _)| rest.starts_with(symbol))
            .ok_or(Kind::UnexpectedCharacter)?;
        self.at += symbol.len();
        Ok(token)
    }

    /// What stands between two quotes. A doubled one is a quote.
    fn quoted(&mut self, quote: char, unclosed: Kind) -> Result<Box<str>, Kind> {
        let mut content = String::new();
        self.at += quote.len_utf8();
        loop {
            let rest = self.rest();
            let (before, after) = rest.split_once(quote).ok_or(unclosed)?;
            content.push_str(before);
            let is_doubled = after.starts_with(quote);
            self.at += before.len() + quote.len_utf8();
            if !is_doubled {
                return Ok(content.into());
            }
            content.push(quote);
            self.at += quote.len_utf8();
        }
    }

    fn number(&mut self) -> Result<Token, Kind> {
        let rest = self.rest();
        let digits = |from: usize| from + count(&rest[from..], |c| c.is_ascii_digit());
        let mut end = digits(0);
        if rest[end..].starts_with('.') {
            end = digits(end + 1);
        }
        if rest[end..].starts_with(['e', 'E']) {
            let sign = usize::from(rest[end + 1..].starts_with(['+', '-']));
            let exponent = digits(end + 1 + sign);
            if exponent == end + 1 + sign {
                return Err(Kind::BadNumber);
            }
            end = exponent;
        }
        let (written, after) = rest.split_at(end);
        if after.starts_with(|c| c == '.' || goes_on_name(c)) {
            return Err(Kind::BadNumber);
        }
        let number = number::parse(written).ok_or(Kind::NumberTooLarge)?;
        self.at += end;
        Ok(Token::Number(number))
    }

    /// A name or a keyword.
    fn word(&mut self) -> Token {
        let len = name_len(self.rest());
        let word = &self.rest()[..len];
        let token = match Keyword::from_word(word) {
            Some(keyword) => Token::Keyword(keyword),
            None => Token::Name(word.into()),
        };
        self.at += len;
        token
    }
}

/// Whether `name` can be written without backticks.
pub(super) fn is_plain_name(name: &str) -> bool {
    name.starts_with(starts_name)
        && name_len(name) == name.len()
        && Keyword::from_word(name).is_none()
}

/// How much of `text`, which starts with a name, is the name.
fn name_len(text: &str) -> usize {
    let mut len = 0;
    loop {
        len += count(&text[len..], goes_on_name);
        // A minus or point is one within a name only: `a-b` is a name, and `a-1` a difference.
        let joint = text[len..].strip_prefix(['-', '.']);
        if !joint.is_some_and(|after| after.starts_with(|c: char| c == '_' || c.is_alphabetic())) {
            return len;
        }
        len += 1;
    }
}

fn starts_name(c: char) -> bool {
    c == '_' || c == '$' || c.is_alphabetic()
}

fn goes_on_name(c: char) -> bool {
    starts_name(c) || c.is_alphanumeric()
}

/// The length of what `text` starts with and `belongs`.
fn count(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}
