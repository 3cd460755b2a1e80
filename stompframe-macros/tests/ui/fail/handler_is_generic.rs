use stompframe::prelude::*;

#[message_mapping("/say")]
async fn say<T>(Payload(_): Payload<T>) {}

fn main() {}
