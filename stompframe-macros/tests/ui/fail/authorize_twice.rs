use stompframe::prelude::*;
use stompframe::security::{authenticated, has_role};

#[message_mapping("/close")]
#[authorize(authenticated(), has_role("ADMIN"))]
async fn close() {}

#[message_mapping("/open")]
#[authorize(authenticated())]
#[authorize(has_role("ADMIN"))]
async fn open() {}

fn main() {}
