use stompframe::prelude::*;

struct Chat;

trait Says {
    fn say(&self);
}

#[controller]
impl Says for Chat {
    fn say(&self) {}
}

fn main() {}
