use super::FromMessage;
use crate::handler::{HandlerError, HandlerSpec, MessageContext};

/// `None` where the extractor fails, whatever the reason.
impl<T: FromMessage> FromMessage for Option<T> {
    fn from_message(context: &MessageContext) -> Result<Self, HandlerError> {
        Ok(T::from_message(context).ok())
    }

    fn describe(spec: &mut HandlerSpec) {
        spec.optionally(T::describe);
    }
}

/// The extractor's own error, for the handler to deal with.
impl<T: FromMessage> FromMessage for Result<T, HandlerError> {
    fn from_message(context: &MessageContext) -> Result<Self, HandlerError> {
        Ok(T::from_message(context))
    }

    fn describe(spec: &mut HandlerSpec) {
        spec.optionally(T::describe);
    }
}
