use stompframe::prelude::*;

#[message_mapping("/rooms/*")]
async fn say() {}

fn main() {}
