use stompframe::message;
use stompframe::prelude::*;

struct Say;

async fn say(say: Say) {
    drop(say);
}

fn main() {
    let _ = Messaging::builder().route(message("/say"), say);
}
