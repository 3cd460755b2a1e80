//! The verdict file: what is known to differ from Spring, and why.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::compare::Allowed;

/// `verdicts.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Verdicts {
    /// Headers that the twin may add anywhere.
    #[serde(default)]
    pub(crate) allow: Allowed,
    /// One verdict for every session.
    pub(crate) sessions: BTreeMap<String, Verdict>,
}

/// What a session showed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Verdict {
    /// The same on the wire.
    SameWire,
    /// Different in something that no client can depend on.
    SameIntent {
        /// In what.
        differs: String,
    },
    /// Different on purpose.
    Better {
        /// On what purpose.
        why: String,
    },
    /// Not there.
    Missing {
        /// What is not there.
        what: String,
    },
}

impl Verdict {
    /// As it is shown to readers.
    pub(crate) fn label(&self) -> &'static str {
        match self {
            Self::SameWire => "same wire",
            Self::SameIntent { .. } => "same intent",
            Self::Better { .. } => "better",
            Self::Missing { .. } => "missing",
        }
    }

    /// What it says beyond its label.
    pub(crate) fn remark(&self) -> &str {
        match self {
            Self::SameWire => "",
            Self::SameIntent { differs: text }
            | Self::Better { why: text }
            | Self::Missing { what: text } => text,
        }
    }

    /// As a line of the file.
    pub(crate) fn to_line(&self, session: &str) -> String {
        let text = |key: &str, is: &str, text: &str| {
            let text = toml::Value::String(text.to_owned());
            format!("{session} = {{ is = \"{is}\", {key} = {text} }}\n")
        };
        match self {
            Self::SameWire => format!("{session} = {{ is = \"same-wire\" }}\n"),
            Self::SameIntent { differs } => text("differs", "same-intent", differs),
            Self::Better { why } => text("why", "better", why),
            Self::Missing { what } => text("what", "missing", what),
        }
    }
}

/// Reads the file.
pub(crate) fn read(path: &Path) -> Result<Verdicts, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    toml::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))
}
