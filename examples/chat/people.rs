//! Who is here.

use stompframe::prelude::*;

/// How long a name may be, in characters.
const MAX_NAME: usize = 40;

/// Takes everybody by the name in `login`, and those without one as nobody known.
pub(crate) async fn login(connect: Connect) -> Result<Option<Principal>, Denied> {
    let Some(name) = connect.header("login").map(str::trim) else {
        return Ok(None);
    };
    if name.is_empty() || name.chars().count() > MAX_NAME {
        return Err(Denied::new(format!(
            "a name has 1 to {MAX_NAME} characters"
        )));
    }
    Ok(Some(Principal::new(name.to_owned())))
}

/// Tells everybody who is here, whenever that changes.
pub(crate) struct People;

#[controller("/chat/people")]
impl People {
    /// Answered once, straight to the client that subscribes.
    #[subscribe_mapping]
    async fn list(&self, users: UserRegistry) -> Payload<Vec<String>> {
        Payload(names(&users))
    }

    #[event_listener]
    async fn came(
        &self,
        event: ConnectedEvent,
        users: UserRegistry,
        template: MessagingTemplate,
    ) -> Result<(), MessagingError> {
        let _ = event;
        template
            .send("/topic/chat/people", Payload(names(&users)))
            .await
    }

    /// The registry has forgotten the session by then.
    #[event_listener]
    async fn left(
        &self,
        event: DisconnectedEvent,
        users: UserRegistry,
        template: MessagingTemplate,
    ) -> Result<(), MessagingError> {
        let _ = event;
        template
            .send("/topic/chat/people", Payload(names(&users)))
            .await
    }
}

fn names(users: &UserRegistry) -> Vec<String> {
    let mut names: Vec<_> = users
        .users()
        .iter()
        .map(|user| user.name().to_owned())
        .collect();
    names.sort_unstable_by_key(|name| name.to_lowercase());
    names
}
