/// Headers that the server writes, or that are addressed to it and not to other clients.
///
/// What a client puts under one of these names is taken out of its SEND before anybody sees the
/// message, so that nothing can be forged (Spring passes them on). Compared in lower case: some
/// clients fold case. By their first letters, because every header of every message is looked at.
fn reserved(first: u8) -> &'static [&'static str] {
    match first {
        b'a' => &["ack"],
        b'c' => &["content-length"],
        b'd' => &["delivery-count", "destination"],
        b'e' => &["error-code"],
        b'h' => &["heart-beat"],
        b'm' => &["message-id"],
        b'r' => &["receipt", "receipt-id", "redelivered"],
        b's' => &["server", "session", "subscription"],
        b't' => &["transaction"],
        b'u' => &["user-name"],
        b'v' => &["version"],
        _ => &[],
    }
}

/// Whether only the server may write this header.
pub(crate) fn is_reserved(name: &str) -> bool {
    let first = name.as_bytes().first().map(u8::to_ascii_lowercase);
    is_one_of(first.map_or(&[], reserved), name)
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
    is_one_of(&CREDENTIALS, name)
}

/// Whether the name is one of these, which are written in lower case.
fn is_one_of(names: &[&str], name: &str) -> bool {
    // As it is written is how it is written as a rule, and that is seen at once.
    names.contains(&name) || names.iter().any(|one| one.eq_ignore_ascii_case(name))
}
