use stompframe::prelude::*;

#[message_mapping("/say")]
#[send_to("/topic/said")]
async fn say() {}

fn main() {}
