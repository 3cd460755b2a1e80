use stompframe::prelude::*;

#[message_mapping("/rooms/{room}/{room}")]
async fn say(room: u64) {
    let _ = room;
}

fn main() {}
