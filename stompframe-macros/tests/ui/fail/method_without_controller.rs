use stompframe::prelude::*;

struct Chat;

impl Chat {
    #[message_mapping("/say")]
    async fn say(&self) {}
}

fn main() {}
