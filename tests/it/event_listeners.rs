//! Annotated functions and streams that hear what becomes of sessions, and what a session has for
//! itself until then.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use stompframe::event::EventStream;
use stompframe::prelude::*;
use tokio::time::timeout;

use crate::support::{App, messaging};

/// What listeners have heard, in words.
#[derive(Default)]
struct Heard(Mutex<Vec<String>>);

impl Heard {
    fn note(&self, words: impl Into<String>) {
        self.lock().push(words.into());
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.lock())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

mod functions {
    use super::*;

    #[event_listener]
    async fn all(event: SessionEvent, heard: State<Arc<Heard>>) {
        let kind = format!("{:?}", event.kind());
        heard.note(format!("all {}", kind.split([' ', '(']).next().unwrap()));
    }

    #[event_listener]
    async fn connects(
        _: Arc<Session>,
        event: ConnectEvent,
        heard: State<Arc<Heard>>,
        headers: Headers,
    ) {
        let _ = event;
        heard.note(format!(
            "connect {}",
            headers.get("colour").unwrap_or("none")
        ));
    }

    #[event_listener]
    async fn connected(event: ConnectedEvent, user: Principal, heard: State<Arc<Heard>>) {
        let _ = event;
        heard.note(format!("connected {}", user.name()));
    }

    #[event_listener]
    async fn subscribed(
        event: SubscribedEvent,
        Destination(destination): Destination,
        Header(mood): Header<Mood>,
        template: MessagingTemplate,
        heard: State<Arc<Heard>>,
    ) -> Result<(), MessagingError> {
        assert_eq!(event.destination, destination);
        heard.note(format!("subscribed {} {mood}", event.id));
        template.send(destination, "welcome").await
    }

    #[event_listener]
    async fn unsubscribed(event: UnsubscribedEvent, heard: State<Arc<Heard>>) {
        heard.note(format!("unsubscribed {} {}", event.id, event.destination));
    }

