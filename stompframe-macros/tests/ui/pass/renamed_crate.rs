extern crate stompframe as messaging;

mod stompframe {}

struct Chat;

#[messaging::controller("/chat", crate = messaging)]
impl Chat {
    #[messaging::message_mapping("/say")]
    async fn say(&self) {}
}

#[messaging::message_mapping("/say", crate = messaging)]
async fn say() {}

fn main() {
    messaging::Messaging::builder().handler::<say>().controller(Chat).build().unwrap();
}
