#[controller("/rooms/{room}")]
#[send_to("/topic/rooms/{room}")]
impl Rooms {
    #[message_mapping("/say")]
    async fn say(&self, room: u64, text: String) -> String {
        self.shout(&text)
    }

    #[subscribe_mapping("/members")]
    #[send_to_user("/queue/members")]
    async fn members(room: u64) -> Payload<Vec<String>> {
        Payload(Vec::new())
    }

    #[message_exception_handler]
    async fn refused(&self, error: RoomIsFull) -> String {
        error.to_string()
    }

    fn shout(&self, text: &str) -> String {
        text.to_uppercase()
    }

    #[event_listener]
    async fn joined(&self, event: SubscribedEvent) {
        self.members.add(event.id);
    }
}
