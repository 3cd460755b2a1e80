//! The life of a client: one connection after the other.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytestring::ByteString;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::ClientError;
use super::builder::Options;
use super::connector::Connector;
use super::link::Link;
use super::running::Running;
use super::state::Current;
use super::subscriptions::Subscriptions;
use crate::session::corked;
use crate::stomp::Frame;

/// How many subscriptions are made anew at a time.
const RESUBSCRIBE_AT_ONCE: usize = 64;

/// A connection that lasted at least as long as this was a good one: what follows counts as a first
/// failure.
const GOOD: Duration = Duration::from_secs(10);

/// What keeps a client connected. It is the client's only task.
pub(super) struct Driver {
    pub(super) connector: Arc<dyn Connector>,
    pub(super) options: Options,
    pub(super) subscriptions: Arc<Subscriptions>,
    pub(super) current: watch::Sender<Current>,
    pub(super) stop: CancellationToken,
}

/// A connection that has begun, and what is to be subscribed to over it.
pub(super) struct Begun {
    link: Arc<Link>,
    running: Running,
    resubscribe: Vec<(ByteString, Frame)>,
}

impl Driver {
    /// Opens a connection and says CONNECT.
    pub(super) async fn begin(&self) -> Result<Begun, ClientError> {
        let transport = self.connector.connect().await;
        let transport = transport.map_err(|error| ClientError::unreachable(&error))?;
        let (generation, resubscribe) = self.subscriptions.begin_connection();
        let (link, running) = Running::begin(transport, &self.options, generation).await?;
        Ok(Begun {
            link,
            running,
            resubscribe,
        })
    }

    /// Keeps the client connected until it is to stop.
    pub(super) async fn run(mut self, first: Option<Begun>) {
        // What goes on to sessions of this process is written when all that came together has been
        // handed out.
        let because = corked(pin!(self.drive(first))).await;
        self.current.send_replace(Current::Over(because.clone()));
        self.subscriptions.end_all(&because);
    }

    async fn drive(&mut self, mut begun: Option<Begun>) -> ClientError {
        let stop = self.stop.clone();
        let mut failures = 0;
        let mut at_once = RESUBSCRIBE_AT_ONCE;
        loop {
            let connection = match begun.take() {
                Some(begun) => Ok(begun),
                None => match stop.run_until_cancelled(self.begin()).await {
                    Some(connection) => connection,
                    None => return ClientError::Closed,
                },
            };
            let because = match connection {
                Err(because) => because,
                Ok(connection) => {
                    let since = Instant::now();
                    let because = self.connection(connection, &mut at_once).await;
                    if since.elapsed() >= GOOD {
                        failures = 0;
                    }
                    because
                }
            };
            if stop.is_cancelled() {
                return ClientError::Closed;
            }
            let Some(backoff) = self.options.reconnect else {
                return because;
            };
            let wait = backoff.wait(failures);
            failures = failures.saturating_add(1);
            tracing::warn!(
                connector = ?self.connector, error = %because, ?wait, "there is no connection to the server"
            );
            self.current.send_replace(Current::None(because));
            let waiting = async {
                sleep(wait).await;
                if let Some(pace) = &self.options.pace {
                    pace.turn().await;
                }
            };
            if stop.run_until_cancelled(waiting).await.is_none() {
                return ClientError::Closed;
            }
        }
    }

    /// One connection, to its end.
    async fn connection(&mut self, begun: Begun, at_once: &mut usize) -> ClientError {
        let Begun {
            link,
            running,
            resubscribe,
        } = begun;
        tracing::info!(connector = ?self.connector, version = %link.version, "connected to the server");
        self.current.send_replace(Current::Link(Arc::clone(&link)));
        let subscriptions = Arc::clone(&self.subscriptions);
        let confirms = self.options.confirms_subscriptions;
        let pending = Resubscribing {
            link: &link,
            subscriptions: &subscriptions,
            confirms,
        };
        let run = running.run(&subscriptions, &self.stop);
        tokio::pin!(run);
        let (because, resubscribed) = {
            let resubscribing = pending.all(resubscribe, *at_once);
            tokio::pin!(resubscribing);
            tokio::select! {
                biased;
                result = &mut resubscribing => (None, result),
                because = &mut run => {
                    // Who waits for a receipt has been told by now.
                    (Some(because), resubscribing.await)
                }
            }
        };
        // Where the server does not say which of many it refused, the next connection makes them one
        // by one, and that which ends it is not made again.
        *at_once = match resubscribed {
            Resubscribed::All => RESUBSCRIBE_AT_ONCE,
            Resubscribed::SomeRefused => 1,
        };
        match because {
            Some(because) => because,
            None => run.await,
        }
    }
}

/// What became of the subscriptions that were to be made anew.
enum Resubscribed {
    All,
    SomeRefused,
}

struct Resubscribing<'a> {
    link: &'a Link,
    subscriptions: &'a Subscriptions,
    confirms: bool,
}

impl Resubscribing<'_> {
    async fn all(&self, frames: Vec<(ByteString, Frame)>, at_once: usize) -> Resubscribed {
        let mut frames = frames.into_iter();
        let mut running = FuturesUnordered::new();
        loop {
            while running.len() < at_once
                && let Some((id, frame)) = frames.next()
            {
                running.push(async move {
                    let result = self.one(id.clone(), frame).await;
                    (id, result)
                });
            }
            let Some((id, result)) = running.next().await else {
                return Resubscribed::All;
            };
            match result {
                Ok(()) => {}
                Err(error @ ClientError::Refused(_)) => {
                    if at_once == 1 {
                        tracing::warn!(%error, "a subscription was refused when it was made anew");
                        self.subscriptions.end(&id, error);
                    }
                    // And the connection is over.
                    return Resubscribed::SomeRefused;
                }
                Err(error @ ClientError::Unencodable(_)) => self.subscriptions.end(&id, error),
                Err(ClientError::TimedOut(_)) => {
                    tracing::warn!(%id, "the server does not confirm a subscription that was made anew");
                }
                // The next connection tries again.
                Err(_) => return Resubscribed::All,
            }
        }
    }

    async fn one(&self, id: ByteString, frame: Frame) -> Result<(), ClientError> {
        if self.confirms {
            return self.link.resubscribe(id, frame).await?.await;
        }
        self.link.send(&frame).await?;
        self.subscriptions.renewed(&id, self.link.generation);
        Ok(())
    }
}
