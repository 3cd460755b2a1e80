#[message_mapping("/rooms/{room}/{member}")]
#[send_to("/topic/rooms/{rom}")]
async fn say(room: u64, text: String) -> String {
    text
}
