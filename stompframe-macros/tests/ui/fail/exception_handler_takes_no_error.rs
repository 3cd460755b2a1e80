use stompframe::prelude::*;

struct Full;

#[message_exception_handler]
async fn refused(error: &Full) {
    let _ = error;
}

fn main() {}
