use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::expectation::Failure;
use super::mailbox::{Letters, Mailbox};
use super::show::{Shown, ShownFrames};
use super::transport::{Sink, Uplink};
use super::{Received, TestError};
use crate::connection::Admission;
use crate::session::Close;
use crate::stomp::{self, Command, Frame};

/// The client's end of a connection in memory, shared by a client and its subscriptions.
pub(super) struct Connection {
    pub(super) mailbox: Arc<Mailbox>,
    uplink: Arc<Uplink>,
    patience: Duration,
    /// The server's side, until somebody waits for its end.
    server: Mutex<Option<JoinHandle<()>>>,
    last_id: AtomicU64,
}

impl Connection {
    pub(super) fn open(admission: Admission, patience: Duration) -> Arc<Self> {
        let (uplink, source) = Uplink::open();
        let (uplink, mailbox) = (Arc::new(uplink), Arc::new(Mailbox::new()));
        let sink = Sink {
            mailbox: Arc::clone(&mailbox),
            uplink: Arc::clone(&uplink),
            is_broken: false,
        };
        let server = tokio::spawn(admission.serve(source, sink));
        Arc::new(Self {
            mailbox,
            uplink,
            patience,
            server: Mutex::new(Some(server)),
            last_id: AtomicU64::new(0),
        })
    }

    /// A number that this connection has not seen yet.
    pub(super) fn next_id(&self) -> u64 {
        self.last_id.fetch_add(1, Ordering::Relaxed)
    }

    pub(super) fn send(&self, bytes: Bytes) {
        self.uplink.send(bytes);
    }

    pub(super) fn send_frame(&self, frame: &Frame) -> Result<(), Failure> {
        let version = self.mailbox.letters().version();
        let encoded = stomp::encode(frame, version)
            .map_err(|error| Failure(format!("this frame cannot be sent: {error}")))?;
        self.send(encoded.bytes);
        Ok(())
    }

    /// Sends a frame and waits for what becomes of it: its RECEIPT, or its refusal.
    pub(super) async fn confirm(&self, mut frame: Frame) -> Result<Result<(), TestError>, Failure> {
        let receipt = match frame.headers.get_bytestring("receipt") {
            Some(receipt) => receipt.clone(),
            None => format!("receipt-{}", self.next_id()).into(),
        };
        frame.headers.set("receipt", receipt.clone());
        self.send_frame(&frame)?;
        let is_answer = |answer: &Frame| {
            let is_ours = answer.header("receipt-id") == Some(&receipt);
            is_ours && (answer.command != Command::Message || is_problem(answer))
        };
        let answer = self.wait(&answer_to(&frame), is_answer).await?;
        if answer.command == Command::Receipt {
            return Ok(Ok(()));
        }
        self.refusal(&answer, &answer_to(&frame)).map(Err)
    }

    /// Sends a frame that has to be accepted.
    pub(super) async fn accepted(&self, frame: Frame) -> Result<(), Failure> {
        let expected = format!("the RECEIPT of {}", of(&frame));
        let answer = self.confirm(frame).await?;
        answer.map_err(|error| self.failure(&expected, &format!("it was refused: {error}")))
    }

    /// Sends CONNECT, and waits for the answer.
    pub(super) async fn connect(&self, frame: &Frame) -> Result<Result<(), TestError>, Failure> {
        self.send_frame(frame)?;
        let expected = answer_to(frame);
        let is_answer =
            |frame: &Frame| matches!(frame.command, Command::Connected | Command::Error);
        let answer = self.wait(&expected, is_answer).await?;
        if answer.command == Command::Connected {
            return Ok(Ok(()));
        }
        self.refusal(&answer, &expected).map(Err)
    }

    fn refusal(&self, answer: &Frame, expected: &str) -> Result<TestError, Failure> {
        TestError::read(answer).ok_or_else(|| {
            let frame = Shown::frame(answer);
            self.failure(
                expected,
                &format!("this has no code of the catalogue:\n\n{frame}\n"),
            )
        })
    }

    /// Returns when everything that the server had to say before has arrived.
    pub(super) async fn round_trip(&self) -> Result<(), Failure> {
        // Nobody but the session itself learns of the end of a subscription that never was.
        let frame = Frame::new(Command::Unsubscribe).with_header("id", "never-subscribed");
        self.accepted(frame).await
    }

    /// Proves that no frame for which this is true has arrived and was not taken.
    pub(super) async fn nothing(
        &self,
        expected: &str,
        is_it: impl Fn(&Frame) -> bool,
    ) -> Result<(), Failure> {
        self.round_trip().await?;
        let letters = self.mailbox.letters();
        let unread = letters.unread(is_it);
        if unread.is_empty() {
            return Ok(());
        }
        let unread = ShownFrames(unread);
        Err(Failure(format!(
            "expected {expected}, but this has arrived:\n\n{unread}"
        )))
    }

    /// Waits for the first frame for which this is true, and takes it.
    pub(super) async fn wait(
        &self,
        expected: &str,
        is_it: impl Fn(&Frame) -> bool,
    ) -> Result<Frame, Failure> {
        self.mailbox
            .wait(expected, self.patience, |letters| letters.take(&is_it))
            .await
    }

    pub(super) async fn wait_for_close(&self, expected: &str) -> Result<Close, Failure> {
        self.mailbox
            .wait(expected, self.patience, |letters| letters.closed())
            .await
    }

    /// Waits for the next thing, whatever it is.
    pub(super) async fn receive(&self) -> Result<Received, Failure> {
        self.mailbox
            .wait("anything at all", self.patience, Letters::take_next)
            .await
    }

    pub(super) fn failure(&self, expected: &str, because: &str) -> Failure {
        self.mailbox.letters().missing(expected, because)
    }

    /// Closes the client's side in order; the server may still write.
    pub(super) fn close(&self) {
        self.uplink.close();
    }

    /// Is gone, without a word and for both directions.
    pub(super) fn lose(&self) {
        if self.uplink.cut() {
            self.mailbox.abandon();
        }
    }

    /// Waits until the server has let go of the session.
    pub(super) async fn until_released(&self) -> Result<(), Failure> {
        let server = self
            .server
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(server) = server else { return Ok(()) };
        match timeout(self.patience, server).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Failure(format!("the server's side of it failed: {error}"))),
            Err(_) => Err(Failure(format!(
                "expected the server to let go of the session within {:?}, but it did not: does a \
                 handler or an interceptor still work for it?",
                self.patience
            ))),
        }
    }
}

fn answer_to(frame: &Frame) -> String {
    format!("an answer to {}", of(frame))
}

/// Names a frame that was sent.
fn of(frame: &Frame) -> String {
    match frame.header("destination") {
        Some(destination) => format!("{} {destination}", frame.command),
        None => frame.command.to_string(),
    }
}

/// Whether a message tells a client about a frame of its own that failed.
fn is_problem(message: &Frame) -> bool {
    message.header("destination") == Some("/user/queue/errors")
        && message.headers.contains("error-code")
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").finish_non_exhaustive()
    }
}
