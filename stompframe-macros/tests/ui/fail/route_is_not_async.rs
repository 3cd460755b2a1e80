use stompframe::message;
use stompframe::prelude::*;

fn main() {
    let _ = Messaging::builder().route(message("/say"), |text: String| text);
}
