//! Pages to read, as modules, so that their examples compile.

/// How handlers are written: what they are mapped to, what they take, what they give.
#[doc = include_str!("../docs/handlers.md")]
pub mod handlers {}

/// What the broker in memory does with messages, and what it promises.
#[doc = include_str!("../docs/broker.md")]
pub mod broker {}

/// The same application on RabbitMQ or ActiveMQ (Classic, Artemis), on one node or several.
#[doc = include_str!("../docs/relay.md")]
pub mod relay {}

/// Who clients are, how messages reach users, and what an application hears of sessions.
#[doc = include_str!("../docs/users.md")]
pub mod users {}

/// Who may do what: rules by type of frame, destination, role, or a function of one's own.
#[doc = include_str!("../docs/security.md")]
pub mod security {}

/// How far everything may grow that clients can make grow, and what follows beyond.
#[doc = include_str!("../docs/limits.md")]
pub mod limits {}

/// Clients that connect with SockJS: transports, whose session it is, what ends it, proxies.
#[doc = include_str!("../docs/sockjs.md")]
pub mod sockjs {}
