/// The rooms that there are.
#[subscribe_mapping("/rooms", "/lobbies")]
#[send_to_user(broadcast = false)]
pub(crate) async fn rooms(State(rooms): State<Rooms>) -> Option<Payload<Vec<Room>>> {
    rooms.list()
}
