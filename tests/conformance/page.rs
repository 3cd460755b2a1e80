//! The page that says rule by rule what is kept: `docs/conformance.md`.

use std::collections::BTreeMap;

use crate::proofs::Proof;
use crate::rules::{Level, Rule, Rules, Verdict};

const HEAD: &str = "\
# STOMP and SockJS, rule by rule

What STOMP 1.0, 1.1 and 1.2 and SockJS ask of a server, what is asked here beyond that, and the tests that show it.
`cargo test --test conformance` fails when a rule that is kept has no test. This page is made from
`tests/conformance/rules.toml` and the names of the tests: do not edit it, `CONFORMANCE=docs cargo test --test
conformance` rewrites it.

- **kept**: as it is asked.
- **decided**: the text leaves it open, or it is done differently on purpose; the reason stands there.
- **not yet**: not kept today.
- **not applicable**: asks nothing of what is there.

**must**, **should** and **may** are STOMP's own words, with the section that has them. What SockJS asks is what its protocol's own
suite tests (`sockjs-protocol`), with the part of it that does. **ours** are rules where the text is silent. A rule without
versions holds in all.

";

/// Makes the page.
pub(crate) fn render(rules: &Rules, proofs: &BTreeMap<String, Vec<Proof>>) -> String {
    let mut page = HEAD.to_owned();
    page.push_str("| | rules |\n|---|---:|\n");
    for label in Verdict::LABELS {
        let count = rules.all().filter(|rule| rule.verdict.label() == label);
        page.push_str(&format!("| {label} | {} |\n", count.count()));
    }
    page.push_str(&format!("| all | {} |\n", rules.all().count()));
    for table in &rules.tables {
        page.push_str(&format!("\n## {}\n\n", table.title));
        page.push_str("| rule | what it asks | from | verdict | tests |\n|---|---|---|---|---|\n");
        for rule in &table.rules {
            let none = Vec::new();
            line(&mut page, rule, proofs.get(&rule.id).unwrap_or(&none));
        }
    }
    page
}

fn line(page: &mut String, rule: &Rule, proofs: &[Proof]) {
    let verdict = match rule.verdict.why() {
        None => rule.verdict.label().to_owned(),
        Some(why) => format!("**{}**: {why}", rule.verdict.label()),
    };
    let tests: Vec<_> = proofs
        .iter()
        .map(|Proof { test, file, .. }| format!("[`{test}`](../{file})"))
        .collect();
    let cells = [
        rule.id.clone(),
        rule.asks.clone(),
        from(rule),
        verdict,
        tests.join(", "),
    ];
    let cells = cells.map(|cell| cell.replace('|', "\\|"));
    page.push_str(&format!("| {} |\n", cells.join(" | ")));
}

/// Who asks it, of which versions.
fn from(rule: &Rule) -> String {
    let versions = rule.versions.iter().map(|versions| format!(", {versions}"));
    let who: String = std::iter::once(rule.level.label().to_owned())
        .chain(versions)
        .collect();
    match rule.level {
        Level::Own => who,
        _ => format!("{who}: {}", rule.section),
    }
}
