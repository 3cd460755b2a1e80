#[message_mapping("/rooms/{room}")]
#[send_to("/topic/rooms/{room}")]
async fn say(room: u64, Payload(say): Payload<Say>) -> Payload<Say> {
    Payload(say)
}
