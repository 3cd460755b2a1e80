use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What an application keeps for one session, by type: who is logged in, a language, a counter
/// (Spring's session attributes). It begins with what the handshake put in, and ends with the
/// session.
///
/// There is one value for each type, so a type of the application's own names what it means. Values
/// are handed out as clones; an `Arc` is for those that are not cheap to clone.
///
/// ```
/// use stompframe_core::message_mapping;
/// use stompframe_core::session::SessionAttributes;
///
/// #[derive(Clone, Default)]
/// struct Visits(u32);
///
/// #[message_mapping("/visit")]
/// async fn visit(attributes: SessionAttributes) -> String {
///     let visits = attributes.update(|Visits(visits)| {
///         *visits += 1;
///         *visits
///     });
///     format!("visit {visits}")
/// }
/// ```
///
/// A handler takes it as an argument, everybody else finds it in
/// [`Session::attributes`](super::Session::attributes), interceptors among them. Cloning shares it.
///
/// # The handshake
///
/// What is known when the connection opens comes from any axum middleware, which puts a
/// `SessionAttributes` into the extensions of the request, as it does with a
/// [`Principal`](super::Principal). The session begins with a copy: what it changes, no other
/// session sees, even if the middleware gives the same to all.
///
/// # Limits
///
/// None: only the application writes here, and there can be no more values than it has types. How
/// large a value may become because of what a client sends is for the application to bound.
#[derive(Clone, Default)]
pub struct SessionAttributes(Arc<Mutex<Values>>);

/// Values do not change, they are replaced: so a copy of the map is a copy of all of them.
type Values = HashMap<TypeId, Arc<dyn Any + Send + Sync>>;

impl SessionAttributes {
    /// Starts with nothing. Allocates no room for values yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The value of this type.
    #[must_use]
    pub fn get<T: Clone + Send + Sync + 'static>(&self) -> Option<T> {
        get(&self.values())
    }

    /// Keeps a value, and gives back the one of its type that it replaces.
    pub fn insert<T: Clone + Send + Sync + 'static>(&self, value: T) -> Option<T> {
        let replaced = self.values().insert(TypeId::of::<T>(), Arc::new(value))?;
        replaced.downcast_ref().cloned()
    }

    /// Takes the value of this type out.
    #[allow(
        clippy::must_use_candidate,
        reason = "to be rid of it is reason enough"
    )]
    pub fn remove<T: Clone + Send + Sync + 'static>(&self) -> Option<T> {
        let removed = self.values().remove(&TypeId::of::<T>())?;
        removed.downcast_ref().cloned()
    }

    /// Changes the value of this type, or the default where there is none, in one step: nobody
    /// changes it meanwhile. Everybody who wants an attribute of this session waits until `change`
    /// returns, so it must not ask for one itself.
    pub fn update<T: Clone + Default + Send + Sync + 'static, R>(
        &self,
        change: impl FnOnce(&mut T) -> R,
    ) -> R {
        let mut values = self.values();
        let mut value = get(&values).unwrap_or_default();
        let result = change(&mut value);
        values.insert(TypeId::of::<T>(), Arc::new(value));
        result
    }

    /// The same values, which from now on are changed apart.
    #[must_use]
    pub fn copied(&self) -> Self {
        Self(Arc::new(Mutex::new(self.values().clone())))
    }

    fn values(&self) -> MutexGuard<'_, Values> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn get<T: Clone + 'static>(values: &Values) -> Option<T> {
    values.get(&TypeId::of::<T>())?.downcast_ref().cloned()
}

impl fmt::Debug for SessionAttributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionAttributes")
            .field("len", &self.values().len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, Default, PartialEq)]
    struct Colour(&'static str);

    #[test]
    fn there_is_one_value_for_each_type() {
        let attributes = SessionAttributes::new();
        assert_eq!(attributes.get::<Colour>(), None);
        assert_eq!(attributes.insert(Colour("red")), None);
        assert_eq!(attributes.insert(7_u8), None);
        assert_eq!(attributes.insert(Colour("green")), Some(Colour("red")));
        assert_eq!(attributes.clone().get(), Some(Colour("green")));
        assert_eq!(attributes.remove(), Some(Colour("green")));
        assert_eq!(attributes.remove::<Colour>(), None);
        assert_eq!(attributes.get(), Some(7_u8));
    }

    #[test]
    fn a_copy_is_changed_apart() {
        let handshake = SessionAttributes::new();
        handshake.insert(1_u8);
        let (one, two) = (handshake.copied(), handshake.copied());
        assert_eq!(one.update(|number: &mut u8| *number + 1), 2);
        one.update(|number: &mut u8| *number += 1);
        one.insert(Colour("red"));
        assert_eq!(
            (one.get(), two.get(), handshake.get()),
            (Some(2_u8), Some(1_u8), Some(1_u8))
        );
        assert_eq!(two.get::<Colour>(), None);
    }

    #[test]
    fn a_change_that_panics_changes_nothing() {
        let attributes = SessionAttributes::new();
        attributes.insert(1_u8);
        let panics = std::panic::catch_unwind(|| {
            attributes.update(|number: &mut u8| {
                *number = 2;
                panic!("in between");
            });
        });
        assert!(panics.is_err());
        assert_eq!(attributes.get(), Some(1_u8));
    }
}
