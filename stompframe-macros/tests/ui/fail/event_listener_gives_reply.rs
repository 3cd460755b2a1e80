use stompframe_core::{SessionEvent, event_listener};

#[event_listener]
async fn joined(event: SessionEvent) -> String {
    format!("{event:?}")
}

fn main() {}
