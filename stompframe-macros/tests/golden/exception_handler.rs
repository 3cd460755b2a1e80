#[message_exception_handler]
#[send_to_user("/queue/problems")]
async fn refused(error: &RoomIsFull, Destination(place): Destination) -> String {
    format!("{place}: {error}")
}
