//! `LIKE`.

use proptest::prelude::*;

use super::super::like::Pattern;
use super::*;

#[test]
fn like() {
    let rows = [
        ("red", "red", true),
        ("red", "Red", false),
        ("r%", "red", true),
        ("%d", "red", true),
        ("%e%", "red", true),
        ("%", "", true),
        ("%%", "red", true),
        ("", "", true),
        ("", "a", false),
        ("r_d", "red", true),
        ("r_d", "rd", false),
        ("___", "red", true),
        ("__", "red", false),
        ("_%", "", false),
        ("%_", "ü", true),
        ("r_d", "rüd", true),
        ("%ab%ab%", "ab", false),
        ("%ab%ab%", "abab", true),
        ("ab%ab", "ab", false),
        ("a%a", "aa", true),
        ("%a_c%c", "abcabd abc", true),
        ("%a_c%c", "abab", false),
        ("%a_a%", "aab aba", true),
        (".*", "red", false),
        ("it''s%", "it's me", true),
    ];
    for (pattern, value, expected) in rows {
        let selector = format!("name LIKE '{pattern}'");
        assert_eq!(
            answer(&selector, &[("name", value)]),
            Some(expected),
            "{selector} on {value}"
        );
        let selector = format!("name NOT LIKE '{pattern}'");
        assert_eq!(
            takes(&selector, &[("name", value)]),
            !expected,
            "{selector} on {value}"
        );
    }
}

#[test]
fn an_escaped_character_stands_for_itself() {
    let rows = [
        ("100!%", '!', "100%", true),
        ("100!%", '!', "1000", false),
        ("a!_b", '!', "a_b", true),
        ("a!_b", '!', "axb", false),
        ("a!!b", '!', "a!b", true),
        ("!%%!%", '!', "%red%", true),
        ("!%%!%", '!', "%", false),
        // A character with a meaning can lose it.
        ("a%%b%%", '%', "a%b%", true),
        ("a%%b%%", '%', "a%bc", false),
        ("a\\%", '\\', "a%", true),
    ];
    for (pattern, escape, value, expected) in rows {
        let selector = format!("name LIKE '{pattern}' ESCAPE '{escape}'");
        assert_eq!(
            takes(&selector, &[("name", value)]),
            expected,
            "{selector} on {value}"
        );
    }
    // Without ESCAPE there is no such character.
    assert!(takes("name LIKE 'a\\%'", &[("name", "a\\b")]));
    assert!(takes("name LIKE 'a''%' ESCAPE ''''", &[("name", "a%")]));
}

/// A matcher that tries again behind each `%` would not come to an end.
#[test]
fn a_pattern_that_nearly_matches_is_no_work() {
    let value = "a".repeat(8 * 1024);
    for part in ["%a", "%a_", "%_a"] {
        let pattern = part.repeat(300);
        let selector = format!("name LIKE '{pattern}b'");
        assert!(!takes(&selector, &[("name", &value)]), "{selector}");
        assert!(takes(
            &format!("name LIKE '{pattern}'"),
            &[("name", &value)]
        ));
    }
}

/// All ways to match, which the matcher must not try, in a table: `fits[i]` says whether what was
/// read of the pattern so far matches the first `i` characters.
fn matches_by_table(pattern: &str, text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let mut fits = vec![false; text.len() + 1];
    fits[0] = true;
    for c in pattern.chars() {
        let before = fits.clone();
        for i in 0..=text.len() {
            fits[i] = match c {
                '%' => before[..=i].contains(&true),
                '_' => i > 0 && before[i - 1],
                _ => i > 0 && before[i - 1] && text[i - 1] == c,
            };
        }
    }
    fits[text.len()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn like_finds_a_match_if_there_is_one(pattern in "[abü%_]{0,8}", text in "[abü]{0,12}") {
        let found = Pattern::parse(&pattern, None).unwrap().matches(&text);
        prop_assert_eq!(found, matches_by_table(&pattern, &text));
    }
}
