use stompframe::prelude::*;

#[message_mapping("/rooms/{room}", "/lobby")]
async fn say(room: u64) {
    let _ = room;
}

fn main() {}
