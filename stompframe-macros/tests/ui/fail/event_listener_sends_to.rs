use stompframe_core::{SessionEvent, event_listener, send_to};

#[event_listener]
#[send_to("/topic/rooms")]
async fn joined(event: SessionEvent) {
    drop(event);
}

fn main() {}
