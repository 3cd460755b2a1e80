use stompframe::prelude::*;

struct Said;

#[message_mapping("/say")]
async fn say() -> Payload<Said> {
    Payload(Said)
}

fn main() {}
