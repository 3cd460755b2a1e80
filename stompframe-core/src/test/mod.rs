//! Testing applications in memory: no port, no waiting, a few lines for each test.
//!
//! It is there with the feature `test-util`, which belongs to the tests:
//!
//! ```toml
//! [dev-dependencies]
//! stompframe = { version = "0.1", features = ["test-util"] }
//! tokio = { version = "1", features = ["macros", "rt", "test-util"] }
//! ```
//!
//! [`TestApp`] is the whole application, built as it is for production, with everything on a
//! message's way: the STOMP codec, interceptors, handlers, the broker, queues, limits. A
//! [`TestClient`] is connected to it as a browser is, only not over a socket. (What happens before
//! CONNECT, at an endpoint's handshake, is not part of it;
//! [`handshake`](TestApp::handshake) says what it found out.)
//!
//! ```
//! # use stompframe_core as stompframe;
//! use serde::{Deserialize, Serialize};
//! use stompframe::test::TestApp;
//! # use stompframe::{Messaging, Payload, message_mapping, send_to};
//!
//! #[derive(Serialize, Deserialize)]
//! struct Say { writer: String, text: String }
//!
//! #[message_mapping("/rooms/{room}")]
//! #[send_to("/topic/rooms/{room}")]
//! async fn say(room: u64, Payload(say): Payload<Say>) -> Payload<Say> {
//!     # let _ = room;
//!     Payload(say)
//! }
//!
//! #[tokio::test(start_paused = true)]
//! # async fn is_left_out() {}
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! async fn two_people_talk() {
//!     let app = TestApp::start(
//!         Messaging::builder()
//!             .handler::<say>()
//!             .application_prefix("/app")
//!             .simple_broker(["/topic"]),
//!     );
//!     let (ann, bob) = (app.connect_as("ann").await, app.connect().await);
//!     let room = bob.subscribe("/topic/rooms/7").await;
//!     let hi = Say { writer: "ann".to_owned(), text: "hi".to_owned() };
//!     ann.send("/app/rooms/7", &hi).await;
//!     let said: Say = room.expect_message().await;
//!     assert_eq!(said.text, "hi");
//!     bob.expect_nothing().await;
//! }
//! # two_people_talk();
//! ```
//!
//! # Nothing waits
//!
//! A step returns when it is done, and done means what a receipt means:
//! [`subscribe`](TestClient::subscribe), that nothing published later is missed;
//! [`send`](TestClient::send), that the handler returned success and everything it sent is in the
//! queues of those who subscribed. So what a test expects next is there already, and that something
//! does *not* come is [proven](TestClient::expect_nothing) with a round trip, not by waiting.
//!
//! `start_paused = true` stops tokio's clock, and lets it jump ahead whenever everybody waits. (It
//! needs tokio's feature `test-util`, and the runtime of one thread that `#[tokio::test]` has by
//! default.) A heart-beat that is due in ten seconds is there at once, and a message that
//! never comes fails the test at once: [after a minute](TestApp::patience) that takes no time.
//!
//! Only what waits outside of tokio must not wait on a paused clock: where handlers ask a real
//! database, the jump would come before its answer. Such a test lets the clock run
//! (`#[tokio::test]`); then the minute is a real one, and
//! [`patience`](TestApp::patience) makes it shorter.
//!
//! What a handler leaves to a task of its own is not done when its receipt comes. Expect the
//! message that comes of it; or, on a paused clock, `tokio::time::sleep` for any time, which is
//! over when nobody has anything left to do.
//!
//! # When it fails
//!
//! A step that does not come about panics at the line that awaits it, and says what was expected,
//! what came instead and what else has arrived:
//!
//! ```text
//! thread 'a_guest_may_not_speak' panicked at src/rooms.rs:41:38:
//! expected the RECEIPT of SEND /app/rooms/7, but it was refused: denied: Access denied: listen
//! the connection was closed: 1008 denied
//! nothing else has arrived
//! ```
//!
//! Where the refusal is what a test is about, [`try_send`](TestClient::try_send) and the others
//! with `try_` give it as a [`TestError`]. [`expect_error`](TestClient::expect_error) is for
//! sessions that the server ends without having been asked.
//!
//! # One handler alone
//!
//! [`call`] runs one annotated function on one message, with its arguments read and its result made
//! a reply, but without broker and clients. An annotated function also stays an ordinary function,
//! which a test can call with its arguments.
//!
//! # The protocol itself
//!
//! [`TestApp::open`] gives a connection that has not sent anything.
//! [`send_bytes`](TestClient::send_bytes) sends what no well-behaved client would, and
//! [`receive`](TestClient::receive) takes one thing after the other: frames, heart-beats, the
//! close.

mod app;
mod call;
mod client;
mod connection;
mod error;
mod expectation;
mod handshake;
mod mailbox;
mod received;
mod show;
mod subscription;
mod transport;

pub use self::app::TestApp;
pub use self::call::{CallMessage, TestReply, call, call_on, message, subscription};
pub use self::client::TestClient;
pub use self::error::TestError;
pub use self::expectation::Expectation;
pub use self::handshake::TestHandshake;
pub use self::received::{Received, TestMessage};
pub use self::subscription::TestSubscription;
