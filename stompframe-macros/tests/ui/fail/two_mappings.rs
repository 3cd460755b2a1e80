use stompframe::prelude::*;

#[message_mapping("/say")]
#[subscribe_mapping("/say")]
async fn say() {}

fn main() {}
