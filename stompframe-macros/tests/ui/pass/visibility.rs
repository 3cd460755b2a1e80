//! The type beside the function is as visible as the function.
#![deny(missing_docs, missing_debug_implementations, unreachable_pub)]

/// Handlers.
pub mod handlers {
    use stompframe::prelude::*;

    /// Says it.
    #[message_mapping("/say")]
    pub async fn say() {}

    /// Says it in the crate.
    #[message_mapping("/say-here")]
    pub(crate) async fn say_here() {}
}

fn main() {
    use handlers::{say, say_here};

    drop((say(), say_here()));
    stompframe::Messaging::builder().handler::<say>().handler::<say_here>().build().unwrap();
}
