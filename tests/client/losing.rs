//! Connections that are lost, and what becomes of what was under way.

use futures_util::StreamExt as _;
use stompframe::client::{ClientError, ClientState, Incoming};
use stompframe::message::AckMode;
use tokio::time::timeout;

use crate::server::{PATIENCE, Server, body, next};
use crate::talking::against_every_server;

against_every_server!(
    subscriptions_are_made_anew_and_told_of_the_gap,
    meanwhile_nothing_is_kept_and_nobody_waits,
    an_acknowledgement_belongs_to_its_connection,
    states_tell_how_things_stand,
    without_reconnect_it_ends,
);

async fn subscriptions_are_made_anew_and_told_of_the_gap(server: Server) {
    let client = server.connect().await;
    let mut topics = Vec::new();
    for number in 0..100 {
        let topic = format!("{}.{number}", server.topic());
        topics.push((client.subscribe(topic.clone()).await.unwrap(), topic));
    }
    for _ in 0..3 {
        server.proxy.cut();
        server.proxy.mend();
        for (hears, topic) in &mut topics {
            assert!(matches!(next(hears).await, Incoming::Gap));
            client
                .send(topic.clone(), "again")
                .confirmed()
                .await
                .unwrap();
            assert_eq!(body(hears).await, "again");
        }
    }
}

async fn meanwhile_nothing_is_kept_and_nobody_waits(server: Server) {
    let client = server.connect().await;
    let mut states = client.states();
    assert!(states.next().await.unwrap().is_connected());
    server.proxy.cut();
    assert!(!states.next().await.unwrap().is_connected());
    let error = client.send(server.topic(), "x").await.unwrap_err();
    assert!(matches!(error, ClientError::NotConnected), "{error}");
    let error = client.subscribe(server.topic()).await.unwrap_err();
    assert!(matches!(error, ClientError::NotConnected), "{error}");
    server.proxy.mend();
    timeout(PATIENCE, client.connected())
        .await
        .unwrap()
        .unwrap();
    client.send(server.topic(), "x").confirmed().await.unwrap();
}

async fn an_acknowledgement_belongs_to_its_connection(server: Server) {
    let client = server.connect().await;
    let mode = AckMode::ClientIndividual;
    let mut consumer = client.subscribe(server.queue()).ack(mode).await.unwrap();
    let sending = client.send(server.queue(), "once");
    sending.confirmed().await.unwrap();
    let Incoming::Message(message) = next(&mut consumer).await else {
        panic!("a message comes");
    };
    server.proxy.cut();
    server.proxy.mend();
    assert!(matches!(next(&mut consumer).await, Incoming::Gap));
    let error = message.ack().await.unwrap_err();
    assert!(matches!(error, ClientError::Lost(_)), "{error}");
    let Incoming::Message(again) = next(&mut consumer).await else {
        panic!("it comes again");
    };
    let transaction = client.begin().await.unwrap();
    let error = transaction.ack(&message).await.unwrap_err();
    assert!(matches!(error, ClientError::Lost(_)), "{error}");
    transaction.ack(&again).await.unwrap();
    transaction.commit().await.unwrap();
}

async fn states_tell_how_things_stand(server: Server) {
    let client = server.client().start();
    timeout(PATIENCE, client.connected())
        .await
        .unwrap()
        .unwrap();
    let ClientState::Connected(connected) = client.state() else {
        panic!("it is connected");
    };
    assert!(connected.server().is_some());
    assert_eq!(connected.version().as_str(), "1.2");
    let mut states = client.states();
    states.next().await;
    client.close().await.unwrap();
    assert!(matches!(
        states.next().await,
        Some(ClientState::Ended(ClientError::Closed))
    ));
    assert!(states.next().await.is_none());
}

async fn without_reconnect_it_ends(server: Server) {
    let client = server.client().no_reconnect().connect().await.unwrap();
    let mut hears = client.subscribe(server.topic()).await.unwrap();
    server.proxy.cut();
    assert!(matches!(
        next(&mut hears).await,
        Incoming::Ended(ClientError::Lost(_))
    ));
    let error = client.connected().await.unwrap_err();
    assert!(matches!(error, ClientError::Lost(_)), "{error}");
}
