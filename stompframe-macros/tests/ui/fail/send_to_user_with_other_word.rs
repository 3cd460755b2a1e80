use stompframe::prelude::*;

#[message_mapping("/say")]
#[send_to_user("/queue/said", broadcasting = false)]
async fn say() -> String {
    String::new()
}

fn main() {}
