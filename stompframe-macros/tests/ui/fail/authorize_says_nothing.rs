use stompframe::prelude::*;

#[message_mapping("/close")]
#[authorize]
async fn close() {}

fn main() {}
