use std::fmt;

macro_rules! error_codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $close:literal, $message:literal;)*) => {
        /// The one catalogue of what can go wrong between a client and this server.
        ///
        /// A code means the same on every surface: it is the `error-code` header of an ERROR frame
        /// and of an error message on `/user/queue/errors`, the reason of a WebSocket close, and
        /// the `code` field of a log line.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorCode {
            $($(#[$doc])* $variant,)*
        }

        impl ErrorCode {
            /// Every code, for tables and tests.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The code as it stands on the wire, such as `no-route`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code),* }
            }

            /// What the client is told when nothing more precise is known. Never holds anything
            /// internal.
            #[must_use]
            pub const fn message(self) -> &'static str {
                match self { $(Self::$variant => $message),* }
            }

            /// The WebSocket close code that ends a connection for this reason (RFC 6455, section
            /// 7.4; 4000-4999 are private use).
            #[must_use]
            pub const fn close_code(self) -> u16 {
                match self { $(Self::$variant => $close),* }
            }
        }
    };
}

error_codes! {
    /// The bytes are no STOMP frame.
    MalformedFrame = "malformed-frame", 1002, "Malformed frame";
    /// A header holds an escape sequence that STOMP does not define.
    BadEscape = "bad-escape", 1002, "Undefined escape sequence in header";
    /// `content-length` is no plain decimal number, or does not match the body.
    BadContentLength = "bad-content-length", 1002,
        "content-length is not a plain decimal number, or does not match the body";
    /// Only SEND carries a body.
    BodyNotAllowed = "body-not-allowed", 1002, "This command must not have a body";
    /// The command is none that a client may send.
    UnknownCommand = "unknown-command", 1002, "Unknown command";
    /// A frame came before CONNECT.
    NotConnected = "not-connected", 1002, "First frame must be CONNECT or STOMP";
    /// A second CONNECT came.
    AlreadyConnected = "already-connected", 1002, "CONNECT was already received";
    /// Client and server share no version of the protocol.
    Version = "version", 1002, "Supported versions are 1.0,1.1,1.2";
    /// The `heart-beat` header is malformed.
    BadHeartBeat = "bad-heart-beat", 1002, "heart-beat must be two non-negative integers";
    /// A header that the command requires is missing or empty.
    MissingHeader = "missing-header", 1002, "A required header is missing";
    /// The destination is too long or malformed, or one of its variables does not parse.
    BadDestination = "bad-destination", 1008, "Destination is empty, too long or malformed";
    /// The subscription id is in use in this session.
    DuplicateSubscription = "duplicate-subscription", 1002, "Subscription id is already in use";
    /// The `ack` header is none of the three modes.
    BadAckMode = "bad-ack-mode", 1002, "ack must be auto, client or client-individual";
    /// The `selector` header cannot be read.
    BadSelector = "bad-selector", 1008, "The selector cannot be read";
    /// No message awaits this ACK or NACK.
    UnknownAck = "unknown-ack", 1002, "No message awaits this acknowledgement";
    /// The transaction is not open.
    UnknownTransaction = "unknown-transaction", 1002, "Transaction is not open";
    /// The transaction is open already.
    DuplicateTransaction = "duplicate-transaction", 1002, "Transaction is open already";
    /// The session has as many transactions open as it may, or one of them holds as much as it may.
    TransactionLimit = "transaction-limit", 1008, "Transaction is too large, or too many are open";
    /// The queue holds as much as it may, and nobody takes it.
    QueueFull = "queue-full", 1013, "The queue is full";
    /// The frame asks for something that this server does not do.
    Unsupported = "unsupported", 1008, "This feature is not supported";
    /// Nobody is responsible for the destination.
    NoRoute = "no-route", 1008, "No handler or broker for this destination";
    /// The client is not who it says, or does not say who it is.
    AuthFailed = "auth-failed", 4401, "Authentication failed";
    /// The client may not do this.
    Denied = "denied", 1008, "Access denied";
    /// The client's credentials have expired, and no new ones came in time.
    SessionExpired = "session-expired", 4403, "Credentials expired";
    /// The application ended the session.
    SessionEnded = "session-ended", 4406, "The application ended the session";
    /// The application took the subscription from its session.
    SubscriptionRevoked = "subscription-revoked", 1008, "The subscription was revoked";
    /// No CONNECT came in time.
    ConnectTimeout = "connect-timeout", 4408, "No CONNECT in time";
    /// A frame began to arrive and did not end in time.
    FrameTimeout = "frame-timeout", 4408, "Frame did not arrive in time";
    /// The client promised heart-beats and fell silent.
    HeartBeatTimeout = "heartbeat-timeout", 4409, "No data from client in time";
    /// The frame is larger than the limit.
    FrameTooLarge = "frame-too-large", 1009, "Frame is too large";
    /// The frame has more headers than the limit.
    TooManyHeaders = "too-many-headers", 1009, "Frame has too many headers";
    /// A header, or an id in one, is longer than the limit.
    HeaderTooLong = "header-too-long", 1009, "Frame has a header that is too long";
    /// The session holds as many subscriptions as it may.
    TooManySubscriptions = "too-many-subscriptions", 1008, "Session may not hold more subscriptions";
    /// As many replies of the session go on as may.
    TooManyStreams = "too-many-streams", 1008, "Session may not have more replies that go on";
    /// The client sends more in a while than it may.
    RateExceeded = "rate-exceeded", 1008, "Too much in too short a time";
    /// The client reads so slowly that its queue overflowed, or a write made no progress.
    SlowConsumer = "slow-consumer", 4410, "Client reads too slowly";
    /// The client has vanished: it was silent, and did not answer when it was asked for a sign of
    /// life.
    PongTimeout = "pong-timeout", 4409, "No answer to a ping";
    /// The body cannot be read as what the handler takes.
    Conversion = "conversion", 1007, "Body does not match the expected type";
    /// The body can be read, but breaks the rules of its type.
    Invalid = "invalid", 1007, "Body breaks the rules";
    /// The handler returned an error.
    HandlerFailed = "handler-failed", 1011, "Message could not be processed";
    /// The handler did not finish in time.
    HandlerTimeout = "handler-timeout", 1011, "Handler did not finish in time";
    /// The server broke: a handler panicked, or a reply could not be built.
    Internal = "internal", 1011, "Internal error";
    /// A message's body is no text, and the client's transport carries nothing else.
    BinaryBody = "binary-body", 1003, "Body is binary, and this transport carries text only";
    /// The server holds as many sessions as it may.
    Overloaded = "overloaded", 1013, "Server is at capacity";
    /// The broker behind the server is away, does not answer, or refuses what it is given.
    BrokerUnavailable = "broker-unavailable", 1013, "The broker is not available";
    /// A subscription may have missed messages, as the connection to the broker was lost. It goes on.
    MessagesMissed = "messages-missed", 1013, "Messages may have been missed";
    /// The server is going away.
    ServerShutdown = "server-shutdown", 1001, "Server is shutting down";
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::ErrorCode;

    #[test]
    fn codes_are_unique_and_may_stand_on_the_wire() {
        for (index, code) in ErrorCode::ALL.iter().enumerate() {
            assert!(
                ErrorCode::ALL[..index]
                    .iter()
                    .all(|other| other.as_str() != code.as_str()),
                "{code} twice"
            );
            assert!(
                code.as_str()
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b == b'-'),
                "{code}"
            );
            // RFC 6455, 7.4.1: 1004, 1005, 1006 and 1015 never go on the wire, nor does anything
            // below 1000.
            let close = code.close_code();
            assert!(
                matches!(close, 1000..=1003 | 1007..=1014 | 4000..=4999),
                "{code} closes with {close}"
            );
        }
    }
}
