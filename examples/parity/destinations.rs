//! Destinations: every result goes to `/topic/seen`, but the first one's.

use stompframe::prelude::*;

use crate::application::Text;

#[message_mapping("/map/plain")]
async fn plain(Text(body): Text) -> String {
    format!("plain {body}")
}

macro_rules! seen {
    ($($name:ident: $($pattern:literal)+ => $text:literal;)*) => {
        $(
            #[message_mapping($($pattern),+)]
            #[send_to("/topic/seen")]
            async fn $name() -> &'static str {
                $text
            }
        )*
    };
}

seen! {
    bare: "/map/bare" => "bare";
    several: "/map/one" "/map/two" => "several";
    placeholder: "/map/${parity.word}" => "placeholder";
    question: "/map/q?" => "question";
    star: "/map/star/*" => "star";
    part: "/map/part/a*z" => "part";
    deep: "/map/deep/**" => "deep";
    middle: "/map/middle/**/end" => "middle";
    best_exact: "/best/exact" => "exact";
    best_star: "/best/e*" => "star";
    best_deep: "/best/**" => "deep";
}

#[message_mapping("/map/var/{id}")]
#[send_to("/topic/seen")]
async fn variable(id: String) -> String {
    format!("variable {id}")
}

#[message_mapping("/map/number/{n:[0-9]+}")]
#[send_to("/topic/seen")]
async fn number(n: String) -> String {
    format!("regex {n}")
}

#[message_mapping("/map/file/{name}.{ending}")]
#[send_to("/topic/seen")]
async fn file(name: String, ending: String) -> String {
    format!("file {name} {ending}")
}

#[message_mapping("/best/{v}")]
#[send_to("/topic/seen")]
async fn best_variable(v: String) -> String {
    format!("variable {v}")
}

#[message_mapping("/tie/{a}/x")]
#[send_to("/topic/seen")]
async fn left(a: String) -> &'static str {
    drop(a);
    "left"
}

#[message_mapping("/tie/y/{b}")]
#[send_to("/topic/seen")]
async fn right(b: String) -> &'static str {
    drop(b);
    "right"
}
