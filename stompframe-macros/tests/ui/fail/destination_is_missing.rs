use stompframe::prelude::*;

#[message_mapping]
async fn say() {}

fn main() {}
