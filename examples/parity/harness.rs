use std::sync::Arc;

use stompframe::prelude::*;

/// A round trip: whatever came before it has arrived when its answer does.
#[message_mapping("/sync")]
#[send_to_user("/queue/sync", broadcast = false)]
async fn sync(body: String) -> String {
    body
}

#[subscribe_mapping("/session")]
async fn session(session: Arc<Session>) -> String {
    session.id().to_string()
}
