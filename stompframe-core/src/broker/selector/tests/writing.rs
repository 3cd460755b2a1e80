//! A selector written back.

use super::*;

#[test]
fn a_selector_is_written_in_one_way() {
    let rows = [
        ("a='red'and b", "a = 'red' AND b"),
        ("((a))", "a"),
        ("a and (b and c)", "a AND (b AND c)"),
        ("(a and b) and c", "a AND b AND c"),
        ("(a or b) and c", "(a OR b) AND c"),
        ("a or (b and c)", "a OR b AND c"),
        ("not (a or b)", "NOT (a OR b)"),
        ("not (a = 1)", "NOT a = 1"),
        ("(not a) = true", "(NOT a) = TRUE"),
        ("(a = 1) <> (b = 2)", "(a = 1) <> (b = 2)"),
        ("a-(b-1)*2>-3", "a - (b - 1) * 2 > -3"),
        ("a - (b - 1) - 2 = 0", "a - (b - 1) - 2 = 0"),
        ("(a * b) / (c / d) = 0", "a * b / (c / d) = 0"),
        ("-(a + 1) = - - b", "-(a + 1) = --b"),
        ("a = +5.0", "a = 5"),
        ("a = 1e300 or a = 0.000001", "a = 1e300 OR a = 1e-6"),
        ("a not between 1 and 2+3", "NOT a BETWEEN 1 AND 2 + 3"),
        ("a in ('it''s','b')", "a IN ('it''s', 'b')"),
        ("a in (-1,+2)", "a IN (-1, 2)"),
        ("a like 'b!%' escape '!'", "a LIKE 'b!%' ESCAPE '!'"),
        ("a like 'b''''%' escape ''''", "a LIKE 'b''''%' ESCAPE ''''"),
        ("a is not null", "NOT a IS NULL"),
        ("`a` = `b c` and `a``b`", "a = `b c` AND `a``b`"),
        ("`not` = `5` and `a-` = `a-b`", "`not` = `5` AND `a-` = a-b"),
    ];
    for (selector, written) in rows {
        assert_eq!(parse(selector).to_string(), written, "{selector}");
        assert_eq!(parse(written), parse(selector), "{selector}");
    }
    assert_eq!(format!("{:?}", parse("a=1")), "Selector(a = 1)");
}
