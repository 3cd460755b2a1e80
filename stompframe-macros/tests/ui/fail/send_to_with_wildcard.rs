use stompframe::prelude::*;

#[message_mapping("/say")]
#[send_to("/topic/*")]
async fn say() -> String {
    String::new()
}

fn main() {}
