//! What is no selector, where, and what the client is told.

use super::*;

/// Each row: a selector, the character where it cannot be read, and what is told; `ending` is what
/// all of them are told at the end.
#[track_caller]
fn table_with(ending: &str, rows: &[(&str, usize, &str)]) {
    for (selector, position, told) in rows {
        let error = refusal(selector);
        let expected =
            format!("the selector cannot be read at character {position}, {told}{ending}");
        assert_eq!(error.to_string(), expected, "{selector}");
        assert_eq!(error.position(), *position, "{selector}");
    }
}

#[test]
fn empty() {
    table_with(
        "it is empty; write a condition such as priority > 5, or leave the selector out",
        &[("", 1, ""), (" \n", 1, "")],
    );
}

#[test]
fn other_languages() {
    table_with(
        "a character that means nothing here; put text in single quotes, and the name of a header that has other characters than letters, digits, _ and $ in backticks",
        &[("headers['a'] = 'b'", 8, ""), ("a % 2 = 0", 3, "")],
    );
    table_with(
        "",
        &[
            ("colour == 'red'", 8, "== is no operator here; write ="),
            (
                "headers.colour == 'red'",
                16,
                "== is no operator here; write =",
            ),
            ("colour === 'red'", 8, "=== is no operator here; write ="),
            ("colour != 'red'", 8, "!= is no operator here; write <>"),
            ("colour !== 'red'", 8, "!== is no operator here; write <>"),
            ("a && b", 3, "&& is no operator here; write AND"),
            ("a || b", 3, "|| is no operator here; write OR"),
            ("!a", 1, "! is no operator here; write NOT"),
            ("a =~ 'b'", 3, "=~ is no operator here; write LIKE"),
            (
                "colour = \"red\"",
                10,
                "double quotes; put text in single quotes, and the name of a header in backticks",
            ),
            (
                "T(java.lang.Runtime)",
                2,
                "found (; write AND, OR, or nothing more",
            ),
            (
                "upper(a) = 'A'",
                6,
                "found (; write AND, OR, or nothing more",
            ),
        ],
    );
}

#[test]
fn words_that_are_none() {
    table_with(
        "a number that does not end where it should; put a blank behind it, or single quotes around it if it is text",
        &[
            ("a = 5kg", 5, ""),
            ("a = 1.2.3", 5, ""),
            ("a = 1e", 5, ""),
            ("a = 0x5", 5, ""),
        ],
    );
    table_with(
        "",
        &[
            (
                "a = 'red",
                5,
                "a single quote that is never closed; a quote inside of text is written twice",
            ),
            (
                "ü = 'it''s",
                5,
                "a single quote that is never closed; a quote inside of text is written twice",
            ),
            (
                "a = `b",
                5,
                "a backtick that is never closed; a backtick inside of a name is written twice",
            ),
            (
                "`` = 1",
                1,
                "an empty name; write that of a header between the backticks",
            ),
            (
                "a = 1e999",
                5,
                "a number that is too large or too long; compare it as text, in single quotes",
            ),
        ],
    );
}

