#[message_mapping("${chat.path}/{room:${room.regex:[0-9]+}}")]
#[send_to("/topic/${chat.topic}/{room}")]
async fn say(room: u64, Payload(text): Payload<String>) -> Payload<String> {
    Payload(text)
}
