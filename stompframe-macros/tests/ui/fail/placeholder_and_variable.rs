use stompframe::prelude::*;

#[message_mapping("${chat.path}/{room}")]
async fn say(Payload(_text): Payload<String>) {}

fn main() {}
