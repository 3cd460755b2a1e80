use stompframe::message;
use stompframe::prelude::*;

struct Said;

async fn say() -> Said {
    Said
}

fn main() {
    let _ = Messaging::builder().route(message("/say"), say);
}
