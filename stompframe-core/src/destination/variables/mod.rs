//! The variables of a destination as a value: the only one, a tuple, or a struct with their names.

mod error;
mod several;
mod value;

use std::fmt;

use serde::de::DeserializeOwned;

pub(crate) use self::error::VariablesError;
use self::several::Several;
use super::Captures;
use crate::error::{ErrorCode, MessagingError, Untrusted};

/// What a pattern's variables are in a path.
#[derive(Clone, Copy)]
pub(crate) struct Captured<'c> {
    pub(crate) names: &'c [String],
    pub(crate) path: &'c str,
    /// In the order of the names.
    pub(crate) captures: &'c Captures,
}

impl<'c> Captured<'c> {
    fn text(self, index: usize) -> &'c str {
        &self.path[self.captures[index].clone()]
    }

    /// Reads them as a value.
    pub(crate) fn read<T: DeserializeOwned>(self) -> Result<T, VariablesError> {
        T::deserialize(Several { captured: self })
    }
}

/// The error for a destination variable that is not what it has to be.
pub(crate) fn bad_variable(name: &str, error: &dyn fmt::Display) -> MessagingError {
    MessagingError::new(ErrorCode::BadDestination).with_detail(format!(
        "destination variable `{name}`: {}",
        Untrusted(&error.to_string())
    ))
}
