//! The page that says attack by attack what becomes of it: `docs/attacks.md`.

use std::collections::{BTreeMap, BTreeSet};

use super::table::{Attack, Verdict, attacks, proofs, tests};

const PAGE: &str = "docs/attacks.md";

const HEAD: &str = "\
# Attacks

What has been done to servers of this kind, whether it applies here, and the tests that try it. A test fails when what
withstands it is taken away. `cargo test --test security` fails when an attack that is withstood has no test. This page is
made from `tests/security/attacks.toml` and the names of the tests: do not edit it, `ATTACKS=docs cargo test --test security`
rewrites it.

- **withstood**: there is a test.
- **not yet**: it applies, and a test or the defence is missing.
- **not applicable**: what it is aimed at is not there.

";

#[test]
fn every_attack_that_is_withstood_has_a_test_and_every_name_is_an_attack() {
    let attacks = attacks();
    let known: BTreeSet<&str> = attacks.all().map(|attack| attack.id.as_str()).collect();
    assert_eq!(known.len(), attacks.all().count(), "an id stands twice");
    let proofs = proofs(&attacks);
    let names: BTreeSet<String> = tests().into_iter().map(|(name, _)| name).collect();
    let mut problems = Vec::new();
    for (id, tests) in &proofs {
        if !known.contains(id.as_str()) {
            problems.push(format!("{tests:?} name {id}, which is no attack"));
        }
    }
    for attack in attacks.all() {
        if matches!(attack.verdict, Verdict::Withstood { .. }) && !proofs.contains_key(&attack.id) {
            problems.push(format!("{}: no test: {}", attack.id, attack.what));
        }
        for test in attack.tests.iter().filter(|test| !names.contains(*test)) {
            problems.push(format!("{}: there is no test `{test}`", attack.id));
        }
        if attack.verdict.text().is_empty() {
            problems.push(format!("{}: no word about it", attack.id));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn the_page_is_current() {
    let page = render();
    if std::env::var("ATTACKS").is_ok_and(|what| what == "docs") {
        std::fs::write(PAGE, page).unwrap();
        return;
    }
    let stored = std::fs::read_to_string(PAGE).unwrap_or_default();
    let mut lines = stored.lines().zip(page.lines());
    let differs = lines.find(|(old, new)| old != new);
    assert!(
        stored == page,
        "{PAGE} is stale, ATTACKS=docs rewrites it; the first line that differs: {differs:#?}"
    );
}

fn render() -> String {
    let attacks = attacks();
    let proofs: BTreeMap<_, _> = proofs(&attacks);
    let mut page = HEAD.to_owned();
    page.push_str("| | attacks |\n|---|---:|\n");
    for label in Verdict::LABELS {
        let count = attacks
            .all()
            .filter(|attack| attack.verdict.label() == label);
        page.push_str(&format!("| {label} | {} |\n", count.count()));
    }
    for table in &attacks.tables {
        page.push_str(&format!("\n## {}\n\n", table.title));
        page.push_str("| id | attack | verdict | tests |\n|---|---|---|---|\n");
        for attack in &table.attacks {
            let none = Vec::new();
            page.push_str(&line(attack, proofs.get(&attack.id).unwrap_or(&none)));
        }
    }
    page
}

fn line(attack: &Attack, tests: &[(String, String)]) -> String {
    let what = match attack.seen.as_str() {
        "" => attack.what.clone(),
        seen => format!("{} ({seen})", attack.what),
    };
    let verdict = format!("**{}**: {}", attack.verdict.label(), attack.verdict.text());
    let tests: Vec<_> = tests
        .iter()
        .map(|(name, file)| format!("[`{name}`](../{file})"))
        .collect();
    let cells = [attack.id.clone(), what, verdict, tests.join(", ")];
    format!(
        "| {} |\n",
        cells.map(|cell| cell.replace('|', "\\|")).join(" | ")
    )
}
