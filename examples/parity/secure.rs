//! The variant `secure`: rules, and who they say is calling.

use stompframe::prelude::*;
use stompframe::security::{
    Access, Rules, anonymous, authenticated, deny, has_any_role, has_role, permit, rules,
};

/// What an application knows of a user beyond the name.
pub(crate) struct Account {
    pub(crate) name: String,
}

pub(crate) fn spring_rules() -> Rules {
    rules()
        .matching(|message| message.headers().contains("x-pass"), permit())
        .connect(permit())
        .without_destination(authenticated())
        .send("/app/sync", permit())
        .subscribe("/user/queue/sync", permit())
        .subscribe("/app/session", permit())
        .destination("/app/map/two", deny())
        .send("/app/arg/**", has_role("ADMIN"))
        .send("/app/ret/**", has_any_role(["ADMIN", "EDITOR"]))
        .send(
            "/app/map/var/{name}",
            async |access: Access, name: String| {
                access.principal().is_some_and(|user| user.name() == name)
            },
        )
        .send("/app/map/**", authenticated())
        .send("/app/best/**", anonymous())
        .destination("/app/secure/**", authenticated())
        .subscribe("/topic/**", permit())
        .subscribe("/user/queue/**", permit())
}

#[message_mapping("/secure/principal")]
#[send_to("/topic/out")]
async fn principal(user: Principal) -> String {
    let account = user.claims::<Account>();
    format!(
        "principal {}",
        account.map_or("unknown", |account| &account.name)
    )
}

#[message_mapping("/secure/context")]
#[send_to("/topic/out")]
async fn context(user: Principal) -> String {
    format!("context {}", user.name())
}
