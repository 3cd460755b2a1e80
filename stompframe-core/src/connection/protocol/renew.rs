use std::sync::Arc;

use tokio::time::timeout;

use super::headers::{application_headers, transaction_in};
use super::{Fatal, Next, Protocol};
use crate::connection::answer::About;
use crate::connection::authentication::{Authenticator, Connect};
use crate::error::{ErrorCode, MessagingError};
use crate::stomp::{Frame, Headers};

impl Protocol {
    /// A SEND of new credentials, in headers as those of CONNECT. CONNECT itself comes once (STOMP 1.2,
    /// Connecting), so it cannot bring them.
    ///
    /// It passes by the inbound channel: credentials are for the authenticator alone.
    pub(super) async fn renew(
        &self,
        authenticator: &Authenticator,
        frame: Frame,
        receipt: Option<&str>,
    ) -> Result<Next, Fatal> {
        let destination = frame.header("destination").unwrap_or_default().to_owned();
        let renewed = match transaction_in(&frame)? {
            Some(_) => Err(MessagingError::new(ErrorCode::Unsupported).with_detail(
                "credentials do not wait for a COMMIT; send them without `transaction`",
            )),
            None => self.decide(authenticator, frame.headers).await,
        };
        if renewed.is_ok() {
            tracing::info!("the client has renewed its credentials");
            // It may do less now.
            self.shared.authorizer.recheck(&self.session).await;
            self.answers.credentials("renewed").await;
        }
        let about = About {
            command: frame.command,
            destination: &destination,
            receipt,
        };
        Ok(self.answer(renewed.map(|()| true), about).await)
    }

    async fn decide(
        &self,
        authenticator: &Authenticator,
        headers: Headers,
    ) -> Result<(), MessagingError> {
        let headers = application_headers(headers);
        let connect = Connect::again(headers, Arc::clone(&self.session));
        let limit = self.shared.limits.connect_timeout;
        let failed =
            |why: &'static str| MessagingError::new(ErrorCode::AuthFailed).with_source(why);
        let decided = timeout(limit, authenticator.decide(connect)).await;
        let decided = decided.unwrap_or_else(|_| Err(failed("it was not found out in time")))?;
        match decided {
            Some(principal) if principal.has_expired() => Err(failed("they have expired")),
            Some(principal) if self.session.renew(principal.clone()) => Ok(()),
            _ => Err(failed("they are somebody else's")),
        }
    }
}
