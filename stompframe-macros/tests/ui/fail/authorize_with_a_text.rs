use stompframe::prelude::*;

#[message_mapping("/close")]
#[authorize("ADMIN")]
async fn close() {}

#[message_mapping("/open")]
#[authorize(role = "ADMIN")]
async fn open() {}

fn main() {}
