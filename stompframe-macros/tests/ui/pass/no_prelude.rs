//! Nothing that an expansion needs may come from what happens to be in scope.
#![no_implicit_prelude]
#![deny(warnings)]
#![forbid(unsafe_code)]

mod std {}
mod core {}

struct Chat;

#[::stompframe::controller("/chat")]
impl Chat {
    #[::stompframe::message_mapping("/{name}")]
    #[::stompframe::send_to("/topic/{name}")]
    async fn greet(&self, name: ::std::string::String) -> ::std::string::String {
        name
    }

    #[::stompframe::event_listener]
    async fn joined(&self, event: ::stompframe::event::ConnectedEvent) {
        let _ = event;
    }
}

#[::stompframe::event_listener]
async fn gone(event: ::stompframe::SessionEvent) -> ::std::result::Result<(), ::stompframe::HandlerError> {
    let _ = event;
    ::std::result::Result::Ok(())
}

#[::stompframe::message_mapping("/{number}")]
async fn number(number: u64) -> ::std::result::Result<(), ::stompframe::HandlerError> {
    let _ = number;
    ::std::result::Result::Ok(())
}

fn main() {
    let _ = ::stompframe::Messaging::builder()
        .handler::<number>()
        .handler::<gone>()
        .controller(Chat)
        .simple_broker(["/topic"])
        .build();
}
