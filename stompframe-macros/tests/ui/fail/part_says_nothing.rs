use stompframe::prelude::*;

#[message_mapping("/say")]
async fn say() -> (u16, String) {
    (200, String::new())
}

fn main() {}
