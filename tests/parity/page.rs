//! The page that a Spring user reads before moving: `docs/parity.md`, made from the sessions, their
//! verdicts and the checklist.

use std::collections::BTreeMap;

use crate::rows::Rows;
use crate::session::Session;
use crate::verdicts::Verdicts;

const HEAD: &str = "\
# Spring parity

What a client of Spring's STOMP messaging meets here. Every line is a session that was recorded
against a Spring Boot application and is played against this crate by `cargo test --test parity`;
the test fails when a line stops being true. This page is made from the sessions and their
verdicts: do not edit it, see `tests/parity/README.md`.

- **same wire**: the same frames, headers and bodies, in the same order.
- **same intent**: differs in something that no client can depend on.
- **better**: differs on purpose.
- **missing**: not there.

";

/// Makes the page.
pub(crate) fn render(sessions: &[Session], verdicts: &Verdicts, rows: &Rows) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for session in sessions {
        let verdict = verdicts.sessions.get(&session.name);
        *counts
            .entry(verdict.map_or("unjudged", |v| v.label()))
            .or_default() += 1;
    }
    let mut page = HEAD.to_owned();
    page.push_str("| verdict | sessions |\n|---|---:|\n");
    for label in ["same wire", "same intent", "better", "missing", "unjudged"] {
        if let Some(count) = counts.get(label) {
            page.push_str(&format!("| {label} | {count} |\n"));
        }
    }
    page.push_str(&format!("| all | {} |\n", sessions.len()));
    allowed(&mut page, verdicts);
    for section in &rows.sections {
        let titles = section.rows();
        let shown: Vec<_> = sessions
            .iter()
            .filter(|s| s.rows.first().is_some_and(|row| titles.contains_key(row)))
            .collect();
        if !shown.is_empty() {
            page.push_str(&format!("\n## {}\n\n", section.title));
            page.push_str(
                "| row | feature | session | verdict | remark |\n|---:|---|---|---|---|\n",
            );
        }
        for session in shown {
            line(&mut page, session, &titles, verdicts);
        }
    }
    off_wire(&mut page, rows);
    page
}

fn allowed(page: &mut String, verdicts: &Verdicts) {
    if verdicts.allow.is_empty() {
        return;
    }
    page.push_str(
        "\nHeaders that frames may have here in addition and that count as the same wire:",
    );
    for (index, (command, names)) in verdicts.allow.iter().enumerate() {
        let separator = if index == 0 { "" } else { ";" };
        page.push_str(&format!("{separator} {command} `{}`", names.join("`, `")));
    }
    page.push_str(".\n");
}

fn line(page: &mut String, session: &Session, titles: &BTreeMap<u32, &str>, verdicts: &Verdicts) {
    let row = session.rows[0];
    let feature = titles.get(&row).copied().unwrap_or_default();
    let (verdict, remark) = verdicts
        .sessions
        .get(&session.name)
        .map_or(("unjudged", ""), |v| (v.label(), v.remark()));
    let cells = [
        row.to_string(),
        cell(feature),
        format!(
            "[{}](../tests/parity/sessions/{}.session)",
            cell(&session.title),
            session.name
        ),
        verdict.to_owned(),
        cell(remark),
    ];
    page.push_str(&format!("| {} |\n", cells.join(" | ")));
}

fn off_wire(page: &mut String, rows: &Rows) {
    page.push_str("\n## Not visible to a client\n\nNo session can show these rows.\n\n");
    page.push_str("| row | feature | why |\n|---:|---|---|\n");
    for section in &rows.sections {
        let titles = section.rows();
        for (row, why) in section.off_wire() {
            let feature = titles.get(&row).copied().unwrap_or_default();
            page.push_str(&format!("| {row} | {} | {} |\n", cell(feature), cell(why)));
        }
    }
}

/// Text that does not end a table cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
