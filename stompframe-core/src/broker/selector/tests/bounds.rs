//! How much a selector may be.

use super::*;

#[test]
fn length_is_bounded() {
    let with_length = |len: usize| format!("a = '{}'", "x".repeat(len - 6));
    assert!(Selector::parse(&with_length(Selector::MAX_LENGTH)).is_ok());
    assert_eq!(
        refusal(&with_length(Selector::MAX_LENGTH + 1)).to_string(),
        "the selector cannot be read at character 1025, it exceeds 1024 octets; write a shorter one"
    );
    // Octets count; the position is in characters.
    let error = refusal(&format!("a = '{}'", "ü".repeat(600)));
    assert_eq!(error.position(), 516);
}

#[test]
fn depth_is_bounded() {
    let deepest = Selector::MAX_DEPTH;
    let told = "it is nested deeper than 32; write fewer parentheses, NOT or signs";
    let nest = |open: &str, close: &str, depth: usize| {
        format!("{}a{} = 1", open.repeat(depth), close.repeat(depth))
    };
    for (open, close) in [("(", ")"), ("-", ""), ("NOT ", ""), ("-(", ")")] {
        let each = if open == "-(" { 2 } else { 1 };
        assert!(
            Selector::parse(&nest(open, close, deepest / each)).is_ok(),
            "{open}"
        );
        let error = refusal(&nest(open, close, deepest / each + 1));
        assert!(error.to_string().ends_with(told), "{error}");
    }
    // Side by side is not deep.
    let flat = vec!["(a)"; 60].join(" AND ");
    assert!(takes(&flat, &[("a", "true")]));
    // A NOT within counts as one in front.
    let nots = |depth: usize| format!("{}a NOT IN (1)", "NOT ".repeat(depth));
    assert!(Selector::parse(&nots(deepest - 1)).is_ok());
    let error = refusal(&nots(deepest));
    assert!(error.to_string().ends_with(told), "{error}");
}

#[test]
fn holes_between_two_percent_signs_are_bounded() {
    let pattern = |len: usize| format!("a LIKE '%_{}%'", "x".repeat(len - 1));
    let value = "x".repeat(64);
    assert!(takes(&pattern(64), &[("a", &value)]));
    assert!(!takes(&pattern(64), &[("a", &value[1..])]));
    let error = refusal(&pattern(65));
    let told = "more than 64 characters between two % with a _ among them; write fewer";
    assert!(error.to_string().ends_with(told), "{error}");
    // Anywhere else there is nothing to look for.
    let value = "x".repeat(203);
    for pattern in ["_%", "%_", "%"] {
        let pattern = pattern.replace('%', &format!("{}%{}", "x".repeat(100), "x".repeat(100)));
        assert!(
            takes(&format!("a LIKE '{pattern}'"), &[("a", &value)]),
            "{pattern}"
        );
    }
}

#[test]
fn the_number_of_nodes_is_bounded() {
    // Each item is one, and so are the header and the IN.
    let list = |items: usize| format!("a IN ({})", vec!["1"; items].join(","));
    assert!(Selector::parse(&list(Selector::MAX_NODES - 2)).is_ok());
    let error = refusal(&list(Selector::MAX_NODES - 1));
    let told = "it has more than 256 values and operators; write a simpler one";
    assert!(error.to_string().ends_with(told), "{error}");

    let chain = |headers: usize| vec!["a"; headers].join(" OR ");
    assert!(takes(&chain(Selector::MAX_NODES / 2), &[("a", "true")]));
    let error = refusal(&chain(Selector::MAX_NODES / 2 + 1));
    assert!(error.to_string().ends_with(told), "{error}");
}
