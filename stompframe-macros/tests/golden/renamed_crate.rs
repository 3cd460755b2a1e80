#[message_mapping("/ping", crate = crate::deps::stomp)]
async fn ping() {}
