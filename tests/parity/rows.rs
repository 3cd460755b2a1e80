//! The checklist's rows: what Spring has, and what of it no client can see.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

/// `rows.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rows {
    /// Groups of rows in the order of the checklist.
    pub(crate) sections: Vec<Section>,
}

/// A group of rows.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Section {
    /// Its heading.
    pub(crate) title: String,
    /// Row number to what the row is about.
    rows: BTreeMap<String, String>,
    /// Row number to why no session can show it.
    #[serde(default)]
    off_wire: BTreeMap<String, String>,
}

/// Reads the file.
pub(crate) fn read(path: &Path) -> Result<Rows, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    toml::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))
}

impl Section {
    /// The rows by number.
    pub(crate) fn rows(&self) -> BTreeMap<u32, &str> {
        numbered(&self.rows)
    }

    /// The rows that no session can show, by number.
    pub(crate) fn off_wire(&self) -> BTreeMap<u32, &str> {
        numbered(&self.off_wire)
    }
}

fn numbered(rows: &BTreeMap<String, String>) -> BTreeMap<u32, &str> {
    rows.iter()
        .filter_map(|(number, text)| Some((number.parse().ok()?, text.as_str())))
        .collect()
}
