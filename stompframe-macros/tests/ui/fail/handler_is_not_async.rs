use stompframe::prelude::*;

#[message_mapping("/say")]
fn say() {}

fn main() {}
