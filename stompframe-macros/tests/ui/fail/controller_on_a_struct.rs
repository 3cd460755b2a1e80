use stompframe::prelude::*;

#[controller("/chat")]
struct Chat;

fn main() {}