    #[event_listener]
    async fn gone(
        event: DisconnectedEvent,
        visits: SessionScoped<Visits>,
        heard: State<Arc<Heard>>,
    ) {
        let visits = visits.count.load(Ordering::Relaxed);
        heard.note(format!(
            "gone {} after {visits} visits",
            event.reason.close_code()
        ));
    }
}

struct Mood;

impl HeaderName for Mood {
    const NAME: &'static str = "mood";
    type Value = String;
}

/// Tells when it is dropped.
struct Visits {
    count: AtomicU32,
    heard: Arc<Heard>,
}

impl Drop for Visits {
    fn drop(&mut self) {
        self.heard.note("visits dropped");
    }
}

#[message_mapping("/visit")]
#[send_to_user("/queue/visits", broadcast = false)]
async fn visit(visits: SessionScoped<Visits>, session: Arc<Session>) -> String {
    assert!(Arc::ptr_eq(&visits.0, &session.scoped().unwrap()));
    (visits.count.fetch_add(1, Ordering::Relaxed) + 1).to_string()
}

fn application(heard: &Arc<Heard>) -> stompframe::MessagingBuilder {
    let visits = {
        let heard = heard.clone();
        move |_: &Session| {
            heard.note("visits made");
            Visits {
                count: AtomicU32::new(0),
                heard: heard.clone(),
            }
        }
    };
    messaging()
        .state(heard.clone())
        .session_scoped(visits)
        .handler::<visit>()
}

async fn until_over(app: &App, heard: &Heard) {
    let over = async {
        while !app.messaging.sessions().is_empty()
            || !heard.lock().iter().any(|it| it == "visits dropped")
        {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    timeout(Duration::from_secs(10), over).await.unwrap();
}

#[tokio::test]
async fn each_hears_the_events_of_its_type_once_and_in_order() {
    let heard = Arc::new(Heard::default());
    let builder = application(&heard)
        .scan(concat!(module_path!(), "::functions"))
        .authenticate(|_: Connect| async { Ok(Principal::new("ann")) });
    let app = App::start(builder).await;
    let mut client = app.open().await;
    client
        .send("CONNECT\naccept-version:1.2\ncolour:red\n\n\0")
        .await;
    client.frame().await;
    client
        .confirmed("SUBSCRIBE\nid:0\ndestination:/topic/a\nmood:good\n")
        .await;
    assert_eq!(client.body().await, "welcome");
    client.confirmed("UNSUBSCRIBE\nid:0\n").await;
    client.subscribe("1", "/user/queue/visits").await;
    for count in ["1", "2"] {
        client.send("SEND\ndestination:/app/visit\n\n\0").await;
        assert_eq!(client.body().await, count);
    }
    client.close().await;
    until_over(&app, &heard).await;
    let expected = [
        "all Connect",
        "connect red",
        "all Connected",
        "connected ann",
        "all Subscribed",
        "subscribed 0 good",
        "all Unsubscribed",
        "unsubscribed 0 /topic/a",
        // The listener wants a header `mood`, which this one has not.
        "all Subscribed",
        "visits made",
        "all Disconnected",
        "gone 1005 after 2 visits",
        "visits dropped",
    ];
    assert_eq!(heard.take(), expected);
}

struct Presence {
    here: AtomicU32,
    heard: Arc<Heard>,
}

#[controller]
impl Presence {
    #[event_listener]
    async fn came(&self, event: ConnectedEvent) {
        let _ = event;
        let here = self.here.fetch_add(1, Ordering::Relaxed) + 1;
        self.heard.note(format!("{here} here"));
    }

    #[event_listener]
    async fn went(&self, event: DisconnectedEvent) -> Result<(), std::num::ParseIntError> {
        let _ = event;
        self.heard.note("one less");
        // What fails is logged, and that is all.
        "nonsense".parse::<u32>().map(drop)
    }
}

#[tokio::test]
async fn a_controller_may_do_nothing_but_listen() {
    let heard = Arc::new(Heard::default());
    let (here, made) = (AtomicU32::new(0), heard.clone());
    let app = App::start(application(&heard).controller(Presence { here, heard: made })).await;
    let (one, mut two) = (app.connect().await, app.connect().await);
    one.close().await;
    two.nothing_before_receipt().await;
    while app.messaging.sessions().len() > 1 || heard.lock().len() < 3 {
        tokio::task::yield_now().await;
    }
    assert_eq!(heard.take(), ["1 here", "2 here", "one less"]);
}

#[tokio::test]
async fn a_stream_has_each_event_once_from_when_it_was_asked_for() {
    let app = App::start(messaging()).await;
    let mut before = app.connect().await;
    let mut events = app.messaging.events();
    let mut client = app.connect().await;
    client.subscribe("0", "/topic/a").await;
    before.subscribe("0", "/topic/b").await;
    client.close().await;
    let mut kinds = Vec::new();
    while kinds.len() < 5 {
        let event = timeout(Duration::from_secs(10), events.next())
            .await
            .unwrap()
            .unwrap();
        kinds.push(match event.kind() {
            SessionEventKind::Subscribed { destination, .. } => destination.to_string(),
            kind => format!("{kind:?}"),
        });
    }
    assert_eq!(
        kinds,
        [
            "Connect",
            "Connected",
            "/topic/a",
            "/topic/b",
            "Disconnected(Closed(None))"
        ]
    );
    assert_eq!(events.missed(), 0);
}

/// Who reads slowly loses the oldest, and hears how many; nobody waits for him.
#[tokio::test]
async fn a_stream_that_is_not_read_is_bounded() {
    let app = App::start(messaging()).await;
    let mut events = app.messaging.events();
    let mut client = app.connect().await;
    let pairs = EventStream::CAPACITY / 2 + 5;
    for _ in 0..pairs {
        client
            .send("SUBSCRIBE\nid:0\ndestination:/topic/a\n\n\0UNSUBSCRIBE\nid:0\n\n\0")
            .await;
    }
    client.nothing_before_receipt().await;
    let mut count = 0;
    while let Ok(Some(_)) = timeout(Duration::from_millis(10), events.next()).await {
        count += 1;
    }
    // CONNECT has two as well.
    assert_eq!(count, EventStream::CAPACITY);
    assert_eq!(
        events.missed(),
        (2 * pairs + 2 - EventStream::CAPACITY) as u64
    );
}

#[tokio::test]
async fn what_a_session_has_for_itself_is_its_own_and_ends_with_it() {
    let heard = Arc::new(Heard::default());
    let app = App::start(application(&heard)).await;
    let (mut one, mut two) = (app.connect().await, app.connect().await);
    for client in [&mut one, &mut two] {
        client.subscribe("v", "/user/queue/visits").await;
        client.send("SEND\ndestination:/app/visit\n\n\0").await;
        assert_eq!(client.body().await, "1");
    }
    assert_eq!(heard.take(), ["visits made", "visits made"]);
    let sessions = app.messaging.sessions().all();
    one.close().await;
    two.close().await;
    until_over(&app, &heard).await;
    // Whoever still holds a session makes none anew.
    while heard.lock().len() < 2 {
        tokio::task::yield_now().await;
    }
    for session in sessions {
        let after = session.scoped::<Visits>().err();
        assert_eq!(after, Some(stompframe::session::NotInScope::Over));
        assert!(session.scoped::<u8>().is_err());
    }
    assert_eq!(heard.take(), ["visits dropped", "visits dropped"]);
}

#[test]
fn who_wants_what_nobody_makes_cannot_start() {
    let error = messaging()
        .scan(concat!(module_path!(), "::functions"))
        .handler::<visit>()
        .build()
        .unwrap_err();
    let missing = |what: &str| {
        error
            .problems()
            .iter()
            .filter(|it| it.contains(what))
            .count()
    };
    assert_eq!(missing("`.session_scoped(..)`"), 2, "{error}");
    assert_eq!(missing("`.state(..)`"), 6, "{error}");
    let twice = messaging()
        .session_scoped(|_| 1_u8)
        .session_scoped(|_| 2_u8)
        .build();
    assert!(
        twice
            .unwrap_err()
            .to_string()
            .contains("was said twice for `u8`")
    );
}
