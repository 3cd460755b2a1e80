use stompframe::prelude::*;

struct Say;

#[message_mapping("/say")]
async fn say(Payload(_): Payload<Say>) {}

fn main() {}
