use stompframe_core::event_listener;

#[event_listener]
async fn joined(name: String) {
    drop(name);
}

fn main() {}
