//! Whether this crate is like Spring, as a program can check it: see `README.md` beside this file.
//!
//! `PARITY` selects what a run does:
//!
//! | value | what happens |
//! |---|---|
//! | none | plays all sessions against the twin and holds the outcome against the verdicts |
//! | `report` | the same, but only prints reality next to the verdict |
//! | `bless` | stores the twin's transcripts and proposes verdicts |
//! | `docs` | rewrites `docs/parity.md` |
//! | `record` | plays all sessions against Spring and stores the transcripts |
//! | `spring` | plays all sessions against Spring and compares with what is stored |
//!
//! `PARITY_ONLY` restricts any of them to the sessions whose name contains it.

mod client;
mod compare;
mod connection;
mod frame;
mod http;
mod modes;
mod normal;
mod notation;
mod page;
mod rows;
mod run;
mod server;
mod session;
mod transcript;
mod verdicts;

use std::collections::BTreeSet;
use std::path::Path;

use session::Session;

const PAGE: &str = "docs/parity.md";

fn mode() -> String {
    std::env::var("PARITY").unwrap_or_default()
}

fn sessions() -> Result<Vec<Session>, String> {
    session::read_all(Path::new("tests/parity/sessions"))
}

fn verdicts() -> Result<verdicts::Verdicts, String> {
    verdicts::read(Path::new("tests/parity/verdicts.toml"))
}

fn fail_on(problems: &[String]) {
    assert!(
        problems.is_empty(),
        "{} problems\n{}",
        problems.len(),
        problems.join("\n")
    );
}

#[tokio::test]
async fn sessions_are_as_their_verdicts_say() -> Result<(), String> {
    let mut sessions = sessions()?;
    if let Ok(only) = std::env::var("PARITY_ONLY") {
        sessions.retain(|session| session.name.contains(&only));
    }
    let mode = mode();
    if mode == "record" || mode == "spring" {
        fail_on(&modes::spring(sessions, mode == "record").await?);
        return Ok(());
    }
    if mode == "docs" {
        return Ok(());
    }
    let verdicts = verdicts()?;
    let comparisons = modes::twin(sessions, &verdicts).await?;
    match mode.as_str() {
        "report" => modes::report(&comparisons, &verdicts),
        "bless" => modes::bless(&comparisons, &verdicts)?,
        _ => {
            let judged = comparisons.iter().map(|c| modes::judge(c, &verdicts));
            fail_on(&judged.flatten().collect::<Vec<_>>());
        }
    }
    Ok(())
}

#[test]
fn every_session_has_one_verdict_and_one_transcript() -> Result<(), String> {
    let verdicts = verdicts()?;
    let mut problems = Vec::new();
    let names: BTreeSet<String> = sessions()?.into_iter().map(|s| s.name).collect();
    for name in &names {
        match verdicts.sessions.get(name) {
            None => problems.push(format!("{name}: no verdict")),
            Some(verdict) if verdict.remark().is_empty() && verdict.label() != "same wire" => {
                problems.push(format!("{name}: no remark"));
            }
            Some(_) => {}
        }
        if mode() != "record" && !modes::transcript_path("spring", name).exists() {
            problems.push(format!("{name}: not recorded"));
        }
    }
    for name in verdicts.sessions.keys() {
        if !names.contains(name) {
            problems.push(format!("{name}: a verdict without a session"));
        }
    }
    for side in ["spring", "twin"] {
        for name in stored(side) {
            let wanted = names.contains(&name)
                && (side == "spring"
                    || verdicts.sessions.get(&name) != Some(&verdicts::Verdict::SameWire));
            if !wanted {
                problems.push(format!("transcripts/{side}/{name}.txt: not needed"));
            }
        }
    }
    fail_on(&problems);
    Ok(())
}

/// Names of the stored transcripts of a side.
fn stored(side: &str) -> Vec<String> {
    let directory = modes::transcript_path(side, "x");
    let entries = directory.parent().map(std::fs::read_dir);
    let entries = entries.into_iter().flatten().flatten().flatten();
    entries
        .filter_map(|entry| Some(entry.path().file_stem()?.to_string_lossy().into_owned()))
        .collect()
}

#[test]
fn every_row_has_a_session_or_a_reason() -> Result<(), String> {
    let rows = rows::read(Path::new("tests/parity/rows.toml"))?;
    let sessions = sessions()?;
    let covered: BTreeSet<u32> = sessions.iter().flat_map(|s| s.rows.clone()).collect();
    let mut known = BTreeSet::new();
    let mut problems = Vec::new();
    for section in &rows.sections {
        for (row, title) in section.rows() {
            known.insert(row);
            match (
                covered.contains(&row),
                section.off_wire().contains_key(&row),
            ) {
                (false, false) => problems.push(format!("row {row}, {title}: no session")),
                (true, true) => problems.push(format!("row {row}, {title}: has a session")),
                _ => {}
            }
        }
    }
    for row in covered.difference(&known) {
        problems.push(format!("row {row} is not in rows.toml"));
    }
    for session in &sessions {
        let row = session.rows[0];
        if !session.name.starts_with(&format!("r{row:03}")) {
            problems.push(format!("{}: not named after row {row}", session.name));
        }
    }
    fail_on(&problems);
    Ok(())
}

#[test]
fn the_page_is_current() -> Result<(), String> {
    let rows = rows::read(Path::new("tests/parity/rows.toml"))?;
    let page = page::render(&sessions()?, &verdicts()?, &rows);
    if mode() == "docs" {
        return std::fs::write(PAGE, page).map_err(|e| e.to_string());
    }
    let stored = std::fs::read_to_string(PAGE).unwrap_or_default();
    if mode().is_empty() && stored != page {
        let diff = compare::diff(&stored, &page);
        return Err(format!("{PAGE} is stale, PARITY=docs rewrites it\n{diff}"));
    }
    Ok(())
}
