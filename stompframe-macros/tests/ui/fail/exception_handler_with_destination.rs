use stompframe::prelude::*;

#[message_exception_handler("/chat")]
async fn refused(error: &MessagingError) -> String {
    error.to_string()
}

fn main() {}
