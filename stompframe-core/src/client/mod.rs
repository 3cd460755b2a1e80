//! A STOMP client: for applications that talk to a broker, for tests, and for the relay.
//!
//! ```no_run
//! use futures_util::StreamExt as _;
//! use stompframe_core::client::{Incoming, StompClient};
//!
//! # async fn example() -> Result<(), stompframe_core::client::ClientError> {
//! let client = StompClient::tcp("127.0.0.1:61613")
//!     .login("guest", "guest")
//!     .connect()
//!     .await?;
//! let mut news = client.subscribe("/topic/news").await?;
//! client.send("/topic/news", "hello").confirmed().await?;
//! while let Some(incoming) = news.next().await {
//!     match incoming {
//!         Incoming::Message(message) => println!("{:?}", message.text()),
//!         Incoming::Gap => println!("some may be missing here"),
//!         _ => break,
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! It speaks STOMP 1.0 to 1.2 over TCP, over TLS where the feature `tls` is on, over WebSocket with the
//! connector of `stompframe-axum`, and over whatever implements [`Connector`].
//!
//! When a connection is lost it opens another, after a [random time](Backoff) that grows with each
//! failure, and makes its subscriptions anew; each is told of the [gap](Incoming::Gap). What was being
//! sent fails then, and says whether it [may have arrived](ClientError::is_in_doubt); nothing is sent
//! twice. All that it holds is bounded by [`ClientLimits`].

mod backoff;
mod builder;
mod connector;
mod driver;
mod error;
mod handle;
mod incoming;
mod limits;
mod link;
mod pace;
mod places;
mod reader;
mod receipts;
mod running;
mod send;
mod state;
mod subscribe;
mod subscription;
mod subscriptions;
mod tcp;
#[cfg(feature = "tls")]
mod tls;
mod told;
mod transaction;
mod writer;

pub use self::backoff::Backoff;
pub use self::builder::ClientBuilder;
pub use self::connector::{Connector, Transport};
pub use self::error::{ClientError, ServerError};
pub use self::handle::StompClient;
pub use self::incoming::{Incoming, Received};
pub use self::limits::ClientLimits;
pub(crate) use self::pace::Pace;
pub use self::receipts::Confirmation;
pub use self::send::SendRequest;
pub use self::state::{ClientState, Connected};
pub use self::subscribe::SubscribeRequest;
pub(crate) use self::subscribe::Subscribed;
pub use self::subscription::Subscription;
pub(crate) use self::subscriptions::Consumer;
pub use self::tcp::Tcp;
#[cfg(feature = "tls")]
#[cfg_attr(docsrs, doc(cfg(feature = "tls")))]
pub use self::tls::Tls;
pub use self::transaction::Transaction;
