use stompframe_core::event_listener;

#[event_listener]
async fn joined(event: String) {
    drop(event);
}

fn main() {}
