use stompframe::prelude::*;

#[send_to("/topic/said")]
async fn say() -> String {
    String::new()
}

fn main() {}
