use stompframe::prelude::*;

#[message_mapping("say")]
async fn say() {}

fn main() {}
