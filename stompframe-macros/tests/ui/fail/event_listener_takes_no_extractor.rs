use stompframe_core::{SessionEvent, event_listener};

struct Rooms;

#[event_listener]
async fn joined(event: SessionEvent, rooms: Rooms) {
    drop((event, rooms));
}

fn main() {}
