//! What an expansion takes off is used all the same.
#![deny(warnings)]

use stompframe::{
    Messaging, controller, message_exception_handler, message_mapping, send_to, send_to_user,
};

mod sends {
    use stompframe::{message_mapping, send_to};

    #[message_mapping("/one")]
    #[send_to("/topic/one")]
    pub async fn one() -> &'static str {
        "one"
    }
}

struct Chat;

#[controller("/chat/{room}")]
#[send_to("/topic/chat")]
impl Chat {
    /// The destination of the controller itself.
    #[message_mapping]
    async fn root(&self, room: u64) -> String {
        room.to_string()
    }

    #[message_mapping("/private")]
    #[send_to_user("/queue/chat")]
    async fn private(&self, room: u64) -> String {
        room.to_string()
    }

    #[message_exception_handler]
    async fn failed(&self, error: &std::io::Error) -> String {
        error.to_string()
    }
}

fn main() {
    let builder = Messaging::builder().handler::<sends::one>().controller(Chat);
    builder.simple_broker(["/topic"]).build().unwrap();
}
