//! Every operator, on headers that are there.

use super::*;

const HEADERS: &[(&str, &str)] = &[
    ("colour", "red"),
    ("other", "red"),
    ("n", "5"),
    ("m", "10"),
    ("price", "-2.50"),
    ("urgent", "True"),
    ("draft", "FALSE"),
    ("content-type", "text/plain"),
    ("x.y", "dotted"),
    ("größe", "1"),
    ("$a_1", "dollar"),
    ("in", "keyword"),
    ("x 1", "blank"),
    ("a`b", "backtick"),
    ("a", "7"),
    ("quote", "it's"),
    ("empty", ""),
];

#[test]
fn text_is_equal_or_not() {
    table(
        HEADERS,
        &[
            ("colour = 'red'", YES),
            ("'red' = colour", YES),
            ("colour = 'Red'", NO),
            ("colour = 'red '", NO),
            ("colour <> 'blue'", YES),
            ("colour <> 'red'", NO),
            ("colour = other", YES),
            ("colour <> other", NO),
            ("n = '5'", YES),
            ("n = '5.0'", NO),
            ("quote = 'it''s'", YES),
            ("empty = ''", YES),
            ("'a' = 'a'", YES),
        ],
    );
}

#[test]
fn numbers_have_an_order() {
    table(
        HEADERS,
        &[
            ("n = 5", YES),
            ("n = 5.0", YES),
            ("n = 0.5e1", YES),
            ("n = +5", YES),
            ("n <> 5", NO),
            ("n <> 6", YES),
            ("n < 5", NO),
            ("n <= 5", YES),
            ("n > 5", NO),
            ("n >= 5", YES),
            ("n < m", YES),
            ("m > n", YES),
            ("price < 0", YES),
            ("price = -2.5", YES),
            ("5 < 10", YES),
            (".5 < 1.", YES),
            // As text, 10 is less than 5.
            ("m > 5", YES),
        ],
    );
}

#[test]
fn arithmetic() {
    table(
        HEADERS,
        &[
            ("n + 1 = 6", YES),
            ("n - 1 = 4", YES),
            ("n-1 = 4", YES),
            ("n * m = 50", YES),
            ("n / 2 = 2.5", YES),
            ("-n = -5", YES),
            ("- -n = 5", YES),
            ("1 + 2 * 3 = 7", YES),
            ("(1 + 2) * 3 = 9", YES),
            ("10 - 3 - 2 = 5", YES),
            ("8 / 4 / 2 = 1", YES),
            ("-2 * -3 = 6", YES),
            ("n + 1 > m - 5", YES),
        ],
    );
}

#[test]
fn conditions_are_joined() {
    for (left, right) in [(true, true), (true, false), (false, true), (false, false)] {
        let both = format!("{left} AND {right}");
        assert_eq!(answer(&both, &[]), Some(left && right), "{both}");
        let one = format!("{left} OR {right}");
        assert_eq!(answer(&one, &[]), Some(left || right), "{one}");
    }
    table(
        HEADERS,
        &[
            ("NOT n = 5", NO),
            ("NOT NOT n = 5", YES),
            // NOT binds tighter than AND, and AND tighter than OR.
            ("NOT n = 6 AND n = 5", YES),
            ("NOT FALSE AND FALSE", NO),
            ("TRUE OR TRUE AND FALSE", YES),
            ("(TRUE OR TRUE) AND FALSE", NO),
            ("FALSE AND FALSE OR TRUE", YES),
            ("NOT (TRUE OR TRUE)", NO),
        ],
    );
}

#[test]
fn a_header_is_a_condition() {
    table(
        HEADERS,
        &[
            ("urgent", YES),
            ("draft", NO),
            ("NOT draft", YES),
            ("urgent AND n = 5", YES),
            ("urgent = TRUE", YES),
            ("draft = false", YES),
            ("draft <> TRUE", YES),
            ("(n = 5) = urgent", YES),
            ("(n = 5) = (m = 5)", NO),
            // Among themselves, headers are text.
            ("urgent = draft", NO),
        ],
    );
}

#[test]
fn between_includes_both_ends() {
    table(
        HEADERS,
        &[
            ("n BETWEEN 5 AND 6", YES),
            ("n BETWEEN 4 AND 5", YES),
            ("n BETWEEN 6 AND 7", NO),
            ("n BETWEEN 6 AND 4", NO),
            ("n NOT BETWEEN 6 AND 7", YES),
            ("n BETWEEN m - 5 AND m", YES),
            ("n BETWEEN 1 AND 9 AND colour = 'red'", YES),
            ("7 BETWEEN n AND m", YES),
        ],
    );
}

#[test]
fn lists() {
    table(
        HEADERS,
        &[
            ("colour IN ('blue', 'red')", YES),
            ("colour IN ('red')", YES),
            ("colour IN ('blue', 'RED')", NO),
            ("colour NOT IN ('blue')", YES),
            ("colour NOT IN ('red')", NO),
            ("n IN (1, 5.0)", YES),
            ("price IN (+1, -2.5)", YES),
            ("n IN (1, 2)", NO),
            ("n IN ('5')", YES),
        ],
    );
}

#[test]
fn presence() {
    table(
        HEADERS,
        &[
            ("colour IS NULL", NO),
            ("colour IS NOT NULL", YES),
            ("missing IS NULL", YES),
            ("missing IS NOT NULL", NO),
            ("empty IS NULL", NO),
        ],
    );
}

#[test]
fn names_of_headers() {
    table(
        HEADERS,
        &[
            ("content-type = 'text/plain'", YES),
            ("`content-type` = 'text/plain'", YES),
            ("x.y = 'dotted'", YES),
            ("größe = 1", YES),
            ("$a_1 = 'dollar'", YES),
            ("`in` = 'keyword'", YES),
            ("`x 1` = 'blank'", YES),
            ("`a``b` = 'backtick'", YES),
            // Case counts.
            ("Colour IS NULL", YES),
            // A minus belongs to a name if a letter follows.
            ("a-1 = 6", YES),
            ("a - n = 2", YES),
            ("a-n IS NULL", YES),
        ],
    );
}

#[test]
fn keywords_in_any_case_and_blanks_of_any_kind() {
    table(
        HEADERS,
        &[
            ("\tnot\n( n not between 6 and 7 ) oR n In(5)", YES),
            ("colour='red'and n>=5", YES),
            ("colour lIkE'r%'Or false", YES),
            ("missing iS nUll", YES),
        ],
    );
}

#[test]
fn of_a_repeated_header_the_first_counts() {
    let headers = &[("n", "1"), ("n", "2")];
    assert!(takes("n = 1", headers));
    assert!(!takes("n = 2", headers));
}

#[test]
fn what_is_no_header_can_be_shown_as_one() {
    let selector = parse("destination = '/topic/a' AND n = 5");
    let headers = Headers::from([("n", "5")]);
    assert!(!selector.matches(&headers));
    assert!(selector.matches_with(|name| match name {
        "destination" => Some("/topic/a"),
        name => headers.get(name),
    }));
}
