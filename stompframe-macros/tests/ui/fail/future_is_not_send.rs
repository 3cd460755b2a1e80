use stompframe::prelude::*;

#[message_mapping("/say")]
async fn say() {
    let shared = std::rc::Rc::new(1);
    std::future::ready(()).await;
    drop(shared);
}

fn main() {}
