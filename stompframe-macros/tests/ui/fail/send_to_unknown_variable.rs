use stompframe::prelude::*;

#[message_mapping("/rooms/{room}")]
#[send_to("/topic/rooms/{rom}")]
async fn say(room: u64) -> String {
    room.to_string()
}

fn main() {}
