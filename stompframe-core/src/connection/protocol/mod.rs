mod acknowledge;
mod connect;
mod headers;
mod renew;
mod send;
mod subscribe;
mod transactions;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use bytestring::ByteString;
use futures_util::FutureExt as _;
use tokio::time::Instant;

use self::headers::{check_receipt, receipt_of};
use self::transactions::Transactions;
use super::answer::{About, Answers};
use super::shared::Shared;
use crate::channel::Outcome;
use crate::error::{ErrorCode, MessagingError};
use crate::message::{Message, MessageType};
use crate::session::Session;
use crate::stomp::{Agreed, Command, DecodeError, DecodeErrorKind, Frame, Version};

/// The rules of one STOMP session: what may come when, and what it means.
pub(super) struct Protocol {
    shared: Arc<Shared>,
    session: Arc<Session>,
    answers: Answers,
    transactions: Transactions,
    connect_by: Instant,
}

/// What the connection does after a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Read on.
    Continue,
    /// Read on by the rules of this version.
    Connected(Version),
    /// The client said DISCONNECT.
    Disconnected,
    /// The session was ended with ERROR.
    Failed,
}

/// A frame ends the session: why.
type Fatal = MessagingError;

impl Protocol {
    pub(super) fn new(shared: Arc<Shared>, session: Arc<Session>, answers: Answers) -> Self {
        let connect_by = Instant::now() + shared.limits.connect_timeout;
        Self {
            shared,
            session,
            answers,
            transactions: Transactions::default(),
            connect_by,
        }
    }

    pub(super) const fn answers(&self) -> &Answers {
        &self.answers
    }

    /// The heart-beats that CONNECT agreed upon; none before.
    pub(super) fn agreed_heart_beat(&self) -> Option<Agreed> {
        self.session.heart_beat()
    }

    /// Whether the session has been ended, by whomever.
    pub(super) fn is_over(&self) -> bool {
        self.session.outbox().is_sealed()
    }

    /// When CONNECT has to be done with.
    pub(super) const fn connect_by(&self) -> Instant {
        self.connect_by
    }

    /// Handles one frame, to the end.
    ///
    /// What the frame has is taken out of it: the future would have room for it at every step if it were moved.
    pub(super) async fn handle(&mut self, frame: &mut Frame) -> Next {
        let receipt = receipt_of(frame);
        self.answers.begin(frame);
        let next = match self.try_handle(frame, receipt.as_deref()).await {
            Ok(next) => next,
            Err(error) => {
                self.answers.fail(&error, receipt.as_deref());
                Next::Failed
            }
        };
        self.answers.done();
        next
    }

    /// Ends the session because of bytes that are no frame.
    pub(super) fn undecodable(&self, error: &DecodeError) {
        let code = match error.kind() {
            DecodeErrorKind::BadEscape => ErrorCode::BadEscape,
            DecodeErrorKind::BadContentLength | DecodeErrorKind::ContentLengthConflict => {
                ErrorCode::BadContentLength
            }
            DecodeErrorKind::BodyNotAllowed(_) => ErrorCode::BodyNotAllowed,
            DecodeErrorKind::UnknownCommand
            | DecodeErrorKind::UnexpectedCommand(_)
            | DecodeErrorKind::CommandTooLong { .. } => ErrorCode::UnknownCommand,
            DecodeErrorKind::HeaderTooLong { .. } => ErrorCode::HeaderTooLong,
            DecodeErrorKind::EmptyHeader { .. } => ErrorCode::MissingHeader,
            DecodeErrorKind::TooManyHeaders { .. } => ErrorCode::TooManyHeaders,
            DecodeErrorKind::HeadTooLarge { .. } | DecodeErrorKind::FrameTooLarge { .. } => {
                ErrorCode::FrameTooLarge
            }
            _ => ErrorCode::MalformedFrame,
        };
        self.answers.fail(
            &MessagingError::new(code).with_detail(error.to_string()),
            error.receipt(),
        );
    }

