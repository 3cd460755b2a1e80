//! When a transaction is carried out, by a server that says what it has against it in one way or another.

use stompframe::client::ClientError;

use crate::scripted::{Script, connected};

#[tokio::test]
async fn what_is_refused_while_it_is_held_is_not_committed() {
    let script = Script::new().await;
    let (client, mut peer) = connected(script.client(), &script).await;
    let transaction = client.begin().await.unwrap();
    for body in ["one", "two"] {
        transaction.send("/queue/a", body).await.unwrap();
    }
    let server = async {
        assert!(peer.read().await.starts_with("BEGIN\n"));
        let one = peer.read().await;
        let receipt = one.lines().find_map(|line| line.strip_prefix("receipt:"));
        let refused = format!("ERROR\nmessage:no\nreceipt-id:{}\n\n\0", receipt.unwrap());
        peer.read().await;
        // A server may go on as if nothing had happened, as ActiveMQ does.
        peer.say(&refused).await;
        while let Some(frame) = peer.try_read().await {
            assert!(!frame.contains("COMMIT"), "{frame}");
        }
    };
    let (committed, ()) = tokio::join!(transaction.commit(), server);
    let error = committed.unwrap_err();
    assert!(matches!(error, ClientError::Refused(_)), "{error}");
}

#[tokio::test]
async fn it_is_done_when_each_message_is_confirmed() {
    for is_refused in [false, true] {
        let script = Script::new().await;
        let (client, mut peer) = connected(script.client(), &script).await;
        let transaction = client.begin().await.unwrap();
        transaction.send("/topic/a", "one").await.unwrap();
        let server = async {
            peer.read().await;
            let send = peer.read().await;
            assert!(peer.confirm().await.starts_with("BEGIN\n"));
            assert!(peer.read().await.starts_with("ABORT\n"));
            // As RabbitMQ does: COMMIT first, and then what has become of it.
            assert!(peer.confirm().await.starts_with("COMMIT\n"));
            let receipt = send.lines().find_map(|line| line.strip_prefix("receipt:"));
            let answer = match is_refused {
                true => "ERROR\nmessage:access_refused\n\n\0".to_owned(),
                false => format!("RECEIPT\nreceipt-id:{}\n\n\0", receipt.unwrap()),
            };
            peer.say(&answer).await;
        };
        let (committed, ()) = tokio::join!(transaction.commit(), server);
        assert_eq!(committed.is_err(), is_refused);
    }
}

#[tokio::test]
async fn one_that_is_given_up_is_aborted_behind_what_it_holds() {
    let script = Script::new().await;
    let (client, mut peer) = connected(script.client(), &script).await;
    for _ in 0..100 {
        let transaction = client.begin().await.unwrap();
        for _ in 0..5 {
            transaction.send("/queue/a", "x").await.unwrap();
        }
        drop(transaction);
        for command in ["BEGIN", "SEND", "SEND", "SEND", "SEND", "SEND", "ABORT"] {
            let frame = peer.read().await;
            assert_eq!(frame.trim_start().lines().next(), Some(command));
        }
    }
}
