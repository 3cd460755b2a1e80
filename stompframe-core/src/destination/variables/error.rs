use std::fmt;

use serde::de;

use super::bad_variable;
use crate::error::{ErrorCode, MessagingError};

/// Why variables cannot become a value.
#[derive(Debug)]
pub(crate) enum VariablesError {
    /// A text is not what the value has to be: the client's mistake.
    Text {
        variable: Option<String>,
        problem: String,
    },
    /// No text would do, because the type asks for other variables than the pattern has: the
    /// application's mistake.
    Type(String),
}

impl VariablesError {
    pub(super) fn asks_for(what: &str) -> Self {
        Self::Type(format!("what takes the variables asks for {what}"))
    }

    pub(super) fn wrong_text(problem: &dyn fmt::Display) -> Self {
        Self::Text {
            variable: None,
            problem: problem.to_string(),
        }
    }

    /// The error for the client; the application's mistakes are for the log alone.
    pub(crate) fn into_messaging_error(self) -> MessagingError {
        match self {
            Self::Text { variable, problem } => {
                bad_variable(variable.as_deref().unwrap_or("?"), &problem)
            }
            Self::Type(problem) => MessagingError::new(ErrorCode::Internal).with_source(problem),
        }
    }

    /// Says which variable it was.
    pub(super) fn of(mut self, name: &str) -> Self {
        if let Self::Text { variable, .. } = &mut self {
            variable.get_or_insert_with(|| name.to_owned());
        }
        self
    }
}

impl fmt::Display for VariablesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text { problem, .. } | Self::Type(problem) => f.write_str(problem),
        }
    }
}

impl std::error::Error for VariablesError {}

impl de::Error for VariablesError {
    /// What the type itself has against a text.
    fn custom<T: fmt::Display>(problem: T) -> Self {
        Self::wrong_text(&problem)
    }

    fn invalid_length(length: usize, expected: &dyn de::Expected) -> Self {
        Self::Type(format!(
            "the pattern has {length} variables, not {expected}"
        ))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::Type(format!("the pattern has no variable `{field}`"))
    }

    fn unknown_field(field: &str, _: &'static [&'static str]) -> Self {
        Self::Type(format!("there is no field for the variable `{field}`"))
    }
}
