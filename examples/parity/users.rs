//! Questions to the registry of users: answers go to the asking session's `/user/queue/reg`.

use std::collections::BTreeMap;

use stompframe::prelude::*;

pub(crate) struct Users;

#[controller("/reg")]
#[send_to_user("/queue/reg", broadcast = false)]
impl Users {
    #[message_mapping("/users/{start}")]
    async fn users(&self, start: String, registry: UserRegistry) -> Payload<Vec<String>> {
        let names = registry.users().into_iter();
        let names = names.map(|user| user.name().to_owned());
        let mut names: Vec<_> = names.filter(|name| name.starts_with(&start)).collect();
        names.sort();
        Payload(names)
    }

    #[message_mapping("/sessions/{name}")]
    async fn sessions(&self, name: String, registry: UserRegistry) -> Payload<i64> {
        let sessions = registry.user(&name).map(|user| user.sessions().len());
        Payload(
            sessions
                .and_then(|count| count.try_into().ok())
                .unwrap_or(-1),
        )
    }

    #[message_mapping("/subscriptions/{name}")]
    async fn subscriptions(
        &self,
        name: String,
        registry: UserRegistry,
    ) -> Payload<BTreeMap<String, String>> {
        let found = registry.find_subscriptions(|subscription| {
            subscription.user().is_some_and(|user| user.name() == name)
        });
        let named = found
            .into_iter()
            .map(|found| (found.id().to_string(), found.destination().to_owned()));
        Payload(named.collect())
    }
}