#[test]
fn something_is_missing_or_too_much() {
    table_with(
        "; write a header, a number, text in single quotes, TRUE, FALSE or (",
        &[
            ("a =", 4, "found the end"),
            ("a = = 'b'", 5, "found ="),
            ("AND a", 1, "found AND"),
            ("a AND", 6, "found the end"),
            ("a = NOT b", 5, "found NOT"),
            ("()", 2, "found )"),
        ],
    );
    table_with(
        "; write AND, OR, or nothing more",
        &[
            ("a = 1)", 6, "found )"),
            ("a b", 3, "found the name of a header"),
            ("a = 'b' 'c'", 9, "found text"),
            ("a = 1 2", 7, "found a number"),
            ("a, b", 2, "found a comma"),
        ],
    );
    table_with(
        "a second comparison; put AND between, as in a < b AND b < c",
        &[
            ("a < b < c", 7, ""),
            ("(a = 1 = 2)", 8, ""),
            ("a IS NULL IS NULL", 11, ""),
        ],
    );
    table_with(
        "",
        &[
            ("(a = 1", 7, "found the end; write a ) for the ( before"),
            (
                "+a = 1",
                2,
                "found the name of a header; write a number behind the sign",
            ),
            (
                "a BETWEEN 1",
                12,
                "found the end; write AND and the highest number",
            ),
            (
                "a BETWEEN 1, 2",
                12,
                "found a comma; write AND and the highest number",
            ),
            ("a NOT = 1", 7, "found =; write BETWEEN, IN or LIKE"),
            (
                "a IN 'b'",
                6,
                "found text; write a list, as in IN ('a', 'b')",
            ),
            (
                "a IN ()",
                7,
                "found ); write a number, or text in single quotes",
            ),
            (
                "a IN (b)",
                7,
                "found the name of a header; write a number, or text in single quotes",
            ),
            (
                "a IN (-'b')",
                8,
                "found text; write a number behind the sign",
            ),
            (
                "a IN ('b',)",
                11,
                "found ); write a number, or text in single quotes",
            ),
            ("a IN ('b' 'c')", 11, "found text; write a comma or )"),
            (
                "a LIKE b",
                8,
                "found the name of a header; write a pattern in single quotes, as in LIKE 'a%'",
            ),
            (
                "a LIKE 'b' ESCAPE",
                18,
                "found the end; write the escape character in single quotes",
            ),
            (
                "a LIKE 'b' ESCAPE ''",
                19,
                "ESCAPE takes exactly one character in single quotes, as in ESCAPE '!'",
            ),
            (
                "a LIKE 'b' ESCAPE '!!'",
                19,
                "ESCAPE takes exactly one character in single quotes, as in ESCAPE '!'",
            ),
            (
                "a LIKE 'b!' ESCAPE '!'",
                8,
                "the escape character must be followed by %, _ or itself",
            ),
            (
                "a LIKE '!b' ESCAPE '!'",
                8,
                "the escape character must be followed by %, _ or itself",
            ),
            ("a IS 5", 6, "found a number; write NULL or NOT NULL"),
            ("a IS NOT TRUE", 10, "found TRUE; write NULL or NOT NULL"),
            (
                "a = NULL",
                5,
                "nothing equals NULL; write IS NULL or IS NOT NULL behind the name of a header",
            ),
        ],
    );
}

#[test]
fn types_that_do_not_go_together() {
    table_with(
        " is no condition; compare it with something",
        &[
            ("5", 1, "a number"),
            ("'red'", 1, "text"),
            ("a = 1 AND b + 1", 11, "a number"),
            ("'x' OR a", 1, "text"),
            ("NOT 5", 5, "a number"),
        ],
    );
    table_with(
        " is no number; only numbers have an order and can be calculated with",
        &[
            ("a < 'red'", 5, "text"),
            ("a >= TRUE", 6, "a condition"),
            ("a BETWEEN 'b' AND 'c'", 11, "text"),
            ("1 + 'a' = 2", 5, "text"),
            ("-TRUE = 1", 2, "a condition"),
            ("(a AND b) * 2 = 1", 2, "a condition"),
        ],
    );
    table_with(
        "; write both alike, text with single quotes and numbers without",
        &[
            ("5 = 'a'", 5, "text never equals a number"),
            ("a + 1 = 'b'", 9, "text never equals a number"),
            ("TRUE <> 5", 9, "a number never equals a condition"),
            ("a IN ('b', 5)", 12, "a number never equals text"),
        ],
    );
    table_with(
        "",
        &[
            (
                "5 IN (5)",
                1,
                "only the name of a header can stand before IN",
            ),
            (
                "a + 1 IN (5)",
                1,
                "only the name of a header can stand before IN",
            ),
            (
                "'a' LIKE 'a'",
                1,
                "only the name of a header can stand before LIKE",
            ),
            (
                "(a = 1) IS NULL",
                2,
                "only the name of a header can stand before IS",
            ),
        ],
    );
}
