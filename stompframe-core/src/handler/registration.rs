use std::any::TypeId;
use std::sync::Arc;

use super::{EventListener, ExceptionHandler, Mapping, Origin};

/// What an attribute leaves behind for [`discover`](crate::MessagingBuilder::discover) and
/// [`scan`](crate::MessagingBuilder::scan) to find.
#[derive(Clone, Copy, Debug)]
pub struct Registration {
    /// Where it stands.
    pub origin: Origin,
    /// What it is.
    pub registered: Registered,
}

/// What was annotated.
#[derive(Clone, Copy, Debug)]
pub enum Registered {
    /// A function, and how to build its mapping.
    Function(fn() -> Mapping),
    /// A function that takes the errors of all handlers.
    ExceptionHandler(fn() -> ExceptionHandler),
    /// A function that hears what becomes of sessions.
    EventListener(fn() -> EventListener),
    /// A controller. It needs an instance, so finding it is not enough.
    Controller(fn() -> TypeId),
}

inventory::collect!(Registration);

/// Every registration that is linked into the program, in the order of the source.
pub(crate) fn discovered() -> Vec<&'static Registration> {
    let mut all: Vec<_> = inventory::iter::<Registration>().collect();
    all.sort_by_key(|registration| registration.origin);
    all
}

/// A function with a mapping attribute. The attribute implements it for a type of the function's
/// own name, so that `.handler::<chat>()` can name it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no annotated handler",
    label = "not an annotated handler",
    note = "put `#[message_mapping(\"/...\")]`, `#[subscribe_mapping(\"/...\")]`, `#[message_exception_handler]` or \
            `#[event_listener]` on the function"
)]
pub trait AnnotatedFunction {
    /// What the attribute registered.
    const REGISTRATION: Registration;
}

/// A type with `#[controller]` on its `impl` block.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no controller",
    label = "not a controller",
    note = "put `#[controller]` on the `impl` block that has the mapped methods"
)]
pub trait Controller: Send + Sync + Sized + 'static {
    /// The mappings of its methods, each holding on to the instance.
    fn mappings(controller: &Arc<Self>) -> Vec<Mapping>;

    /// Those of its methods that hear what becomes of sessions.
    fn event_listeners(controller: &Arc<Self>) -> Vec<EventListener> {
        let _ = controller;
        Vec::new()
    }
}
