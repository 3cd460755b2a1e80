use stompframe::prelude::*;

#[derive(Serialize)]
struct Said;

#[message_mapping("/say")]
async fn say() -> Said {
    Said
}

fn main() {}
