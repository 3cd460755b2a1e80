//! A class with two patterns: here, two controllers that do the same.

use stompframe::prelude::*;

use crate::application::Text;

macro_rules! class {
    ($name:ident $prefix:literal) => {
        pub(crate) struct $name;

        #[controller($prefix)]
        #[send_to("/topic/class")]
        impl $name {
            #[message_mapping("/say/{who}")]
            async fn say(&self, room: String, who: String, Text(body): Text) -> String {
                format!("{room} {who} {body}")
            }

            #[message_mapping]
            async fn root(&self, room: String) -> String {
                format!("root {room}")
            }

            #[message_mapping("/method")]
            #[send_to("/topic/method")]
            async fn method(&self, room: String) -> &'static str {
                drop(room);
                "method"
            }

            #[message_mapping("/empty")]
            async fn empty(&self, room: String) -> &'static str {
                drop(room);
                "empty"
            }

            #[subscribe_mapping("/members")]
            async fn members(&self, room: String) -> String {
                format!("members of {room}")
            }
        }
    };
}

class!(Room "/room/{room}");
class!(Hall "/hall/{room}");
