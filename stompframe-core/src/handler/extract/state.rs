use std::any::type_name;
use std::ops::Deref;
use std::sync::Arc;

use super::FromMessage;
use crate::error::{ErrorCode, MessagingError};
use crate::handler::{HandlerError, HandlerSpec, MessageContext};

/// A value that the application shares with its handlers: what was given to
/// [`state`](crate::MessagingBuilder::state) for the type `T`.
///
/// `build()` refuses an application with a handler whose state nobody gave.
#[derive(Debug)]
pub struct State<T>(pub Arc<T>);

impl<T> Clone for State<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Deref for State<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Send + Sync + 'static> FromMessage for State<T> {
    fn from_message(context: &MessageContext) -> Result<Self, HandlerError> {
        context.state().map(Self).ok_or_else(|| {
            let missing = format!("no `.state(..)` was given for `{}`", type_name::<T>());
            MessagingError::new(ErrorCode::Internal)
                .with_source(missing)
                .into()
        })
    }

    fn describe(spec: &mut HandlerSpec) {
        spec.requires_state::<T>();
    }
}
