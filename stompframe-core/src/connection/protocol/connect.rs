use std::sync::Arc;

use tokio::time::timeout_at;

use super::{Fatal, Next, Protocol};
use crate::channel::Outcome;
use crate::connection::answer::milliseconds;
use crate::connection::authentication::Connect;
use crate::error::{ErrorCode, MessagingError};
use crate::event::SessionEventKind;
use crate::message::MessageType;
use crate::security::CsrfToken;
use crate::session::{OutgoingFrame, Principal};
use crate::stomp::{Command, Frame, Headers, HeartBeat, Version};

impl Protocol {
    /// CONNECT and STOMP (STOMP 1.2, Connecting): agrees on a version and on heart-beats, finds out
    /// who it is, lets the interceptors of the inbound channel judge, and answers CONNECTED. There is
    /// no receipt for it.
    ///
    /// The version is the highest that both sides know, by `accept-version` alone. The sub-protocol
    /// of a WebSocket has no say, as in Spring: clients offer what they could speak there, and what
    /// they want here.
    pub(super) async fn connect(&mut self, frame: Frame) -> Result<Next, Fatal> {
        let Some(version) = Version::negotiate(frame.header("accept-version")) else {
            self.answers
                .fail_version(&MessagingError::new(ErrorCode::Version));
            return Ok(Next::Failed);
        };
        let wanted = match frame.header("heart-beat") {
            // STOMP 1.0 knows no heart-beats.
            Some(value) if version > Version::V1_0 => HeartBeat::parse(value).map_err(|error| {
                MessagingError::new(ErrorCode::BadHeartBeat).with_detail(error.to_string())
            })?,
            _ => HeartBeat::NONE,
        };
        self.check_csrf_token(&frame.headers)?;
        let mut connect = self.message(MessageType::Connect, "");
        connect.set_principal(self.authenticate(&frame.headers).await?);
        *connect.headers_mut() = frame.headers;
        let inbound = &self.shared.inbound;
        let (outcome, connect) = inbound
            .send_and_keep(Arc::new(connect), &self.session)
            .await?;
        if outcome == Outcome::Dropped {
            return Err(MessagingError::new(ErrorCode::Denied));
        }
        if connect.principal().is_some_and(Principal::has_expired) {
            return Err(ErrorCode::SessionExpired.into());
        }
        self.session.set_principal(connect.principal().cloned());

        let mut connected = Frame::new(Command::Connected)
            .with_header("version", version.as_str())
            .with_header("session", self.session.id().to_string())
            .with_header("server", "stompframe");
        let offered = self.shared.heart_beat;
        if version > Version::V1_0 {
            connected = connected.with_header("heart-beat", offered.to_string());
        }
        if let Some(principal) = self.session.principal() {
            connected = connected.with_header("user-name", principal.shared_name().clone());
            if let Some(left) = principal.time_left() {
                let left = milliseconds(left).to_string();
                connected = connected.with_header("credentials-expire-in", left);
            }
        }
        // It cannot escape: what a user's name would smuggle into it makes it no frame at all.
        let connected = OutgoingFrame::encode(&connected, version)
            .map_err(|error| MessagingError::new(ErrorCode::Internal).with_source(error))?;
        let limit = self.shared.limits.max_sessions_per_user;
        if !self.shared.sessions.insert(&self.session, limit) {
            return Err(MessagingError::new(ErrorCode::Overloaded)
                .with_detail(format!("one user may have {limit} sessions")));
        }
        let events = &self.shared.events;
        let noted = events.note(&connect);
        events
            .tell(&self.session, noted.clone(), || SessionEventKind::Connect)
            .await;
        self.session
            .agree_on(version, HeartBeat::negotiate(wanted, offered));
        self.session.push(connected);
        tracing::debug!(%version, "the session has connected");
        events
            .tell(&self.session, noted, || SessionEventKind::Connected)
            .await;
        Ok(Next::Connected(version))
    }

    /// Whether it is a page of the application's own that connects, where the handshake gave it something
    /// to show.
    fn check_csrf_token(&self, headers: &Headers) -> Result<(), Fatal> {
        let denied = |detail: String| {
            Err(MessagingError::new(ErrorCode::Denied)
                .with_source(format!("CSRF: {detail}"))
                .with_detail(detail))
        };
        let Some(token) = self.session.attributes().get::<CsrfToken>() else {
            return match self.session.needs_csrf_token() {
                true => denied("the handshake had no CSRF token".to_owned()),
                false => Ok(()),
            };
        };
        let name = token.header();
        let mut given = headers
            .iter()
            .filter(|(header, _)| header.eq_ignore_ascii_case(name));
        match given.next() {
            Some((_, value)) if token.is_given_by(value) => Ok(()),
            Some(_) => denied(format!(
                "the header {name} is not the token of the handshake"
            )),
            None => denied(format!("CONNECT needs the header {name}")),
        }
    }

    /// Asks the application who connects, if it wants to be asked; if not, the handshake has said so.
    async fn authenticate(&self, headers: &Headers) -> Result<Option<Principal>, Fatal> {
        let Some(authenticator) = &self.shared.authenticator else {
            return Ok(self.session.principal());
        };
        let connect = Connect::new(headers.clone(), Arc::clone(&self.session));
        match timeout_at(self.connect_by, authenticator.decide(connect)).await {
            Ok(decided) => decided,
            Err(_) => Err(MessagingError::new(ErrorCode::ConnectTimeout)
                .with_source("who connects was not found out in time")),
        }
    }
}
