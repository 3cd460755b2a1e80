/// Headers that the server writes, or that are addressed to it and not to other clients.
///
/// What a client puts under one of these names is taken out of its SEND before anybody sees the
/// message, so that nothing can be forged (Spring passes them on). Compared in lower case: some
/// clients fold case.
const RESERVED: [&str; 16] = [
    "ack",
    "content-length",
    "delivery-count",
    "destination",
    "error-code",
    "heart-beat",
    "message-id",
    "receipt",
    "receipt-id",
    "redelivered",
    "server",
    "session",
    "subscription",
    "transaction",
    "user-name",
    "version",
];

/// Whether only the server may write this header.
pub(crate) fn is_reserved(name: &str) -> bool {
    RESERVED
        .iter()
        .any(|reserved| reserved.eq_ignore_ascii_case(name))
}

/// Headers by which a client shows who it is. Some clients send them with every frame; they are for
/// the application, and no other client receives them.
const CREDENTIALS: [&str; 7] = [
    "login",
    "passcode",
    "authorization",
    "proxy-authorization",
    "cookie",
    "x-csrf-token",
    "x-xsrf-token",
];

/// Whether this header is for the application alone.
pub(crate) fn is_credential(name: &str) -> bool {
    CREDENTIALS
        .iter()
        .any(|credential| credential.eq_ignore_ascii_case(name))
}
