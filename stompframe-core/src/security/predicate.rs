use std::future::Future;
use std::marker::PhantomData;

use futures_util::future::BoxFuture;
use serde::de::DeserializeOwned;

use super::Access;
use crate::destination::{Captured, Captures, VariablesError};
use crate::error::{BoxError, MessagingError};

/// What a predicate may say: `bool`, or a `Result` of it. An error allows nothing; it goes to the
/// log, and the client is told `internal`.
pub trait Decision {
    /// Whether it is allowed.
    ///
    /// # Errors
    ///
    /// When that could not be found out.
    fn decide(self) -> Result<bool, BoxError>;
}

impl Decision for bool {
    fn decide(self) -> Result<bool, BoxError> {
        Ok(self)
    }
}

impl<E: Into<BoxError>> Decision for Result<bool, E> {
    fn decide(self) -> Result<bool, BoxError> {
        self.map_err(Into::into)
    }
}

/// What a predicate is about to say.
pub(super) type Deciding = BoxFuture<'static, Result<bool, BoxError>>;

/// A function of the application's own that decides.
pub(super) trait Predicate: Send + Sync {
    /// Asks it; fails if the variables are not what it takes.
    fn ask(&self, access: Access, variables: Captured<'_>) -> Result<Deciding, MessagingError>;

    /// What keeps it from ever taking variables of these names.
    fn mismatch(&self, names: &[String]) -> Option<String>;
}

/// One that takes no variables.
pub(super) struct Plain<F>(pub(super) F);

impl<F, Fut> Predicate for Plain<F>
where
    F: Fn(Access) -> Fut + Send + Sync + 'static,
    Fut: Future<Output: Decision> + Send + 'static,
{
    fn ask(&self, access: Access, _: Captured<'_>) -> Result<Deciding, MessagingError> {
        let asked = (self.0)(access);
        Ok(Box::pin(async move { asked.await.decide() }))
    }

    fn mismatch(&self, _: &[String]) -> Option<String> {
        None
    }
}

/// One that takes the variables of the destination as a `T`.
pub(super) struct WithVariables<F, T>(F, PhantomData<fn(T)>);

impl<F, T> WithVariables<F, T> {
    pub(super) const fn new(predicate: F) -> Self {
        Self(predicate, PhantomData)
    }
}

impl<F, Fut, T> Predicate for WithVariables<F, T>
where
    F: Fn(Access, T) -> Fut + Send + Sync + 'static,
    Fut: Future<Output: Decision> + Send + 'static,
    T: DeserializeOwned + 'static,
{
    fn ask(&self, access: Access, variables: Captured<'_>) -> Result<Deciding, MessagingError> {
        let variables = variables
            .read()
            .map_err(VariablesError::into_messaging_error)?;
        let asked = (self.0)(access, variables);
        Ok(Box::pin(async move { asked.await.decide() }))
    }

    fn mismatch(&self, names: &[String]) -> Option<String> {
        // A text that may be of the wrong kind, but whose number and names are right.
        let captures: Captures = names.iter().map(|_| 0..1).collect();
        let sample = Captured {
            names,
            path: "0",
            captures: &captures,
        };
        match sample.read::<T>() {
            Err(error @ VariablesError::Type(_)) => Some(error.to_string()),
            _ => None,
        }
    }
}
