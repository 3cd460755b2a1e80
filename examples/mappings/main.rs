//! An auction house: one controller with a mapping of every kind.
//!
//! ```text
//! cargo run --example mappings       the application, at ws://127.0.0.1:8080/ws
//! cargo test --example mappings      its tests
//! ```

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::stream;
use garde::Validate;
use stompframe::prelude::*;
use stompframe::{MessagingBuilder, Stream};

#[derive(Deserialize, Validate)]
struct Offer {
    #[garde(range(min = 1, max = 1_000_000))]
    amount: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Bid {
    by: String,
    amount: u32,
}

#[derive(Debug, thiserror::Error)]
#[error("lot {lot} is at {highest}")]
struct TooLow {
    lot: u32,
    highest: u32,
}

/// What the house calls itself.
struct House(&'static str);

/// The highest bid for each lot.
#[derive(Default)]
struct Auctions(Mutex<BTreeMap<u32, Bid>>);

#[controller("/auctions")]
impl Auctions {
    /// A plain destination, and no word of where the result goes: to `/topic/auctions/open`.
    #[message_mapping("/open")]
    async fn open(&self, State(house): State<House>) -> String {
        format!("{} is open", house.0)
    }

    /// Two destinations for one handler, and two for its result. What the body has to be stands in
    /// its type; who may not bid is refused, because there is no `Principal` then.
    #[message_mapping("/{lot}/bid", "/bid/{lot}")]
    #[send_to("/topic/auctions/{lot}", "/topic/auctions")]
    async fn bid(
        &self,
        lot: u32,
        user: Principal,
        Payload(Valid(offer)): Payload<Valid<Offer>>,
    ) -> Result<Payload<Bid>, TooLow> {
        let (by, amount) = (user.name().to_owned(), offer.amount);
        let mut bids = self.bids();
        let highest = bids.get(&lot).map_or(0, |bid| bid.amount);
        if amount <= highest {
            return Err(TooLow { lot, highest });
        }
        bids.insert(lot, Bid { by, amount });
        Ok(Payload(bids[&lot].clone()))
    }

    /// A variable that has to look like this; the answer goes to the session that asked.
    #[message_mapping("/{lot:[0-9]+}/price")]
    #[send_to_user("/queue/price", broadcast = false)]
    async fn price(&self, lot: u32) -> Option<Payload<u32>> {
        self.bids().get(&lot).map(|bid| Payload(bid.amount))
    }

    /// Two variables in one segment. All sessions of the user are told.
    #[message_mapping("/rooms/{hall}-{seat}")]
    #[send_to_user]
    async fn sit(&self, hall: String, seat: u8) -> String {
        format!("seat {seat} in hall {hall}")
    }

    /// Wildcards within a segment.
    #[message_mapping("/pictures/lot?/*.jpg")]
    #[send_to("/topic/pictures")]
    async fn picture(&self, Destination(path): Destination) -> String {
        path
    }

    /// Any number of segments; whoever sent it need not hear of it.
    #[message_mapping("/gossip/**")]
    #[send_to("/topic/gossip")]
    async fn gossip(
        &self,
        text: String,
    ) -> (ExceptSender, [(&'static str, &'static str); 1], String) {
        (ExceptSender, [("reliable", "no")], text)
    }

    /// Several results, each with a place of its own.
    #[message_mapping("/{lot}/sell")]
    async fn sell(&self, lot: u32) -> Option<Messages<[(SendTo<String>, Payload<Bid>); 2]>> {
        let bid = self.bids().remove(&lot)?;
        Some(Messages([
            (
                SendTo(format!("/topic/auctions/{lot}/sold")),
                Payload(bid.clone()),
            ),
            (SendTo("/topic/sold".to_owned()), Payload(bid)),
        ]))
    }

    /// Answered once, straight to who subscribes.
    #[subscribe_mapping("/all")]
    async fn all(&self) -> Payload<BTreeMap<u32, Bid>> {
        Payload(self.bids().clone())
    }

    /// That somebody subscribes is told to others.
    #[subscribe_mapping("/{lot}/watch")]
    #[send_to("/topic/auctions/{lot}/watchers")]
    async fn watch(&self, lot: u32, user: Option<Principal>) -> String {
        let who = user.as_ref().map_or("somebody", Principal::name);
        format!("{who} watches lot {lot}")
    }

    /// Answered until there is nothing more to say, or the subscription ends. A stream outlives the
    /// call, so it borrows nothing of the controller: `use<>`.
    #[subscribe_mapping("/countdown")]
    async fn countdown(&self) -> Stream<impl stream::Stream<Item = Payload<u8>> + use<>> {
        let from_three = stream::iter((1..=3_u8).rev());
        Stream(stream::StreamExt::then(from_three, async |second| {
            tokio::time::sleep(Duration::from_secs(1)).await;
            Payload(second)
        }))
    }

    /// What any of these could not do.
    #[message_exception_handler]
    #[send_to_user("/queue/refused", broadcast = false)]
    async fn refused(&self, error: &TooLow) -> String {
        error.to_string()
    }

    fn bids(&self) -> MutexGuard<'_, BTreeMap<u32, Bid>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Everything but the endpoint: what the tests start, too.
fn messaging() -> MessagingBuilder {
    Messaging::builder()
        .controller(Auctions::default())
        .state(House("Kim & Daughters"))
        .application_prefix("/app")
        .simple_broker(["/topic", "/queue"])
}

#[tokio::main]
async fn main() -> Result<(), stompframe::Error> {
    tracing_subscriber::fmt::init();

    let messaging = messaging().endpoint(Endpoint::new("/ws")).build()?;
    let app = axum::Router::new().merge(messaging.router());
    stompframe::serve("127.0.0.1:8080", app, messaging).await
}

#[cfg(test)]
mod tests;
