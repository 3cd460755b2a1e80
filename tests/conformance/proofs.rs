//! Finds the tests that prove rules: those whose names begin with the rules' ids, as in
//! `r_04_er_03_a_failed_frame_has_no_receipt`.

use std::fs;
use std::path::{Path, PathBuf};

/// One test, for one of the rules in its name.
#[derive(Debug)]
pub(crate) struct Proof {
    /// Such as `G-03`.
    pub(crate) rule: String,
    /// The name of the test.
    pub(crate) test: String,
    /// Where it stands, from the root of the workspace.
    pub(crate) file: String,
}

/// Where tests stand.
const ROOTS: [&str; 5] = [
    "tests",
    "stompframe-core/src",
    "stompframe-core/tests",
    "stompframe-axum",
    "src",
];

/// All proofs below the root of the workspace, in the order of their files; and functions that are
/// named like one and never run.
pub(crate) fn find(root: &Path) -> (Vec<Proof>, Vec<String>) {
    let (mut proofs, mut problems) = (Vec::new(), Vec::new());
    for path in ROOTS.iter().flat_map(|folder| sources(&root.join(folder))) {
        let text = fs::read_to_string(&path).unwrap();
        let file = path.strip_prefix(root).unwrap().display().to_string();
        for (name, runs) in functions(&text) {
            let rules = rules_of(name);
            if !rules.is_empty() && !runs {
                problems.push(format!("{file}: {name} is named like a test and is none"));
            }
            proofs.extend(rules.into_iter().map(|rule| Proof {
                rule,
                test: name.to_owned(),
                file: file.clone(),
            }));
        }
    }
    (proofs, problems)
}

/// The Rust sources below a folder, sorted.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The functions of a file, and whether they are tests that run.
fn functions(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let (mut is_test, mut is_ignored) = (false, false);
    text.lines().filter_map(move |line| {
        let line = line.trim_start();
        if line.starts_with("#[") {
            is_test |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
            is_ignored |= line.starts_with("#[ignore");
            return None;
        }
        let line = line.strip_prefix("async ").unwrap_or(line);
        let (name, _) = line.strip_prefix("fn ")?.split_once('(')?;
        let runs = is_test && !is_ignored;
        (is_test, is_ignored) = (false, false);
        Some((name, runs))
    })
}

/// The rules that a name begins with: one or two letters and two digits each.
fn rules_of(name: &str) -> Vec<String> {
    let mut rules = Vec::new();
    let mut words = name.split('_');
    while let (Some(letters), Some(digits)) = (words.next(), words.next()) {
        let is_rule = matches!(letters.len(), 1 | 2)
            && letters.bytes().all(|letter| letter.is_ascii_lowercase())
            && digits.len() == 2
            && digits.bytes().all(|digit| digit.is_ascii_digit());
        if !is_rule {
            break;
        }
        rules.push(format!("{}-{digits}", letters.to_uppercase()));
    }
    rules
}

#[test]
fn names_are_read_as_far_as_they_are_rules() {
    assert_eq!(rules_of("r_04_er_03_no_receipt"), ["R-04", "ER-03"]);
    assert_eq!(rules_of("g_16_1_octet"), ["G-16"]);
    assert!(rules_of("stomp_12_is_spoken").is_empty());
}

#[test]
fn only_tests_that_run_are_proofs() {
    let text = "#[tokio::test(start_paused = true)]\nasync fn a() {\n\n#[test]\n#[ignore]\nfn b() {}\nfn c() {}";
    let found: Vec<_> = functions(text).collect();
    assert_eq!(found, [("a", true), ("b", false), ("c", false)]);
}
