use stompframe::prelude::*;
use stompframe::security::authenticated;

#[authorize(authenticated())]
async fn close() {}

fn main() {}
