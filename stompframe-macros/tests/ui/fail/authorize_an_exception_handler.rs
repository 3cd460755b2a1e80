use stompframe::prelude::*;
use stompframe::security::authenticated;

#[message_exception_handler]
#[authorize(authenticated())]
async fn failed(error: &MessagingError) {}

fn main() {}
