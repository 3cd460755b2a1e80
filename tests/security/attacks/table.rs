//! `attacks.toml`, and the tests that it is about.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// All attacks, by table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Attacks {
    pub(super) tables: Vec<Table>,
}

/// Attacks of one kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    pub(super) title: String,
    pub(super) attacks: Vec<Attack>,
}

/// One attack. What the fields mean stands in the file.
#[derive(Debug, Deserialize)]
pub(super) struct Attack {
    pub(super) id: String,
    pub(super) what: String,
    #[serde(default)]
    pub(super) seen: String,
    /// Tests whose names do not say the id.
    #[serde(default)]
    pub(super) tests: Vec<String>,
    #[serde(flatten)]
    pub(super) verdict: Verdict,
}

/// What becomes of it.
#[derive(Debug, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub(super) enum Verdict {
    Withstood { by: String },
    NotYet { why: String },
    NotApplicable { why: String },
}

impl Verdict {
    pub(super) const LABELS: [&str; 3] = ["withstood", "not yet", "not applicable"];

    pub(super) const fn label(&self) -> &'static str {
        Self::LABELS[match self {
            Self::Withstood { .. } => 0,
            Self::NotYet { .. } => 1,
            Self::NotApplicable { .. } => 2,
        }]
    }

    pub(super) fn text(&self) -> &str {
        match self {
            Self::Withstood { by } => by,
            Self::NotYet { why } | Self::NotApplicable { why } => why,
        }
    }
}

impl Attacks {
    pub(super) fn all(&self) -> impl Iterator<Item = &Attack> {
        self.tables.iter().flat_map(|table| &table.attacks)
    }
}

pub(super) fn attacks() -> Attacks {
    let text = fs::read_to_string("tests/security/attacks.toml").unwrap();
    toml::from_str(&text).unwrap_or_else(|error| panic!("attacks.toml: {error}"))
}

/// The tests of the workspace: name and file, in the order of their files.
pub(super) fn tests() -> Vec<(String, String)> {
    let roots = [
        "tests",
        "stompframe-core/src",
        "stompframe-core/tests",
        "stompframe-axum",
        "src",
    ];
    let mut found = Vec::new();
    for path in roots.iter().flat_map(|folder| sources(Path::new(folder))) {
        let text = fs::read_to_string(&path).unwrap();
        let tests = tests_of(&text).map(|name| (name.to_owned(), path.display().to_string()));
        found.extend(tests.collect::<Vec<_>>());
    }
    found
}

/// For each attack, its tests: those that name it, and those that the file lists.
pub(super) fn proofs(attacks: &Attacks) -> BTreeMap<String, Vec<(String, String)>> {
    let tests = tests();
    let mut proofs: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for (name, file) in &tests {
        let listed = attacks.all().filter(|attack| attack.tests.contains(name));
        let listed = listed.map(|attack| attack.id.clone());
        for id in ids_of(name).into_iter().chain(listed) {
            let proofs = proofs.entry(id).or_default();
            proofs.push((name.clone(), file.clone()));
        }
    }
    proofs
}

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

/// The functions of a file that are tests and run.
fn tests_of(text: &str) -> impl Iterator<Item = &str> {
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
        runs.then_some(name)
    })
}

/// The attacks that a test's name says, wherever in it: `v_09` is V-09, `sec_c_03` is C-03.
fn ids_of(name: &str) -> Vec<String> {
    let words: Vec<_> = name.split('_').collect();
    let mut ids = Vec::new();
    for (place, word) in words.iter().enumerate() {
        let number = words.get(place + 1).copied().unwrap_or_default();
        let is_number = number.len() == 2 && number.bytes().all(|b| b.is_ascii_digit());
        let is_ours = place > 0 && words[place - 1] == "sec";
        if is_number && (*word == "v" || (*word == "c" && is_ours)) {
            ids.push(format!("{}-{number}", word.to_uppercase()));
        }
    }
    ids
}

#[test]
fn names_say_attacks_anywhere() {
    assert_eq!(ids_of("sec_v_43_sec_v_50_endless"), ["V-43", "V-50"]);
    assert_eq!(ids_of("k_40_v_29_events"), ["V-29"]);
    assert_eq!(ids_of("sec_c_03_rules"), ["C-03"]);
    assert!(ids_of("c_03_connect").is_empty());
}
