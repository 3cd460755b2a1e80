use stompframe::prelude::*;

#[message_exception_handler]
async fn refused() -> String {
    String::new()
}

fn main() {}
