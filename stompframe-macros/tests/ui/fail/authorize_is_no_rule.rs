use stompframe::prelude::*;
use stompframe::security::Access;

fn is_admin(access: Access) -> bool {
    access.has_role("ADMIN")
}

#[message_mapping("/close")]
#[authorize(is_admin)]
async fn close() {}

#[message_mapping("/open")]
#[authorize(7)]
async fn open() {}

fn main() {}
