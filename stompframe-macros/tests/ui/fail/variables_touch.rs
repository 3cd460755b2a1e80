use stompframe::prelude::*;

#[message_mapping("/{first}{second}")]
async fn say(first: String, second: String) {
    let _ = (first, second);
}

fn main() {}
