use stompframe::prelude::*;

fn main() {
    #[message_mapping("/rooms/{room}")]
    async fn say(mut room: u64) -> Option<String> {
        room += 1;
        Some(room.to_string())
    }

    Messaging::builder().handler::<say>().simple_broker(["/topic"]).build().unwrap();
}
