use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::Arc;

/// What an application shares with its handlers and rules: the values of `.state(..)`, one for each
/// type.
#[derive(Clone, Default)]
pub(crate) struct States(HashMap<TypeId, Arc<dyn Any + Send + Sync>>);

impl States {
    /// Keeps a value, and says whether there was one of its type.
    pub(crate) fn insert<T: Send + Sync + 'static>(&mut self, state: T) -> bool {
        self.0.insert(TypeId::of::<T>(), Arc::new(state)).is_some()
    }

    pub(crate) fn get<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        Arc::clone(self.0.get(&TypeId::of::<T>())?).downcast().ok()
    }

    pub(crate) fn has(&self, id: TypeId) -> bool {
        self.0.contains_key(&id)
    }

    /// How many there are.
    #[cfg(feature = "test-util")]
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}
