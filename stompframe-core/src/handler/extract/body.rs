use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::FromMessage;
use crate::error::ErrorCode;
use crate::handler::{HandlerError, MessageContext};
use crate::message::Payload;

impl<T: DeserializeOwned> FromMessage for Payload<T> {
    fn from_message(context: &MessageContext) -> Result<Self, HandlerError> {
        let message = context.message();
        let content_type = message.headers().get("content-type");
        let value = context.converters().read(content_type, message.payload())?;
        Ok(Self(value))
    }
}

/// The body as text, whatever its `content-type`; it has to be UTF-8.
impl FromMessage for String {
    fn from_message(context: &MessageContext) -> Result<Self, HandlerError> {
        Self::from_utf8(context.message().payload().to_vec())
            .map_err(|_| HandlerError::new(ErrorCode::Conversion, "text is not UTF-8"))
    }
}

/// The body as it is.
impl FromMessage for Bytes {
    fn from_message(context: &MessageContext) -> Result<Self, HandlerError> {
        Ok(context.message().payload().clone())
    }
}
