use stompframe::prelude::*;

struct Chat;

#[controller("/chat")]
impl Chat {
    async fn say(&self) {}
}

fn main() {}
