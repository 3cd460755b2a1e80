use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::Notify;
use tokio::time::timeout;

use super::expectation::Failure;
use super::received::Received;
use super::show::ShownFrames;
use crate::session::Close;
use crate::stomp::{Command, Decoded, Decoder, Frame, FrameLimits, Version};

/// What a client has received and the test has not taken yet, in the order of its arrival.
#[derive(Debug)]
pub(super) struct Mailbox {
    letters: Mutex<Letters>,
    /// Rung when anything has arrived, and at the end.
    arrived: Notify,
}

#[derive(Debug)]
pub(super) struct Letters {
    decoder: Decoder,
    queue: Vec<Decoded>,
    /// What CONNECTED said; none before.
    connected: Option<Frame>,
    end: Option<End>,
    /// Nobody will take anything any more.
    abandoned: bool,
}

/// How the connection has ended.
#[derive(Clone, Debug)]
enum End {
    Closed(Close),
    /// Without a close, and why.
    Broken(String),
}

impl Mailbox {
    pub(super) fn new() -> Self {
        // The client believes everything that the server says.
        let limits = FrameLimits::default()
            .with_max_frame(usize::MAX)
            .with_max_head(usize::MAX)
            .with_max_header_line(usize::MAX)
            .with_max_headers(usize::MAX);
        Self {
            letters: Mutex::new(Letters {
                decoder: Decoder::for_client(limits),
                queue: Vec::new(),
                connected: None,
                end: None,
                abandoned: false,
            }),
            arrived: Notify::new(),
        }
    }

    pub(super) fn letters(&self) -> MutexGuard<'_, Letters> {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes what the server has written. Says whether anybody is there to read it.
    pub(super) fn file(&self, bytes: &Bytes) -> bool {
        let mut letters = self.letters();
        if let Err(problem) = letters.file(bytes) {
            letters.end.get_or_insert(End::Broken(problem));
        }
        let is_read = !letters.abandoned;
        drop(letters);
        self.arrived.notify_waiters();
        is_read
    }

    pub(super) fn close(&self, close: &Close) {
        self.end(End::Closed(close.clone()));
    }

    /// What is written from now on is lost.
    pub(super) fn abandon(&self) {
        self.letters().abandoned = true;
        self.end(End::Broken("the test let go of the client".to_owned()));
    }

    pub(super) fn cut(&self) {
        self.end(End::Broken("it was cut without a close".to_owned()));
    }

    /// The first end is the end.
    fn end(&self, end: End) {
        self.letters().end.get_or_insert(end);
        self.arrived.notify_waiters();
    }

    /// Waits until `find` finds something. Fails when it cannot come any more.
    pub(super) async fn wait<T>(
        &self,
        expected: &str,
        patience: Duration,
        mut find: impl FnMut(&mut Letters) -> Option<T>,
    ) -> Result<T, Failure> {
        let search = async {
            loop {
                // Made before looking, so that nothing arrives in between unseen.
                let arrived = self.arrived.notified();
                {
                    let mut letters = self.letters();
                    if let Some(found) = find(&mut letters) {
                        return Ok(found);
                    }
                    if letters.end.is_some() {
                        return Err(letters.missing(expected, "the connection has ended"));
                    }
                }
                arrived.await;
            }
        };
        timeout(patience, search).await.unwrap_or_else(|_| {
            let nothing = format!("it did not come within {patience:?}");
            Err(self.letters().missing(expected, &nothing))
        })
    }
}

impl Letters {
    /// A transport is given whole frames, one at a time, and heart-beats.
    fn file(&mut self, bytes: &Bytes) -> Result<(), String> {
        if bytes == "\n" {
            self.queue.push(Decoded::HeartBeat);
            return Ok(());
        }
        self.decoder.push(bytes.clone());
        match self.decoder.next() {
            Ok(Some(Decoded::Frame(frame))) => {
                if frame.command == Command::Connected {
                    self.decoder.set_version(version(&frame));
                    self.connected = Some(frame.clone());
                }
                self.queue.push(Decoded::Frame(frame));
                Ok(())
            }
            Err(error) => Err(format!("the server sent what is no frame: {error}")),
            Ok(_) => Err(format!("the server sent what is no frame: {bytes:?}")),
        }
    }

    /// The version that was agreed upon; before, that of the frames that open a session.
    pub(super) fn version(&self) -> Version {
        self.connected.as_ref().map_or(Version::V1_2, version)
    }

    pub(super) const fn connected(&self) -> Option<&Frame> {
        self.connected.as_ref()
    }

    /// Takes the first frame for which this is true.
    pub(super) fn take(&mut self, is_it: impl Fn(&Frame) -> bool) -> Option<Frame> {
        let is_it = |letter: &Decoded| matches!(letter, Decoded::Frame(frame) if is_it(frame));
        match self.queue.remove(self.queue.iter().position(is_it)?) {
            Decoded::Frame(frame) => Some(frame),
            Decoded::HeartBeat => None,
        }
    }

    /// Takes what came first, and at last the end.
    pub(super) fn take_next(&mut self) -> Option<Received> {
        if self.queue.is_empty() {
            return self.closed().map(Received::Closed);
        }
        Some(match self.queue.remove(0) {
            Decoded::Frame(frame) => Received::Frame(frame),
            Decoded::HeartBeat => Received::HeartBeat,
        })
    }

    pub(super) fn closed(&self) -> Option<Close> {
        match &self.end {
            Some(End::Closed(close)) => Some(close.clone()),
            Some(End::Broken(_)) | None => None,
        }
    }

    /// The frames that are left and for which this is true.
    pub(super) fn unread(&self, is_it: impl Fn(&Frame) -> bool) -> Vec<&Frame> {
        self.queue
            .iter()
            .filter_map(|letter| match letter {
                Decoded::Frame(frame) if is_it(frame) => Some(frame),
                Decoded::Frame(_) | Decoded::HeartBeat => None,
            })
            .collect()
    }

    /// The text of a test that fails: what was expected, why it does not come, and what is there
    /// instead.
    pub(super) fn missing(&self, expected: &str, because: &str) -> Failure {
        let end = match &self.end {
            None => String::new(),
            Some(End::Closed(close)) if close.reason().is_empty() => {
                format!("\nthe connection was closed: {}", close.code())
            }
            Some(End::Closed(close)) => {
                format!(
                    "\nthe connection was closed: {} {}",
                    close.code(),
                    close.reason()
                )
            }
            Some(End::Broken(why)) => format!("\nthe connection broke: {why}"),
        };
        let unread = self.unread(|_| true);
        let unread = if unread.is_empty() {
            "\nnothing else has arrived".to_owned()
        } else {
            format!(
                "\nwhat has arrived and was not expected:\n\n{}",
                ShownFrames(unread)
            )
        };
        Failure(format!("expected {expected}, but {because}{end}{unread}"))
    }
}

/// The version that a CONNECTED names; without one it is STOMP 1.0.
fn version(connected: &Frame) -> Version {
    Version::negotiate(connected.header("version")).unwrap_or(Version::V1_0)
}
