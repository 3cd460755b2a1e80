use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use super::error_frame::{ErrorHandler, FailedFrame};
use super::shared::Shared;

use crate::error::{Chain, ErrorCode, MessagingError, Untrusted, Violation};
use crate::message::{Message, Payload, SubscriptionId};
use crate::session::{Close, OutgoingFrame, Session};
use crate::stomp::{Command, Frame, Version};

/// The user destination where a client hears about frames of its own that failed, if it wants to.
const ERRORS: &str = "/queue/errors";

/// The user destination where a client hears of its credentials, if it wants to.
const CREDENTIALS: &str = "/queue/credentials";

/// What a client is told about its frames: receipts, refusals, errors.
pub(super) struct Answers {
    shared: Arc<Shared>,
    session: Arc<Session>,
    /// The frame that is being handled, where an error handler may want to know.
    handling: Option<FailedFrame>,
}

/// The frame that an answer is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct About<'a> {
    pub(super) command: Command,
    pub(super) destination: &'a str,
    pub(super) receipt: Option<&'a str>,
}

/// The body of a message on [`CREDENTIALS`].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Credentials {
    event: &'static str,
    /// In milliseconds; none if they do not.
    expires_in: Option<u64>,
}

/// The body of a message on [`ERRORS`].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Problem<'a> {
    code: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    violations: &'a [Violation],
    #[serde(skip_serializing_if = "str::is_empty")]
    destination: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    subscription: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt_id: Option<&'a str>,
}

impl Answers {
    pub(super) const fn new(shared: Arc<Shared>, session: Arc<Session>) -> Self {
        Self {
            shared,
            session,
            handling: None,
        }
    }

    /// A frame is about to be handled: what is answered until it is [done](Self::done) is about it.
    pub(super) fn begin(&mut self, frame: &Frame) {
        if self.shared.error_handler.is_some() {
            self.handling = Some(ErrorHandler::note(frame));
        }
    }

    /// The frame is done with.
    pub(super) fn done(&mut self) {
        self.handling = None;
    }

    /// RECEIPT, if the frame asked for one.
    pub(super) fn receipt(&self, id: Option<&str>) {
        let Some(id) = id else { return };
        let receipt = Frame::new(Command::Receipt).with_header("receipt-id", id);
        self.send(&receipt);
    }

    /// Sends a frame to the client. What cannot be encoded is our own mistake.
    pub(super) fn send(&self, frame: &Frame) {
        if let Err(error) = self.session.send(frame) {
            tracing::error!(%error, "a frame of the server could not be encoded");
        }
    }

    /// Tells the client that its frame was not processed (STOMP 1.2, SEND and SUBSCRIBE).
    ///
    /// Where it listens for errors, it is told there and the connection lives. Where it does not, a
    /// frame that was denied, that asked for a receipt or for a subscription that cannot be, ends
    /// the session with ERROR, as STOMP says; for any other there is the log. Returns whether the
    /// session goes on.
    ///
    /// What an exception handler of the application has told the client is not told twice.
    pub(super) async fn refuse(&self, error: &MessagingError, about: About<'_>) -> bool {
        match error.handled_with() {
            Some(true) => return true,
            Some(false) if about.receipt.is_none() => return true,
            _ => {}
        }
        tracing::warn!(
            code = %error.code(),
            command = %about.command,
            destination = %Untrusted(about.destination),
            error = %Chain(error),
            "a frame was not processed"
        );
        if self.tell(error, about).await {
            return true;
        }
        if must_know(error.code(), about) {
            self.error(error, about.receipt, None);
            return false;
        }
        true
    }

    /// Sends the error to the session's own [`ERRORS`], if it is subscribed there.
    async fn tell(&self, error: &MessagingError, about: About<'_>) -> bool {
        let problem = Problem {
            code: error.code().as_str(),
            message: error.code().message(),
            detail: error.detail(),
            violations: error.violations(),
            destination: about.destination,
            subscription: None,
            receipt_id: about.receipt,
        };
        self.tell_problem(problem).await
    }

    async fn tell_problem(&self, problem: Problem<'_>) -> bool {
        let (code, receipt) = (
            problem.code.to_owned(),
            problem.receipt_id.map(str::to_owned),
        );
        let Ok(mut message) = Message::with_payload(ERRORS, Payload(problem)) else {
            return false;
        };
        message.headers_mut().set("error-code", code);
        if let Some(receipt) = receipt {
            message.headers_mut().set("receipt-id", receipt);
        }
        let users = &self.shared.users;
        users.send_to_session(&self.session, &message).await
    }

