use std::mem::take;
use std::sync::Arc;

use bytestring::ByteString;
use tokio::time::Instant;

use super::headers::{application_headers, destination_of, receipt_of, transaction_in};
use super::{Fatal, Next, Protocol, taken};
use crate::connection::answer::{About, milliseconds};
use crate::error::{ErrorCode, MessagingError};
use crate::message::Message;
use crate::stomp::Frame;

impl Protocol {
    /// SEND. Its RECEIPT means that a handler returned success and its replies were accepted by the
    /// broker, or that the broker took the message itself; in a transaction, that it is held there.
    pub(super) async fn send(
        &mut self,
        frame: &mut Frame,
        receipt: Option<&str>,
    ) -> Result<Next, Fatal> {
        let destination = destination_of(frame)?;
        if let Some(authenticator) = &self.shared.authenticator
            && self.shared.users.is_for_credentials(&destination)
        {
            return Box::pin(self.renew(authenticator, taken(frame), receipt)).await;
        }
        let transaction = transaction_in(frame)?;
        let nobody_waits = receipt.is_none() && transaction.is_none();
        let message = Arc::new(self.published(frame, destination.clone(), nobody_waits));
        let offered = match (self.check_rates(&destination), transaction) {
            (Err(error), _) => Err(error),
            (Ok(()), Some(transaction)) => {
                Box::pin(self.hold(&transaction, message, receipt)).await?
            }
            (Ok(()), None) => self.offer(message, receipt).await,
        };
        let about = About {
            command: frame.command,
            destination: &destination,
            receipt,
        };
        Ok(self.answer(offered, about).await)
    }

    /// What a SEND says, with the frame's headers and body.
    #[inline]
    fn published(&self, frame: &mut Frame, destination: ByteString, nobody_waits: bool) -> Message {
        Message::sent(
            destination,
            self.session.principal(),
            receipt_of(frame),
            nobody_waits,
            application_headers(take(&mut frame.headers)),
            take(&mut frame.body),
        )
    }

    /// Whether the user may send there once more now.
    fn check_rates(&self, destination: &str) -> Result<(), MessagingError> {
        let rates = self.shared.rates.iter().enumerate();
        for (place, (_, rate)) in rates.filter(|(_, (to, _))| to.matches(destination).is_some()) {
            let sent = self.session.used().try_send(place, *rate, Instant::now());
            sent.map_err(|wait| {
                let wait = milliseconds(wait).max(1);
                MessagingError::new(ErrorCode::RateExceeded)
                    .with_detail(format!("wait {wait} ms before you send there again"))
            })?;
        }
        Ok(())
    }
}
