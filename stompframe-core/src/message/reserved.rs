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
