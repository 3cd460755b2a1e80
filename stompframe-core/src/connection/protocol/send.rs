use super::headers::{application_headers, destination_of, receipt_of, transaction_in};
use super::{Fatal, Next, Protocol};
use crate::connection::answer::About;
use crate::message::MessageType;
use crate::stomp::Frame;

impl Protocol {
    /// SEND. Its RECEIPT means that a handler returned success and its replies were accepted by the
    /// broker, or that the broker took the message itself; in a transaction, that it is held there.
    pub(super) async fn send(
        &mut self,
        frame: Frame,
        receipt: Option<&str>,
    ) -> Result<Next, Fatal> {
        let destination = destination_of(&frame)?;
        let transaction = transaction_in(&frame)?;
        let mut message = self.message(MessageType::Message, destination.clone());
        message.set_receipt(receipt_of(&frame));
        message.set_nobody_waits(receipt.is_none() && transaction.is_none());
        *message.headers_mut() = application_headers(frame.headers);
        message.set_payload(frame.body);
        let offered = match transaction {
            Some(transaction) => self.hold(&transaction, message, receipt).await?,
            None => self.offer(message, receipt).await,
        };
        let about = About {
            command: frame.command,
            destination: &destination,
            receipt,
        };
        Ok(self.answer(offered, about).await)
    }
}