    /// Takes the session out of everywhere; comes once, whatever ended it.
    pub(super) async fn end_session(&mut self) {
        self.abort_all();
        if !self.session.is_connected() {
            return; // Nobody knows it.
        }
        let inbound = &self.shared.inbound;
        let disconnect = self.message(MessageType::Disconnect, "");
        let sending = inbound.send(disconnect.clone(), &self.session);
        let sent = match AssertUnwindSafe(sending).catch_unwind().await {
            Ok(sent) => sent,
            Err(_) => {
                tracing::error!("an interceptor panicked while the session ended");
                inbound
                    .send_past_interceptors(disconnect, &self.session)
                    .await
            }
        };
        if let Err(error) = sent {
            tracing::warn!(%error, "not everybody could let go of the session");
        }
        self.shared.sessions.remove(&self.session);
        tracing::debug!("the session has ended");
    }

    async fn try_handle(
        &mut self,
        frame: &mut Frame,
        receipt: Option<&str>,
    ) -> Result<Next, Fatal> {
        match (frame.command.is_connect(), self.session.is_connected()) {
            (true, false) => return Box::pin(self.connect(taken(frame))).await,
            (true, true) => return Err(MessagingError::new(ErrorCode::AlreadyConnected)),
            (false, false) => return Err(MessagingError::new(ErrorCode::NotConnected)),
            (false, true) => {}
        }
        check_receipt(frame)?;
        // All but SEND in boxes of their own, so that the future of a SEND stays small.
        match frame.command {
            Command::Send => self.send(frame, receipt).await,
            Command::Subscribe => Box::pin(self.subscribe(taken(frame), receipt)).await,
            Command::Unsubscribe => Box::pin(self.unsubscribe(frame, receipt)).await,
            Command::Disconnect => {
                self.answers.receipt(receipt);
                Ok(Next::Disconnected)
            }
            Command::Ack | Command::Nack => Box::pin(self.acknowledge(frame, receipt)).await,
            Command::Begin => self.begin(frame, receipt),
            Command::Commit => Box::pin(self.commit(frame, receipt)).await,
            Command::Abort => self.abort(frame, receipt),
            // The decoder lets no others pass that a client may not send.
            Command::Connect
            | Command::Stomp
            | Command::Connected
            | Command::Message
            | Command::Receipt
            | Command::Error => Err(ErrorCode::UnknownCommand.into()),
        }
    }

    /// A message of this session's user.
    fn message(&self, message_type: MessageType, destination: impl Into<ByteString>) -> Message {
        let mut message = Message::new(message_type, destination);
        message.set_principal(self.session.principal());
        message
    }

    /// Offers a message to the inbound channel, and says whether it was processed. If not, an
    /// interceptor dropped it, and nobody asked what became of it.
    async fn offer(
        &self,
        message: Arc<Message>,
        receipt: Option<&str>,
    ) -> Result<bool, MessagingError> {
        let inbound = &self.shared.inbound;
        match inbound.send_shared(message, &self.session).await? {
            Outcome::Handled => Ok(true),
            Outcome::Ignored => Err(MessagingError::new(ErrorCode::NoRoute)),
            // The interceptor wants silence, but who asked for a receipt waits for an answer.
            Outcome::Dropped if receipt.is_some() => Err(MessagingError::new(ErrorCode::Denied)),
            Outcome::Dropped => Ok(false),
        }
    }

    /// Answers a frame by what became of its message: with its RECEIPT, or with the refusal.
    async fn answer(&self, offered: Result<bool, MessagingError>, about: About<'_>) -> Next {
        match offered {
            Ok(_) => {
                self.answers.receipt(about.receipt);
                Next::Continue
            }
            Err(error) => match Box::pin(self.answers.refuse(&error, about)).await {
                true => Next::Continue,
                false => Next::Failed,
            },
        }
    }
}

/// What the frame is, leaving nothing of it.
fn taken(frame: &mut Frame) -> Frame {
    std::mem::replace(frame, Frame::new(frame.command))
}
