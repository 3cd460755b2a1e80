use stompframe_core::{Messaging, Payload, controller, message_mapping, send_to, subscribe_mapping};

#[message_mapping("/rooms/{room}")]
#[send_to("/topic/rooms/{room}")]
async fn say(room: u64, Payload(text): Payload<String>) -> Payload<String> {
    Payload(format!("{room}: {text}"))
}

struct Rooms;

#[controller]
impl Rooms {
    #[subscribe_mapping("/rooms")]
    async fn list(&self) -> Payload<Vec<u64>> {
        Payload(vec![1])
    }
}

fn main() {
    let messaging = Messaging::builder().discover().controller(Rooms).simple_broker(["/topic"]);
    messaging.build().unwrap();
}
