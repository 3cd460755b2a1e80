use std::any::{Any, TypeId, type_name};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::Session;

/// How the values of the session scope are made, one for each type.
#[derive(Clone, Default)]
pub(crate) struct ScopeFactories(HashMap<TypeId, Factory>);

type Value = Arc<dyn Any + Send + Sync>;
type Factory = Arc<dyn Fn(&Session) -> Value + Send + Sync>;

impl ScopeFactories {
    /// Keeps a factory, and says whether there was one for its type.
    pub(crate) fn insert<T: Send + Sync + 'static>(
        &mut self,
        factory: impl Fn(&Session) -> T + Send + Sync + 'static,
    ) -> bool {
        let factory: Factory = Arc::new(move |session| Arc::new(factory(session)));
        self.0.insert(TypeId::of::<T>(), factory).is_some()
    }

    pub(crate) fn has(&self, id: TypeId) -> bool {
        self.0.contains_key(&id)
    }
}

impl fmt::Debug for ScopeFactories {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ScopeFactories({})", self.0.len())
    }
}

/// The values that one session has made use of, until it ends.
#[derive(Default)]
pub(super) struct Scope {
    factories: Arc<ScopeFactories>,
    /// None once the session is over.
    values: Mutex<Option<HashMap<TypeId, Arc<OnceLock<Value>>>>>,
}

impl Scope {
    pub(super) fn new(factories: Arc<ScopeFactories>) -> Self {
        Self {
            factories,
            values: Mutex::new(Some(HashMap::new())),
        }
    }

    pub(super) fn get<T: Send + Sync + 'static>(
        &self,
        session: &Session,
    ) -> Result<Arc<T>, NotInScope> {
        let id = TypeId::of::<T>();
        let unknown = NotInScope::Unknown(type_name::<T>());
        let factory = self.factories.0.get(&id).ok_or(unknown)?;
        let cell = {
            let mut values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
            let values = values.as_mut().ok_or(NotInScope::Over)?;
            Arc::clone(values.entry(id).or_default())
        };
        // Without the lock, so that a value may want another one.
        let value = Arc::clone(cell.get_or_init(|| factory(session)));
        value.downcast().map_err(|_| unknown)
    }

    /// Lets go of all values, and makes none any more.
    pub(super) fn end(&self) {
        let values = self
            .values
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        drop(values);
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scope")
    }
}

/// Why a session has no such value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotInScope {
    /// Nobody said how to make one.
    #[error("no `.session_scoped(..)` was given for `{0}`")]
    Unknown(&'static str),
    /// The session is over.
    #[error("the session is over, and its values with it")]
    Over,
}
