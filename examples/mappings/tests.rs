use serde_json::json;
use stompframe::test::TestApp;

use super::*;

#[tokio::test(start_paused = true)]
async fn bids_rise_and_a_lot_is_sold() {
    let app = TestApp::start(messaging());
    let (ann, bob) = (app.connect_as("ann").await, app.connect_as("bob").await);
    let bids = bob.subscribe("/topic/auctions").await;
    let refused = bob.subscribe("/user/queue/refused").await;
    let price = bob.subscribe("/user/queue/price").await;
    let sold = bob.subscribe("/topic/auctions/7/sold").await;

    ann.send("/app/auctions/7/bid", &json!({ "amount": 5 }))
        .await;
    let bid: Bid = bids.expect_message().await;
    assert_eq!((bid.by.as_str(), bid.amount), ("ann", 5));
    bob.send_and_forget("/app/auctions/bid/7", &json!({ "amount": 5 }));
    assert_eq!(refused.expect_text().await, "lot 7 is at 5");
    bob.send_text("/app/auctions/7/price", "").await;
    assert_eq!(price.expect_message::<u32>().await, 5);

    let all = ann.subscribe("/app/auctions/all").await;
    let all: BTreeMap<u32, Bid> = all.expect_message().await;
    assert_eq!(all, BTreeMap::from([(7, bid.clone())]));
    bob.send_text("/app/auctions/7/sell", "").await;
    assert_eq!(sold.expect_message::<Bid>().await, bid);

    let free = ann
        .try_send("/app/auctions/7/bid", &json!({ "amount": 0 }))
        .await;
    assert_eq!(free.unwrap_err().code, ErrorCode::Invalid);
}

#[tokio::test(start_paused = true)]
async fn nobody_bids_without_a_name() {
    let app = TestApp::start(messaging());
    let nobody = app.connect().await;
    let refused = nobody
        .try_send("/app/auctions/7/bid", &json!({ "amount": 5 }))
        .await;
    assert_eq!(refused.unwrap_err().code, ErrorCode::Denied);
}

#[tokio::test(start_paused = true)]
async fn each_destination_finds_its_handler() {
    let app = TestApp::start(messaging());
    let (ann, bob) = (app.connect_as("ann").await, app.connect_as("bob").await);
    for (topic, destination, answer) in [
        ("/topic/auctions/open", "/open", "Kim & Daughters is open"),
        (
            "/topic/pictures",
            "/pictures/lot7/front.jpg",
            "/app/auctions/pictures/lot7/front.jpg",
        ),
        ("/topic/gossip", "/gossip/of/the/day", "psst"),
        (
            "/user/queue/auctions/rooms/A-12",
            "/rooms/A-12",
            "seat 12 in hall A",
        ),
    ] {
        let listener = if topic.starts_with("/user") {
            &ann
        } else {
            &bob
        };
        let heard = listener.subscribe(topic).await;
        let overheard = ann.subscribe("/topic/gossip").await;
        ann.send_text(&format!("/app/auctions{destination}"), "psst")
            .await;
        assert_eq!(heard.expect_text().await, answer);
        overheard.expect_nothing().await;
        overheard.unsubscribe().await;
    }
}

#[tokio::test(start_paused = true)]
async fn who_subscribes_is_answered() {
    let app = TestApp::start(messaging());
    let (ann, bob) = (app.connect_as("ann").await, app.connect_as("bob").await);
    let watchers = bob.subscribe("/topic/auctions/7/watchers").await;
    ann.subscribe("/app/auctions/7/watch").await;
    assert_eq!(watchers.expect_text().await, "ann watches lot 7");
    let countdown = bob.subscribe("/app/auctions/countdown").await;
    for second in [3_u8, 2, 1] {
        assert_eq!(countdown.expect_message::<u8>().await, second);
    }
}
