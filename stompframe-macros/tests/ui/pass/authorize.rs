//! Rules stand above or below the mapping, on functions, methods and whole controllers.

use stompframe::prelude::*;
use stompframe::security::{Access, authenticated, deny, has_any_role, has_role};

async fn is_member(access: Access, room: u64) -> bool {
    room == 7 && access.principal().is_some()
}

#[message_mapping("/close")]
#[authorize(has_role("ADMIN"))]
async fn close() {}

#[stompframe::authorize(is_member)]
#[subscribe_mapping("/rooms/{room}/members")]
async fn members(room: u64) -> Payload<Vec<u64>> {
    Payload(vec![room])
}

struct Rooms;

#[controller("/rooms")]
#[authorize(authenticated())]
impl Rooms {
    #[message_mapping("/{room}/say")]
    #[authorize(async |access: Access, room: u64| is_member(access, room).await)]
    async fn say(&self, room: u64) {
        let _ = room;
    }

    #[message_mapping("/{room}/burn")]
    #[authorize(Self::nobody)]
    async fn burn(&self, room: u64) {
        let _ = room;
    }

    #[message_mapping("/sweep")]
    async fn sweep(&self) {}

    async fn nobody(_: Access) -> Result<bool, std::io::Error> {
        Ok(false)
    }
}

fn main() {
    let _ = (deny(), has_any_role(["A", "B"]));
    let builder = Messaging::builder()
        .handler::<close>()
        .handler::<members>()
        .controller(Rooms);
    assert!(builder.application_prefix("/app").simple_broker(["/topic"]).build().is_ok());
}