    /// Tells the client that a subscription was taken from it, where it listens for errors; where it
    /// does not, with ERROR, or it would wait for what never comes.
    pub(super) async fn revoked(
        &self,
        error: &MessagingError,
        id: &SubscriptionId,
        destination: &str,
    ) {
        tracing::info!(
            code = %error.code(),
            destination = %Untrusted(destination),
            error = %Chain(error),
            "a subscription was revoked"
        );
        let problem = Problem {
            code: error.code().as_str(),
            message: error.code().message(),
            detail: error.detail(),
            violations: &[],
            destination,
            subscription: id.header(),
            receipt_id: None,
        };
        if !self.tell_problem(problem).await {
            self.error(error, None, None);
        }
    }

    /// Tells the client what becomes of its credentials, if it listens for that. Says whether it does.
    pub(super) async fn credentials(&self, event: &'static str) -> bool {
        let left = self.session.principal().and_then(|user| user.time_left());
        let expires_in = left.map(milliseconds);
        let body = Credentials { event, expires_in };
        let Ok(message) = Message::with_payload(CREDENTIALS, Payload(body)) else {
            return false;
        };
        let users = &self.shared.users;
        users.send_to_session(&self.session, &message).await
    }

    /// Ends the session with ERROR because the client, or the connection, broke a rule.
    pub(super) fn fail(&self, error: &MessagingError, receipt: Option<&str>) {
        tracing::info!(code = %error.code(), error = %Chain(error), "the session ends with an error");
        self.error(error, receipt, None);
    }

    /// As [`fail`](Self::fail), for a client that speaks none of our versions: the ERROR lists
    /// them.
    pub(super) fn fail_version(&self, error: &MessagingError) {
        tracing::info!(code = %error.code(), "the client speaks no version that is known here");
        self.error(error, None, Some(Version::SUPPORTED));
    }

    /// Ends the session without a word, where none can be said.
    pub(super) fn close(&self, close: Close) {
        self.session.close(close);
    }

    /// ERROR, and nothing after it but the close (STOMP 1.2, ERROR).
    fn error(&self, error: &MessagingError, receipt: Option<&str>, versions: Option<&'static str>) {
        let code = error.code();
        let mut frame = Frame::new(Command::Error)
            .with_header("message", code.message())
            .with_header("error-code", code.as_str());
        if let Some(versions) = versions {
            frame = frame.with_header("version", versions);
        }
        // Before a version is agreed upon, only what reads the same in all of them.
        let can_be_told = |id: &&str| self.session.is_connected() || !is_escaped_anywhere(id);
        if let Some(receipt) = receipt.filter(can_be_told) {
            frame = frame.with_header("receipt-id", receipt.to_owned());
        }
        if let Some(detail) = error.detail() {
            frame = frame
                .with_header("content-type", "text/plain;charset=UTF-8")
                .with_body(detail.to_owned());
        }
        let encode = |frame: &Frame| OutgoingFrame::encode(frame, self.session.version()).ok();
        let amended = self.shared.error_handler.as_ref().and_then(|handler| {
            let frame = handler.amend(frame.clone(), error, self.handling.as_ref())?;
            encode(&frame)
        });
        let encoded = amended.or_else(|| encode(&frame));
        self.session.outbox().seal(encoded, Close::because(code));
    }
}

/// A time as clients are told it.
pub(super) fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Whether a client that does not listen for errors has to be told all the same.
const fn must_know(code: ErrorCode, about: About<'_>) -> bool {
    about.receipt.is_some()
        || matches!(code, ErrorCode::Denied)
        // It would believe that all of it has happened.
        || matches!(about.command, Command::Commit)
        // It would wait forever for what never comes.
        || matches!(about.command, Command::Subscribe)
            && matches!(
                code,
                ErrorCode::BadDestination
                    | ErrorCode::BadSelector
                    | ErrorCode::BrokerUnavailable
                    | ErrorCode::Overloaded
                    | ErrorCode::TooManySubscriptions
                    | ErrorCode::Unsupported
            )
}

/// Whether some version would escape or trim a part of this value.
fn is_escaped_anywhere(value: &str) -> bool {
    value.contains([':', '\\', '\r', '\n']) || value.trim_matches([' ', '\t']) != value
}
