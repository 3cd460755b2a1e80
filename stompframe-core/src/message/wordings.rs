//! What serde says of a value that does not fit, without the value: what a client wrote may be a
//! password that stands in the wrong place, and this goes into logs.

/// Takes values and names that were read out of a sentence of serde's; what was expected stays.
pub(super) fn without_values(sentence: &str) -> String {
    let begins = |prefix: &&str| sentence.starts_with(*prefix);
    let known = [
        "invalid type: ",
        "invalid value: ",
        "unknown field ",
        "unknown variant ",
    ];
    let Some(prefix) = known.into_iter().find(|prefix| begins(prefix)) else {
        return sentence.to_owned();
    };
    // The last one: what stands in front may be anything.
    let ends = [", expected ", ", there are no "];
    let end = ends.iter().filter_map(|end| sentence.rfind(end)).max();
    let (read, rest) = sentence.split_at(end.unwrap_or(sentence.len()));
    // A kind, such as `string`, and then the value itself in quotes.
    let kind = read.split(['"', '`']).next().unwrap_or(prefix);
    format!("{}{rest}", kind.trim_end())
}

#[cfg(test)]
mod tests {
    use super::without_values;

    #[test]
    fn what_was_expected_stays_and_what_was_there_goes() {
        for (sentence, told) in [
            (
                "invalid type: string \"secret\", expected u32 at line 1 column 18",
                "invalid type: string, expected u32 at line 1 column 18",
            ),
            (
                "invalid type: string \"a, expected b\", expected u32",
                "invalid type: string, expected u32",
            ),
            (
                "invalid type: map, expected u64",
                "invalid type: map, expected u64",
            ),
            (
                "invalid value: integer `-5`, expected u8",
                "invalid value: integer, expected u8",
            ),
            (
                "unknown variant `secret`, expected `a` or `b`",
                "unknown variant, expected `a` or `b`",
            ),
            (
                "unknown field `secret`, there are no fields",
                "unknown field, there are no fields",
            ),
            ("unknown field `secret", "unknown field"),
            (
                "missing field `count` at line 1 column 2",
                "missing field `count` at line 1 column 2",
            ),
        ] {
            assert_eq!(without_values(sentence), told);
        }
    }

    #[test]
    fn it_knows_the_words_of_serde() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Order {
            #[allow(dead_code, reason = "it is never there")]
            kind: Kind,
        }
        #[derive(Debug, serde::Deserialize)]
        enum Kind {
            Tea,
        }
        for body in [
            r#"{"kind":"secret"}"#,
            r#"{"kind":{"secret":1}}"#,
            r#"{"secret":1}"#,
            r#"{"kind":"Tea","secret":1}"#,
            r#""secret""#,
        ] {
            let error = serde_json::from_str::<Order>(body).unwrap_err().to_string();
            assert!(!without_values(&error).contains("secret"), "{error}");
        }
        assert!(
            serde_json::from_str::<Order>(r#"{"kind":"Tea"}"#)
                .is_ok_and(|it| matches!(it.kind, Kind::Tea))
        );
    }
}
