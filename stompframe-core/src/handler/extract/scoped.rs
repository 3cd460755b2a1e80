use std::any::type_name;
use std::ops::Deref;
use std::sync::Arc;

use super::FromMessage;
use crate::error::{ErrorCode, MessagingError};
use crate::handler::{HandlerError, HandlerSpec, MessageContext};

/// A value of the session's own (Spring's `@WebSocketScope`): made when it is first asked for, as
/// [`session_scoped`](crate::MessagingBuilder::session_scoped) says, the same for all messages of the
/// session, and dropped when the session is over and all listeners have heard of it.
///
/// It is shared, so what changes is behind a lock. `build()` refuses an application with a handler whose
/// value nobody says how to make.
///
/// ```
/// use std::sync::atomic::{AtomicU32, Ordering};
///
/// use stompframe_core::handler::extract::SessionScoped;
/// use stompframe_core::{Messaging, message_mapping};
///
/// #[derive(Default)]
/// struct Visits(AtomicU32);
///
/// #[message_mapping("/visit")]
/// async fn visit(visits: SessionScoped<Visits>) -> String {
///     format!("visit {}", visits.0.0.fetch_add(1, Ordering::Relaxed) + 1)
/// }
///
/// let messaging = Messaging::builder()
///     .handler::<visit>()
///     .session_scoped(|_session| Visits::default())
///     .simple_broker(["/topic"])
///     .build()?;
/// # Ok::<(), stompframe_core::BuildError>(())
/// ```
#[derive(Debug)]
pub struct SessionScoped<T>(pub Arc<T>);

impl<T> Clone for SessionScoped<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Deref for SessionScoped<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Send + Sync + 'static> FromMessage for SessionScoped<T> {
    fn from_message(context: &MessageContext) -> Result<Self, HandlerError> {
        context.session().scoped().map(Self).map_err(|error| {
            let what = format!("{}: {error}", type_name::<T>());
            MessagingError::new(ErrorCode::Internal)
                .with_source(what)
                .into()
        })
    }

    fn describe(spec: &mut HandlerSpec) {
        spec.requires_session_scoped::<T>();
    }
}
