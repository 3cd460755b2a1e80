//! COMMIT: what a transaction holds takes effect.

use std::sync::Arc;

use bytestring::ByteString;

use super::inbound::{ClientInboundChannel, Held, context};
use super::interceptor::Outcome;
use super::listener::{Commit, MessageHandler, deliver};
use crate::error::MessagingError;
use crate::message::Message;
use crate::session::Session;

/// Why a transaction failed, and at which destination, if it was at one.
type Failure = (ByteString, MessagingError);

/// Who takes part in a transaction, each in its own way.
#[derive(Default)]
struct Parts {
    /// Each message comes to these in its turn.
    in_turn: Vec<Arc<dyn MessageHandler>>,
    /// These have theirs take effect together.
    together: Vec<Commit>,
}

impl ClientInboundChannel {
    /// Lets what was held take effect. If any of it would be refused by now, or a listener that has all
    /// of its own take effect together is not ready to do so, nothing does. Then everybody else gets
    /// theirs, in turn; whoever fails ends it there, as it cannot be undone what was done before. What
    /// takes effect together comes last.
    pub(crate) async fn commit(
        &self,
        held: Vec<Held>,
        session: &Arc<Session>,
    ) -> Result<(), Failure> {
        let prepared = match self.check_all(&held, session).await {
            Ok(()) => self.prepare(&held, session).await,
            Err(failure) => Err(failure),
        };
        let parts = match prepared {
            Ok(parts) => parts,
            Err(failure) => {
                for held in &held {
                    self.discard(held, session);
                }
                return Err(failure);
            }
        };
        self.carry_out(held, parts, session).await
    }

    /// Whether all of it may take effect, and would be taken, as things stand now.
    async fn check_all(&self, held: &[Held], session: &Arc<Session>) -> Result<(), Failure> {
        for held in held {
            let may = self.interceptors.pre_commit(&held.0, context(session));
            let checked = match may.await {
                Ok(()) => self.check_listeners(held, session),
                refused => refused,
            };
            checked.map_err(|error| (held.0.shared_destination().clone(), error))?;
        }
        Ok(())
    }

    async fn prepare(&self, held: &[Held], session: &Arc<Session>) -> Result<Parts, Failure> {
        let messages: Vec<_> = held.iter().map(|held| Arc::clone(&held.0)).collect();
        let mut parts = Parts::default();
        for listener in &self.listeners {
            match listener.prepare(&messages, session) {
                None => parts.in_turn.push(Arc::clone(listener)),
                Some(preparing) => {
                    let prepared = preparing.await;
                    parts.together.push(prepared.map_err(of_all)?);
                }
            }
        }
        Ok(parts)
    }

    async fn carry_out(
        &self,
        held: Vec<Held>,
        parts: Parts,
        session: &Arc<Session>,
    ) -> Result<(), Failure> {
        let context = context(session);
        let Parts { in_turn, together } = parts;
        let mut held = held.into_iter();
        let mut last: Vec<Arc<Message>> = Vec::new();
        let mut result = Ok(());
        for Held(message) in held.by_ref() {
            let delivered = deliver(&in_turn, &message, Some(session)).await;
            if matches!(delivered, Ok(Outcome::Ignored)) && !together.is_empty() {
                last.push(message);
                continue;
            }
            self.interceptors.done(&message, &delivered, context);
            if let Err(error) = delivered {
                result = Err((message.shared_destination().clone(), error));
                break;
            }
        }
        if result.is_ok() {
            let mut done = Ok(Outcome::Handled);
            for commit in together {
                if let Err(error) = commit.await {
                    done = Err(error.without_source());
                    result = Err(of_all(error));
                    break;
                }
            }
            for message in last.drain(..) {
                self.interceptors.done(&message, &done, context);
            }
        }
        // What it has not come to.
        for message in last.into_iter().chain(held.map(|held| held.0)) {
            self.interceptors.dropped(&message, context);
        }
        result
    }
}

fn of_all(error: MessagingError) -> Failure {
    (ByteString::new(), error)
}
