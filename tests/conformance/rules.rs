//! `rules.toml`.

use std::path::Path;

use serde::Deserialize;

/// All rules, by table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rules {
    pub(crate) tables: Vec<Table>,
}

/// The rules about one thing.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    /// What they are about.
    pub(crate) title: String,
    pub(crate) rules: Vec<Rule>,
}

/// One rule. What the fields mean stands in the file.
#[derive(Debug, Deserialize)]
pub(crate) struct Rule {
    pub(crate) id: String,
    pub(crate) level: Level,
    #[serde(default, rename = "in")]
    pub(crate) versions: Option<String>,
    #[serde(default)]
    pub(crate) section: String,
    pub(crate) asks: String,
    #[serde(flatten)]
    pub(crate) verdict: Verdict,
}

/// How strongly it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Level {
    Must,
    Should,
    May,
    Own,
}

/// What becomes of it.
#[derive(Debug, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub(crate) enum Verdict {
    Kept,
    Decided { why: String },
    NotYet { why: String },
    NotApplicable { why: String },
}

impl Rules {
    pub(crate) fn all(&self) -> impl Iterator<Item = &Rule> {
        self.tables.iter().flat_map(|table| &table.rules)
    }
}

impl Level {
    /// As it is shown to readers.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Must => "must",
            Self::Should => "should",
            Self::May => "may",
            Self::Own => "ours",
        }
    }
}

impl Verdict {
    pub(crate) const LABELS: [&str; 4] = ["kept", "decided", "not yet", "not applicable"];

    /// As it is shown to readers.
    pub(crate) const fn label(&self) -> &'static str {
        Self::LABELS[match self {
            Self::Kept => 0,
            Self::Decided { .. } => 1,
            Self::NotYet { .. } => 2,
            Self::NotApplicable { .. } => 3,
        }]
    }

    /// The reason, where one has to be given.
    pub(crate) fn why(&self) -> Option<&str> {
        match self {
            Self::Kept => None,
            Self::Decided { why } | Self::NotYet { why } | Self::NotApplicable { why } => Some(why),
        }
    }

    /// Whether there has to be a test.
    pub(crate) const fn needs_proof(&self) -> bool {
        matches!(self, Self::Kept | Self::Decided { .. })
    }
}

/// Reads the file.
pub(crate) fn read(path: &Path) -> Result<Rules, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    toml::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))
}
