//! Whether STOMP and SockJS are kept, rule by rule: `rules.toml` says what is asked and what becomes
//! of it, the names of tests all over the workspace say which rules they prove, and
//! `docs/conformance.md` is made from both.
//!
//! `cargo test --test conformance` holds the three against each other; `CONFORMANCE=docs` before it
//! rewrites the page. What is tested here itself is what shows on a whole connection and needs no
//! socket, one file for each table.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

mod kit;
mod log;
mod page;
mod proofs;
mod rules;
mod slow;

mod acknowledging;
mod answering;
mod bodies;
mod connecting;
mod disconnecting;
mod endings;
mod escaping;
mod grammar;
mod heart_beats;
mod repeated;
mod sending;
mod subscribing;
mod transactions;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const PAGE: &str = "docs/conformance.md";

fn fail_on(problems: &[String]) {
    assert!(
        problems.is_empty(),
        "{} problems\n{}",
        problems.len(),
        problems.join("\n")
    );
}

fn rules() -> rules::Rules {
    rules::read(Path::new("tests/conformance/rules.toml")).unwrap()
}

#[test]
fn every_rule_stands_once_with_a_reason_where_it_needs_one() {
    let rules = rules();
    let mut seen = BTreeSet::new();
    let mut problems = Vec::new();
    for rule in rules.all() {
        if !seen.insert(&rule.id) {
            problems.push(format!("{}: stands twice", rule.id));
        }
        if (rule.level == rules::Level::Own) != rule.section.is_empty() {
            problems.push(format!(
                "{}: the rules of others have a section, ours none",
                rule.id
            ));
        }
        if rule.verdict.why().is_some_and(str::is_empty) {
            problems.push(format!("{}: no reason", rule.id));
        }
    }
    fail_on(&problems);
}

/// `R` of `R-04`.
fn table_of(rule: &str) -> &str {
    rule.split_once('-').map_or(rule, |(table, _)| table)
}

#[test]
fn every_rule_that_is_kept_has_a_test_and_every_tag_is_a_rule() {
    let rules = rules();
    let (proofs, mut problems) = proofs::find(Path::new("."));
    let known: BTreeSet<&str> = rules.all().map(|rule| rule.id.as_str()).collect();
    let tables: BTreeSet<&str> = known.iter().map(|rule| table_of(rule)).collect();
    let proven: BTreeSet<&str> = proofs.iter().map(|proof| proof.rule.as_str()).collect();
    for proof in &proofs {
        // Attacks and faults have tables of their own.
        let is_ours = tables.contains(table_of(&proof.rule));
        if is_ours && !known.contains(&*proof.rule) {
            problems.push(format!(
                "{}: {} names {}, which is no rule",
                proof.file, proof.test, proof.rule
            ));
        }
    }
    for rule in rules.all() {
        if rule.verdict.needs_proof() && !proven.contains(&*rule.id) {
            problems.push(format!("{}: no test: {}", rule.id, rule.asks));
        }
    }
    fail_on(&problems);
}

#[test]
fn the_page_is_current() {
    let mut proofs_of: BTreeMap<String, Vec<proofs::Proof>> = BTreeMap::new();
    for proof in proofs::find(Path::new(".")).0 {
        proofs_of.entry(proof.rule.clone()).or_default().push(proof);
    }
    let page = page::render(&rules(), &proofs_of);
    if std::env::var("CONFORMANCE").is_ok_and(|what| what == "docs") {
        std::fs::write(PAGE, page).unwrap();
        return;
    }
    let stored = std::fs::read_to_string(PAGE).unwrap_or_default();
    let differs = stored
        .lines()
        .zip(page.lines())
        .find(|(old, new)| old != new);
    assert!(
        stored == page,
        "{PAGE} is stale, CONFORMANCE=docs rewrites it; the first line that differs: {differs:#?}"
    );
}
