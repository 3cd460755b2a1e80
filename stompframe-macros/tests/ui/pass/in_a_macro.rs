//! Handlers can be written by a `macro_rules!`, whose names have a hygiene of their own.
use stompframe::prelude::*;

macro_rules! handlers {
    ($($name:ident: $pattern:literal $type:ty => $text:literal;)*) => {
        $(
            #[message_mapping($pattern)]
            async fn $name(headers: Headers, Payload(_): Payload<$type>) -> &'static str {
                let _ = headers;
                $text
            }
        )*
    };
}

handlers! {
    one: "/one" u8 => "one";
    two: "/two" String => "two";
}

fn main() {
    let builder = Messaging::builder().handler::<one>().handler::<two>();
    builder.simple_broker(["/topic"]).build().unwrap();
}
