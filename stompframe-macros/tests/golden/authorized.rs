#[subscribe_mapping("/rooms/{room}/members")]
#[authorize(is_member)]
async fn members(room: u64) -> Payload<Vec<String>> {
    Payload(Vec::new())
}
