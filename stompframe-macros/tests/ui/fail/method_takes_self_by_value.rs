use stompframe::prelude::*;

struct Chat;

#[controller]
impl Chat {
    #[message_mapping("/say")]
    async fn say(self) {}
}

fn main() {}
