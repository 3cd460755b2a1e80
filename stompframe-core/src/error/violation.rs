use serde::Serialize;

use super::Untrusted;

/// One rule that a body breaks: for the client, which finds it under `violations` in the message on
/// `/user/queue/errors`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    path: String,
    message: String,
}

impl Violation {
    /// Where in the body, such as `items[2].count`, and what is wrong there. Clients have a hand in
    /// both, so they are cut, and stay on one line.
    #[must_use]
    pub fn new(path: &str, message: &str) -> Self {
        Self {
            path: Untrusted(path).to_string(),
            message: Untrusted(message).to_string(),
        }
    }

    /// Where in the body; empty for the body itself.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong there.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// How many are told: a body may break as many rules as it has room for.
const AT_MOST: usize = 20;

/// Those that are told, and all of them as one sentence.
pub(super) fn told(violations: impl IntoIterator<Item = Violation>) -> (Vec<Violation>, String) {
    let mut violations = violations.into_iter();
    let told: Vec<_> = violations.by_ref().take(AT_MOST).collect();
    let mut sentence = String::new();
    for Violation { path, message } in &told {
        for (text, follows) in [(path, ": "), (message, "; ")] {
            if !text.is_empty() {
                sentence.push_str(text);
                sentence.push_str(follows);
            }
        }
    }
    if violations.next().is_some() {
        sentence.push_str("and more");
    }
    let length = sentence.trim_end_matches("; ").len();
    sentence.truncate(length);
    (told, sentence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ErrorCode, MessagingError};

    #[test]
    fn what_is_told_is_bounded_and_stays_on_one_line() {
        let endless = std::iter::repeat_with(|| Violation::new(&"a\n".repeat(1_000), "no"));
        let error = MessagingError::new(ErrorCode::Invalid).with_violations(endless.take(1_000));
        assert_eq!(error.violations().len(), AT_MOST);
        let shown = error.to_string();
        assert!(shown.ends_with("...: no; and more"), "{shown}");
        assert!(shown.len() < 16_000 && !shown.contains('\n'), "{shown}");
    }

    #[test]
    fn the_sentence_names_each_place() {
        let (_, sentence) = told([
            Violation::new("count", "lower than 1"),
            Violation::new("", "all wrong"),
        ]);
        assert_eq!(sentence, "count: lower than 1; all wrong");
    }
}
