use stompframe::prelude::*;

#[message_mapping("/rooms")]
#[send_to("/topic/${chat topic}")]
async fn rooms() -> String {
    String::new()
}

fn main() {}
