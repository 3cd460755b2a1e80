//! What is unknown, and what is known nevertheless.

use super::*;

const HEADERS: &[(&str, &str)] = &[("n", "5"), ("word", "many"), ("zero", "0"), ("yes", "true")];

#[test]
fn a_missing_header_makes_a_comparison_unknown() {
    table(
        HEADERS,
        &[
            ("missing = 'a'", UNKNOWN),
            ("missing <> 'a'", UNKNOWN),
            ("missing = missing", UNKNOWN),
            ("missing <> n", UNKNOWN),
            ("missing = 5", UNKNOWN),
            ("missing < 5", UNKNOWN),
            ("n > missing", UNKNOWN),
            ("missing + 1 = 1", UNKNOWN),
            ("n = 1 - missing", UNKNOWN),
            ("-missing < 5", UNKNOWN),
            ("missing = TRUE", UNKNOWN),
            ("missing = FALSE", UNKNOWN),
            ("missing", UNKNOWN),
            ("missing BETWEEN 1 AND 9", UNKNOWN),
            ("missing NOT BETWEEN 1 AND 9", UNKNOWN),
            ("missing IN ('a')", UNKNOWN),
            ("missing NOT IN ('a')", UNKNOWN),
            ("missing IN (1)", UNKNOWN),
            ("missing LIKE '%'", UNKNOWN),
            ("missing NOT LIKE '%'", UNKNOWN),
        ],
    );
}

#[test]
fn a_word_has_no_number_and_no_truth() {
    table(
        HEADERS,
        &[
            ("word = 5", UNKNOWN),
            ("word <> 5", UNKNOWN),
            ("word > 5", UNKNOWN),
            ("word < n", UNKNOWN),
            ("word IN (5)", UNKNOWN),
            ("word BETWEEN 1 AND 9", UNKNOWN),
            ("word * 0 = 0", UNKNOWN),
            ("word", UNKNOWN),
            ("word = TRUE", UNKNOWN),
            ("n = TRUE", UNKNOWN),
            // Yet it is text.
            ("word <> '5'", YES),
            ("word <> n", YES),
        ],
    );
}

#[test]
fn a_number_is_finite_and_has_nothing_around_it() {
    for value in [
        "", " 5", "5 ", "5kg", "0x5", "1e999", "inf", "Infinity", "NaN", "1_000", "1,5", "--5",
        "e5", ".", "٥",
    ] {
        assert_eq!(answer("n = n + 0", &[("n", value)]), None, "{value:?}");
        assert_eq!(answer("n > 0", &[("n", value)]), UNKNOWN, "{value:?}");
    }
    for value in ["5", "+5", "5.", "05", "5e0", "5E+0", "0.5e1"] {
        assert_eq!(answer("n = 5", &[("n", value)]), YES, "{value:?}");
    }
    let many_digits = format!("5.{}", "0".repeat(100));
    assert_eq!(answer("n = 5", &[("n", &many_digits)]), UNKNOWN);
}

#[test]
fn arithmetic_without_a_result_is_unknown() {
    table(
        HEADERS,
        &[
            ("n / zero > 0", UNKNOWN),
            ("0 / 0 = 0", UNKNOWN),
            ("1e300 * 1e300 > 0", UNKNOWN),
            ("n / zero - n / zero = 0", UNKNOWN),
        ],
    );
}

#[test]
fn what_decides_is_known_beside_what_is_unknown() {
    table(
        HEADERS,
        &[
            ("missing AND TRUE", UNKNOWN),
            ("TRUE AND missing", UNKNOWN),
            ("missing AND FALSE", NO),
            ("FALSE AND missing", NO),
            ("missing AND missing", UNKNOWN),
            ("missing OR TRUE", YES),
            ("TRUE OR missing", YES),
            ("missing OR FALSE", UNKNOWN),
            ("FALSE OR missing", UNKNOWN),
            ("missing OR missing", UNKNOWN),
            ("NOT missing", UNKNOWN),
            // One end of a range can be enough.
            ("n BETWEEN missing AND 4", NO),
            ("n BETWEEN missing AND 6", UNKNOWN),
            ("n BETWEEN 6 AND missing", NO),
            ("n BETWEEN 4 AND missing", UNKNOWN),
        ],
    );
}

#[test]
fn presence_is_never_unknown() {
    table(
        HEADERS,
        &[
            ("missing IS NULL OR missing", YES),
            ("missing IS NOT NULL AND missing", NO),
            ("word IS NOT NULL", YES),
        ],
    );
}
