use stompframe::prelude::*;

struct Say;

#[message_mapping("/say")]
async fn say(say: Say) {
    let _ = say;
}

fn main() {}
