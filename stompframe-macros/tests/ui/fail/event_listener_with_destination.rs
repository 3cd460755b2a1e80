use stompframe_core::{SessionEvent, event_listener};

#[event_listener("/topic/rooms")]
async fn joined(event: SessionEvent) {
    drop(event);
}

fn main() {}
