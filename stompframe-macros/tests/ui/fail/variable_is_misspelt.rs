use stompframe::prelude::*;

#[message_mapping("/rooms/{room}")]
async fn say(rom: u64) {
    let _ = rom;
}

fn main() {}
