//! Placeholders in patterns and templates, as in `${chat.path}/say` or `${chat.path:/chat}/say`.
//!
//! They are filled before anything else is read. Like the grammar, this file stands in two crates:
//! the attributes check at compile time what can be checked before there is a value.

use super::syntax::{SyntaxError, closing_brace};

const OPEN: &str = "${";

/// Replaces the placeholders of a text: by what `value` gives for a name, or else by the
/// placeholder's own default, whose placeholders are replaced as well, or else by what `missing`
/// gives, which is told whether it is where the text begins. A value is taken as it is.
pub(crate) fn fill(
    text: &str,
    value: &impl Fn(&str) -> Option<String>,
    missing: &mut impl FnMut(&str, bool) -> String,
) -> Result<String, SyntaxError> {
    let mut filled = String::with_capacity(text.len());
    fill_into(&mut filled, text, value, missing)?;
    Ok(filled)
}

fn fill_into(
    filled: &mut String,
    text: &str,
    value: &impl Fn(&str) -> Option<String>,
    missing: &mut impl FnMut(&str, bool) -> String,
) -> Result<(), SyntaxError> {
    let mut rest = text;
    while let Some(open) = rest.find(OPEN) {
        let (before, placeholder) = rest.split_at(open);
        filled.push_str(before);
        let braces = &placeholder[OPEN.len() - 1..];
        let Some(close) = closing_brace(braces) else {
            return Err(SyntaxError(format!(
                "\"{text}\" has a `{OPEN}` without its `}}`"
            )));
        };
        let inner = &braces[1..close];
        let (name, default) = match inner.split_once(':') {
            Some((name, default)) => (name, Some(default)),
            None => (inner, None),
        };
        if !is_name(name) {
            return Err(SyntaxError(format!(
                "`{OPEN}{inner}}}` in \"{text}\" is no placeholder: the name of a property has letters, digits, `.`, \
                 `_` and `-`; for a variable leave the `$` out"
            )));
        }
        match (value(name), default) {
            (Some(value), _) => filled.push_str(&value),
            (None, Some(default)) => fill_into(filled, default, value, missing)?,
            (None, None) => {
                let instead = missing(name, filled.is_empty());
                filled.push_str(&instead);
            }
        }
        rest = &braces[close + 1..];
    }
    filled.push_str(rest);
    Ok(())
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|letter| letter.is_alphanumeric() || matches!(letter, '.' | '_' | '-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str) -> Result<String, String> {
        let value = |name: &str| (name == "a.b-c_1").then(|| "/x/{v}/${other}".to_owned());
        let mut missing = |name: &str, begins: bool| format!("<{name} {begins}>");
        fill(text, &value, &mut missing).map_err(|error| error.to_string())
    }

    #[test]
    fn a_placeholder_is_a_value_or_its_default() {
        for (text, expected) in [
            ("/a/{v}/{n:[0-9]{2}$}", "/a/{v}/{n:[0-9]{2}$}"),
            ("${a.b-c_1}/y", "/x/{v}/${other}/y"),
            ("/y${a.b-c_1:/z}", "/y/x/{v}/${other}"),
            ("${no:/z}/y", "/z/y"),
            ("/y${no:}", "/y"),
            ("${no:/{v:[a-z]{3}}}/y", "/{v:[a-z]{3}}/y"),
            ("${no:${neither:/z}}/y", "/z/y"),
            ("/{n:${no:[0-9]+}}", "/{n:[0-9]+}"),
            ("${no}/${no}", "<no true>/<no false>"),
            ("${no:${neither}}", "<neither true>"),
            ("/$x/$", "/$x/$"),
        ] {
            assert_eq!(filled(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_placeholder_says_why() {
        for (text, words) in [
            ("/${a", "without its `}`"),
            ("/${a:{b}", "without its `}`"),
            ("/${}", "is no placeholder"),
            ("/${a b}", "is no placeholder"),
            ("/${:b}", "leave the `$` out"),
        ] {
            let error = filled(text).unwrap_err();
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
