use stompframe::prelude::*;
use stompframe::exception;

async fn failed(error: std::fmt::Error) -> String {
    error.to_string()
}

fn main() {
    let _ = Messaging::builder().exception_handler(exception::<std::fmt::Error>(), failed);
}
