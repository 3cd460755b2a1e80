use std::sync::Arc;

use super::headers::{
    application_headers, destination_of, missing, on_its_own, receipt_of, subscription_id,
};
use super::{Fatal, Next, Protocol};
use crate::connection::answer::About;
use crate::error::{ErrorCode, MessagingError};
use crate::event::SessionEventKind;
use crate::message::{AckMode, MessageType, SubscriptionId};
use crate::stomp::{Frame, Version};

impl Protocol {
    /// SUBSCRIBE. Its RECEIPT means that the subscription is live: nothing that is published later
    /// is missed.
    pub(super) async fn subscribe(
        &self,
        frame: Frame,
        receipt: Option<&str>,
    ) -> Result<Next, Fatal> {
        let destination = on_its_own(&destination_of(&frame)?);
        let id = match subscription_id(&frame)? {
            Some(id) => SubscriptionId::Named(on_its_own(&id)),
            None if self.session.version() == Version::V1_0 => {
                SubscriptionId::Destination(destination.clone())
            }
            None => return Err(missing(frame.command, "id")),
        };
        let ack_mode = ack_mode(&frame, self.session.version())?;
        let _subscribing = self.session.subscribing().await;
        self.session.reserve(
            id.clone(),
            destination.clone(),
            self.shared.limits.max_subscriptions,
        )?;
        let mut message = self.message(MessageType::Subscribe, destination.clone());
        message.set_subscription(id.clone());
        message.set_ack_mode(ack_mode);
        message.set_receipt(receipt_of(&frame));
        *message.headers_mut() = application_headers(frame.headers);
        let noted = self.shared.events.note(&message);
        let offered = self.offer(Arc::new(message), receipt).await;
        let is_live = matches!(offered, Ok(true));
        if !is_live {
            // Before the answer, which must not go to the very subscription that is refused.
            self.session.release(&id);
        }
        let about = About {
            command: frame.command,
            destination: &destination,
            receipt,
        };
        let next = self.answer(offered, about).await;
        if is_live {
            self.shared.inbound.subscribed(&self.session, &id).await;
            let kind = || SessionEventKind::Subscribed { id, destination };
            self.shared.events.tell(&self.session, noted, kind).await;
        }
        Ok(next)
    }

    /// UNSUBSCRIBE. Its RECEIPT means that nothing more comes.
    pub(super) async fn unsubscribe(
        &self,
        frame: &Frame,
        receipt: Option<&str>,
    ) -> Result<Next, Fatal> {
        let id = match (subscription_id(frame)?, frame.header("destination")) {
            (Some(id), _) => SubscriptionId::Named(id),
            (None, Some(destination)) if self.session.version() == Version::V1_0 => {
                SubscriptionId::Destination(destination.into())
            }
            _ => return Err(missing(frame.command, "id")),
        };
        let _subscribing = self.session.subscribing().await;
        let Some(destination) = self.session.subscription(&id) else {
            // Two parts of a page that both clean up are no reason to end its session.
            tracing::debug!("UNSUBSCRIBE of an unknown subscription");
            self.answers.receipt(receipt);
            return Ok(Next::Continue);
        };
        let mut message = self.message(MessageType::Unsubscribe, destination.clone());
        message.set_subscription(id.clone());
        message.set_receipt(receipt_of(frame));
        // A broker behind this server may know more about how a subscription ends.
        *message.headers_mut() = application_headers(frame.headers.clone());
        let noted = self.shared.events.note(&message);
        let offered = match self.offer(Arc::new(message), receipt).await {
            // That nobody is responsible is no failure: what a subscribe mapping answered is over.
            Err(error) if error.code() == ErrorCode::NoRoute => Ok(true),
            offered => offered,
        };
        let has_ended = matches!(offered, Ok(true));
        if has_ended {
            self.session.release(&id);
        }
        let about = About {
            command: frame.command,
            destination: &destination,
            receipt,
        };
        let next = self.answer(offered, about).await;
        if has_ended {
            let kind = || SessionEventKind::Unsubscribed { id, destination };
            self.shared.events.tell(&self.session, noted, kind).await;
        }
        Ok(next)
    }
}

/// The `ack` header of a SUBSCRIBE. STOMP 1.0 has two modes, and later versions three.
fn ack_mode(frame: &Frame, version: Version) -> Result<AckMode, Fatal> {
    match AckMode::parse(frame.header("ack").unwrap_or("auto")) {
        Some(AckMode::ClientIndividual) if version == Version::V1_0 => {
            Err(MessagingError::new(ErrorCode::BadAckMode)
                .with_detail("in STOMP 1.0, ack is auto or client"))
        }
        Some(mode) => Ok(mode),
        None => Err(ErrorCode::BadAckMode.into()),
    }
}
