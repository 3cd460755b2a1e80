//! What the protocol reads from the headers of a frame, and what it says when they are not as they
//! have to be.

use bytestring::ByteString;

use super::Fatal;
use crate::connection::Limits;
use crate::destination;
use crate::error::{ErrorCode, MessagingError};
use crate::message::is_reserved;
use crate::stomp::{Command, Frame, Headers};

/// The receipt that a frame asks for. CONNECT cannot ask for one (STOMP 1.2, Standard Headers).
pub(super) fn receipt_of(frame: &Frame) -> Option<ByteString> {
    let receipt = frame.headers.get_bytestring("receipt")?;
    (!frame.command.is_connect() && receipt.len() <= Limits::MAX_RECEIPT).then(|| receipt.clone())
}

/// Refuses a receipt that is too long to be given back.
pub(super) fn check_receipt(frame: &Frame) -> Result<(), Fatal> {
    match frame.header("receipt") {
        Some(receipt) if receipt.len() > Limits::MAX_RECEIPT => {
            Err(too_long("receipt", Limits::MAX_RECEIPT))
        }
        _ => Ok(()),
    }
}

/// The destination of a SEND or SUBSCRIBE. An empty one counts as missing: it has no use, and hides
/// a mistake.
pub(super) fn destination_of(frame: &Frame) -> Result<ByteString, Fatal> {
    match frame.headers.get_bytestring("destination") {
        None => Err(missing(frame.command, "destination")),
        Some(destination) if destination.is_empty() => Err(missing(frame.command, "destination")),
        Some(destination) if !destination::is_well_formed(destination) => Err(MessagingError::new(
            ErrorCode::BadDestination,
        )
        .with_detail(format!(
            "a destination has 1 to {} bytes, no control characters and at most {} segments",
            Limits::MAX_DESTINATION,
            Limits::MAX_SEGMENTS
        ))),
        Some(destination) => Ok(destination.clone()),
    }
}

/// A header that the frame has to have.
pub(super) fn required(frame: &Frame, name: &str) -> Result<ByteString, Fatal> {
    match frame.headers.get_bytestring(name) {
        Some(value) if !value.is_empty() => Ok(value.clone()),
        _ => Err(missing(frame.command, name)),
    }
}

/// The transaction that BEGIN, COMMIT or ABORT is about.
pub(super) fn transaction_of(frame: &Frame) -> Result<ByteString, Fatal> {
    match transaction_in(frame)? {
        Some(id) => Ok(id),
        None => Err(missing(frame.command, "transaction")),
    }
}

/// The transaction that a SEND, ACK or NACK belongs to, if it belongs to one.
pub(super) fn transaction_in(frame: &Frame) -> Result<Option<ByteString>, Fatal> {
    id_in(frame, "transaction")
}

/// The `id` of a SUBSCRIBE or UNSUBSCRIBE, if there is one.
pub(super) fn subscription_id(frame: &Frame) -> Result<Option<ByteString>, Fatal> {
    id_in(frame, "id")
}

fn id_in(frame: &Frame, name: &'static str) -> Result<Option<ByteString>, Fatal> {
    match frame.headers.get_bytestring(name) {
        None => Ok(None),
        Some(id) if id.is_empty() => Err(missing(frame.command, name)),
        Some(id) if id.len() > Limits::MAX_ID => Err(too_long(name, Limits::MAX_ID)),
        Some(id) => Ok(Some(id.clone())),
    }
}

/// A copy that holds on to nothing but itself. What is cut from a frame shares the memory of its
/// head, which may have kilobytes; what stays as long as a session must not keep them.
pub(super) fn on_its_own(text: &ByteString) -> ByteString {
    ByteString::from(&**text)
}

/// What is left of a client's headers for the application: all but those that are addressed to the
/// server, or that only the server may write.
#[inline]
pub(super) fn application_headers(mut headers: Headers) -> Headers {
    headers.retain(|name, _| !is_reserved(name));
    headers
}

pub(super) fn missing(command: Command, header: &str) -> Fatal {
    MessagingError::new(ErrorCode::MissingHeader)
        .with_detail(format!("{command} requires the header `{header}`"))
}

fn too_long(header: &str, limit: usize) -> Fatal {
    MessagingError::new(ErrorCode::HeaderTooLong)
        .with_detail(format!("the header `{header}` may have {limit} bytes"))
}
