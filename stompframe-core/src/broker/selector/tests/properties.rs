//! Rules over arbitrary input.

use std::cell::Cell;

use proptest::prelude::*;
use proptest::sample::select;

use super::super::ast::{Arithmetic, Comparison, Expr, Kind};
use super::super::like::Pattern;
use super::*;

/// Words that are rarely in the right order.
fn words() -> impl Strategy<Value = String> {
    let word = select(vec![
        "a", "b-c", "`x 1`", "'red'", "'a%'", "5", "-1", "1e3", "TRUE", "NULL", "=", "<>", "<",
        ">=", "+", "-", "*", "/", "(", ")", ",", "AND", "OR", "NOT", "BETWEEN", "IN", "LIKE",
        "ESCAPE", "IS", "==", "\"", "'", "`", "ü",
    ]);
    prop::collection::vec(word, 0..16).prop_map(|words| words.join(" "))
}

fn name() -> impl Strategy<Value = Box<str>> {
    select(vec!["a", "b", "content-type", "in", "x 1", "a`b", "5"]).prop_map(Into::into)
}

fn text() -> impl Strategy<Value = Expr> {
    "[a'%_!5]{0,3}".prop_map(|text| Expr::Text(text.into()))
}

fn number() -> impl Strategy<Value = Expr> {
    let some = prop_oneof![select(vec![0.0, 1.0, 5.0, 0.5, 1e300, 1e-300]), 0.0..1e20];
    some.prop_map(Expr::Number)
}

fn calculated() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![number(), name().prop_map(Expr::Header)];
    leaf.prop_recursive(4, 12, 2, |inner| {
        let operator = select(vec![
            Arithmetic::Add,
            Arithmetic::Subtract,
            Arithmetic::Multiply,
            Arithmetic::Divide,
        ]);
        prop_oneof![
            inner.clone().prop_map(|it| Expr::Negative(it.into())),
            (operator, inner.clone(), inner).prop_map(|(operator, l, r)| Expr::Arithmetic(
                operator,
                l.into(),
                r.into()
            )),
        ]
    })
}

fn comparison() -> impl Strategy<Value = Comparison> {
    select(vec![
        Comparison::Equal,
        Comparison::NotEqual,
        Comparison::Less,
        Comparison::LessOrEqual,
        Comparison::Greater,
        Comparison::GreaterOrEqual,
    ])
}

/// Expressions as the parser makes them, all of them.
fn condition() -> impl Strategy<Value = Expr> {
    let compared = (comparison(), calculated(), calculated()).prop_map(|(operator, l, r)| {
        let are_headers = l.kind().is_none() && r.kind().is_none();
        let kind = if are_headers && !operator.is_order() {
            Kind::Text
        } else {
            Kind::Number
        };
        Expr::Compare(operator, kind, l.into(), r.into())
    });
    let equal = (name(), text()).prop_map(|(name, text)| {
        Expr::Compare(
            Comparison::Equal,
            Kind::Text,
            Expr::Header(name).into(),
            text.into(),
        )
    });
    let between = (calculated(), calculated(), calculated())
        .prop_map(|(value, low, high)| Expr::Between(value.into(), low.into(), high.into()));
    let texts = (name(), prop::collection::vec(text(), 1..4))
        .prop_map(|(name, items)| Expr::In(name, Kind::Text, items.into()));
    let numbers = (name(), prop::collection::vec(number(), 1..4))
        .prop_map(|(name, items)| Expr::In(name, Kind::Number, items.into()));
    let like = (name(), "[a'%_]{0,4}").prop_map(|(name, pattern)| {
        Expr::Like(name, Pattern::parse(&pattern, Some('!')).unwrap().into())
    });
    let leaf = prop_oneof![
        any::<bool>().prop_map(Expr::Boolean),
        name().prop_map(Expr::Header),
        name().prop_map(Expr::IsNull),
        compared,
        equal,
        between,
        texts,
        numbers,
        like,
    ];
    leaf.prop_recursive(4, 16, 2, |inner| {
        let both = (inner.clone(), inner.clone());
        let is_known = |expr: &Expr| expr.kind().is_some();
        let known = inner.clone().prop_filter("of a type", is_known);
        prop_oneof![
            inner.prop_map(|it| Expr::Not(it.into())),
            both.clone()
                .prop_map(|(l, r)| Expr::And(l.into(), r.into())),
            both.clone().prop_map(|(l, r)| Expr::Or(l.into(), r.into())),
            (known.clone(), known).prop_map(|(l, r)| {
                Expr::Compare(Comparison::NotEqual, Kind::Boolean, l.into(), r.into())
            }),
        ]
    })
}

proptest! {
    #[test]
    fn no_text_panics(text in ".*") {
        let _ = Selector::parse(&text);
    }

    #[test]
    fn words_in_any_order_are_read_or_refused(text in words()) {
        match Selector::parse(&text) {
            Ok(selector) => prop_assert_eq!(parse(&selector.to_string()), selector),
            Err(error) => {
                prop_assert!((1..=text.chars().count() + 1).contains(&error.position()));
                // So that it can go into an ERROR frame of any version, and shows nothing foreign.
                let told = error.to_string();
                prop_assert!(told.bytes().all(|octet| matches!(octet, b' '..=b'~')), "{}", told);
                prop_assert!(!told.contains([':', '\\']), "{}", told);
            }
        }
    }

    #[test]
    fn reading_reverses_writing(condition in condition()) {
        let written = condition.to_string();
        prop_assume!(written.len() <= Selector::MAX_LENGTH);
        prop_assert_eq!(parse(&written), Selector(condition), "{}", written);
    }

    #[test]
    fn each_node_looks_at_one_header_once_at_most(condition in condition()) {
        let written = condition.to_string();
        prop_assume!(written.len() <= Selector::MAX_LENGTH);
        let looks = Cell::new(0);
        let _ = parse(&written).matches_with(|_| {
            looks.set(looks.get() + 1);
            Some("5")
        });
        prop_assert!(looks.get() <= Selector::MAX_NODES);
    }

    #[test]
    fn nothing_is_both_true_and_false(
        condition in condition(),
        a in prop::option::of("true|false|5|a|-0.5"),
        b in prop::option::of("true|a|1e3"),
    ) {
        let headers: Vec<_> = [("a", &a), ("b", &b)]
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.as_deref()?)))
            .collect();
        let written = condition.to_string();
        prop_assume!(written.len() + 6 <= Selector::MAX_LENGTH);
        let known = answer(&written, &headers);
        // De Morgan, with three values.
        let either = answer(&format!("({written}) OR a"), &headers);
        let neither = answer(&format!("NOT ({written}) AND NOT a"), &headers);
        prop_assert_eq!(either, neither.map(|it| !it));
        if known == YES {
            prop_assert_eq!(either, YES);
        }
    }
}
