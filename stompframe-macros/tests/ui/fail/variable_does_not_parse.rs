use stompframe::prelude::*;

struct RoomId;

#[message_mapping("/rooms/{room}")]
async fn say(room: RoomId) {
    let _ = room;
}

fn main() {}
