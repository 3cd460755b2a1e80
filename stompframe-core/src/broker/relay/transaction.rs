//! COMMIT: what a client's transaction has for the broker is one transaction there.

use std::sync::Arc;

use futures_util::FutureExt as _;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::connections::Publishing;
use super::own::OwnConnection;
use super::status::count;
use super::{Relay, headers, system};
use crate::channel::{Commit, Preparing};
use crate::client::{ClientError, Received, StompClient, Transaction};
use crate::error::{ErrorCode, MessagingError};
use crate::message::{Message, MessageType};
use crate::session::Session;
use crate::stomp::{Command, Frame};

/// What a client's transaction has for the broker.
struct Part {
    client: StompClient,
    /// How many may be under way over this connection, where it is shared.
    turns: Option<Arc<Semaphore>>,
    /// The other connections over which this would have gone without a transaction: what the session
    /// has published there comes first.
    others: Vec<StompClient>,
    frames: Vec<Held>,
    own: Option<Arc<OwnConnection>>,
}

enum Held {
    Send(Frame),
    /// The acknowledgement of the delivery of this number.
    Acknowledgement(Command, u64, Received),
}

impl Relay {
    /// Whether a message of a transaction is for the broker.
    pub(super) fn takes(
        &self,
        message: &Message,
        session: &Session,
    ) -> Result<bool, MessagingError> {
        match message.message_type() {
            MessageType::Ack | MessageType::Nack => self.awaits_acknowledgement(message, session),
            MessageType::Message if system::is_system(message) => Err(ErrorCode::Denied.into()),
            MessageType::Message => Ok(self.config.prefixes.cover(message.destination())),
            _ => Ok(false),
        }
    }

    /// Takes what is for the broker. It is ready when there is a connection, and all of it can be
    /// written.
    pub(super) fn prepare(
        self: &Arc<Self>,
        transaction: &[Arc<Message>],
        session: &Arc<Session>,
    ) -> Option<Preparing> {
        let is_ours = |message: &&Arc<Message>| matches!(self.takes(message, session), Ok(true));
        let messages: Vec<_> = transaction.iter().filter(is_ours).cloned().collect();
        if messages.is_empty() {
            return None;
        }
        let (relay, session) = (Arc::clone(self), Arc::clone(session));
        Some(Box::pin(async move {
            let part = relay.part(&messages, &session).await?;
            Ok(async move { relay.commit(part).await }.boxed() as Commit)
        }))
    }

    async fn part(
        &self,
        messages: &[Arc<Message>],
        session: &Session,
    ) -> Result<Part, MessagingError> {
        let own = self.own.of(session, &self.config);
        let (publishing, others, translation) = match &own {
            Some(own) => {
                let (client, translation) = self.connections.ready(own.client()).await?;
                (
                    Publishing::unbounded(client.clone()),
                    Vec::new(),
                    translation,
                )
            }
            None => {
                let to = messages.iter().map(|message| message.destination());
                self.connections.to_publish_together(to).await?
            }
        };
        let held = |message: &Arc<Message>| {
            let command = match message.message_type() {
                MessageType::Ack => Command::Ack,
                MessageType::Nack => Command::Nack,
                _ => {
                    let kind = self.kind(message.destination());
                    let frame = headers::to_broker(message, kind, translation, true)?;
                    return Ok(Held::Send(frame));
                }
            };
            let delivered = self.delivery_of(message).and_then(|number| {
                let received = own.as_ref()?.delivered(number)?;
                Some(Held::Acknowledgement(command, number, received))
            });
            delivered.ok_or(MessagingError::new(ErrorCode::UnknownAck))
        };
        let frames = messages.iter().map(held).collect::<Result<_, _>>()?;
        let Publishing { client, turns } = publishing;
        Ok(Part {
            client,
            turns,
            others,
            frames,
            own,
        })
    }

    async fn commit(&self, part: Part) -> Result<(), MessagingError> {
        let _turn = self.turn(part.turns.as_ref()).await?;
        let begun = part.begin().await.map_err(not_begun)?;
        let committed = begun.finish().await;
        let counter = match committed {
            Ok(()) => &self.counters.confirmed,
            Err(_) => &self.counters.unconfirmed,
        };
        for held in part.frames {
            match (held, &part.own) {
                (Held::Send(_), _) => count(counter),
                (Held::Acknowledgement(_, number, _), Some(own)) if committed.is_ok() => {
                    own.acknowledged(number);
                }
                (Held::Acknowledgement(..), _) => {}
            }
        }
        committed.map_err(not_committed)
    }

    /// Waits until there are fewer transactions under way than there may be.
    async fn turn(
        &self,
        turns: Option<&Arc<Semaphore>>,
    ) -> Result<Option<tokio::sync::OwnedSemaphorePermit>, MessagingError> {
        let Some(turns) = turns else {
            return Ok(None);
        };
        let waiting = timeout(
            self.config.limits.patience,
            Arc::clone(turns).acquire_owned(),
        );
        match waiting.await {
            Ok(Ok(turn)) => Ok(Some(turn)),
            _ => Err(MessagingError::new(ErrorCode::Overloaded).with_detail(
                "there are as many transactions under way to the broker as there may be; nothing of this \
                 one has happened there",
            )),
        }
    }
}

impl Part {
    /// Gives the broker all of it, but not yet COMMIT.
    async fn begin(&self) -> Result<Transaction, ClientError> {
        for other in &self.others {
            other.settled().await?;
        }
        let mut transaction = self.client.begin().await?;
        for held in &self.frames {
            match held {
                Held::Send(frame) => transaction.hold(frame.clone()).await?,
                Held::Acknowledgement(command, _, received) => {
                    transaction.acknowledge(*command, received).await?;
                }
            }
        }
        transaction.settle().await?;
        Ok(transaction)
    }
}

/// Before COMMIT, the broker does nothing.
fn not_begun(error: ClientError) -> MessagingError {
    MessagingError::new(ErrorCode::BrokerUnavailable)
        .with_detail("it did not take the transaction: nothing of it has happened there")
        .with_source(error)
}

fn not_committed(error: ClientError) -> MessagingError {
    let detail = match &error {
        ClientError::Refused(refused) if refused.is_about_a_receipt() => {
            "it refused the transaction: nothing of it has happened there"
        }
        _ => "it did not confirm the transaction: it may have happened all the same",
    };
    MessagingError::new(ErrorCode::BrokerUnavailable)
        .with_detail(detail)
        .with_source(error)
}
