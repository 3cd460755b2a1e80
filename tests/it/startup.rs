//! What is wrong with an application is found before it starts, all at once.

use futures_util::stream;
use stompframe::prelude::*;

mod ambiguous {
    use stompframe::prelude::*;

    #[message_mapping("/rooms/{room}")]
    pub(super) async fn one(room: u64) {
        let _ = room;
    }

    #[message_mapping("/rooms/{name}")]
    pub(super) async fn two(name: String) {
        let _ = name;
    }
}

mod incomplete {
    use stompframe::prelude::*;

    pub(super) struct Rooms;

    #[message_mapping("/stateful")]
    async fn stateful(_rooms: State<Rooms>) {}

    #[message_mapping("/elsewhere/{id}")]
    #[send_to("/elsewhere/{id}")]
    async fn elsewhere(id: String) -> String {
        id
    }

    pub(super) struct Forgotten;

    #[controller("/forgotten")]
    impl Forgotten {
        #[message_mapping("/x")]
        async fn x(&self) {}
    }
}

fn problems(builder: stompframe::MessagingBuilder) -> Vec<String> {
    match builder.build() {
        Ok(_) => Vec::new(),
        Err(error) => error.problems().to_vec(),
    }
}

#[test]
fn two_mappings_for_the_same_destinations_name_both_places() {
    let problems = problems(
        Messaging::builder()
            .handler::<ambiguous::one>()
            .handler::<ambiguous::two>(),
    );
    let [problem] = problems.as_slice() else {
        panic!("{problems:?}")
    };
    assert!(problem.contains("ambiguous"), "{problem}");
    for word in [
        "ambiguous::one",
        "ambiguous::two",
        "tests/it/startup.rs:",
        "\"/rooms/{room}\"",
    ] {
        assert!(problem.contains(word), "{word}: {problem}");
    }
}

#[test]
fn all_problems_come_at_once_each_with_its_place() {
    let error = Messaging::builder()
        .scan(concat!(module_path!(), "::incomplete"))
        .scan("no::such::module")
        .application_prefix("app")
        .simple_broker(["/topic"])
        .accept_client_sends(["queue"])
        .state(1_u8)
        .state(2_u8)
        .endpoint(Endpoint::new("ws"))
        .endpoint(Endpoint::new("/stomp").allowed_origins(["chat.example"]))
        .endpoint(Endpoint::new("/stomp"))
        .endpoint(Endpoint::tcp("61613"))
        .endpoint(Endpoint::tcp(":61613"))
        .endpoint(Endpoint::tcp("stomp.example:99999"))
        .endpoint(Endpoint::tcp("[::1]:61613"))
        .build()
        .unwrap_err();
    let expected = [
        "takes `State<it::startup::incomplete::Rooms>`: add `.state(..)`",
        "replies to \"/elsewhere/{id}\", which no broker prefix covers",
        "controller it::startup::incomplete::Forgotten (tests/it/startup.rs:",
        "`.scan(\"no::such::module\")` found no annotated handler",
        "the prefix \"app\" does not start with `/`",
        "`.accept_client_sends([\"queue\"])`: no broker prefix covers it",
        "two values of `u8`",
        "endpoint \"ws\": its path does not start with `/`",
        "endpoint \"/stomp\": \"chat.example\" is no origin",
        "two endpoints are at \"/stomp\"",
        "endpoint \"61613\": its address is no `host:port`",
        "endpoint \":61613\": its address has no host: write \"127.0.0.1:61613\"",
        "endpoint \"stomp.example:99999\": its address is no `host:port`",
    ];
    let text = error.to_string();
    for problem in expected {
        assert!(text.contains(problem), "{problem}\nin\n{text}");
    }
    assert_eq!(error.problems().len(), expected.len(), "{text}");
    assert_eq!(format!("{error:?}"), text, "what `main` prints is readable");
}

#[test]
fn several_applications_live_in_one_process() {
    let one = Messaging::builder().handler::<ambiguous::one>().build();
    let two = Messaging::builder().handler::<ambiguous::two>().build();
    assert!(one.is_ok() && two.is_ok());
}

#[test]
fn discovery_finds_everything_that_is_linked() {
    let error = Messaging::builder()
        .discover()
        .build()
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("ambiguous::one") && error.contains("Forgotten"),
        "{error}"
    );
}

#[test]
fn an_exception_handler_cannot_go_on() {
    #[message_exception_handler]
    async fn goes_on(error: &std::fmt::Error) -> stompframe::Stream<stream::Empty<String>> {
        let _ = error;
        stompframe::Stream(stream::empty())
    }

    let error = Messaging::builder()
        .handler::<goes_on>()
        .simple_broker(["/topic"])
        .build()
        .unwrap_err();
    assert!(
        error.to_string().contains("cannot give a `Stream`"),
        "{error}"
    );
}

#[test]
fn a_broker_prefix_covers_something_in_particular() {
    assert_eq!(
        problems(Messaging::builder().simple_broker(["/topic", ""])),
        ["`.simple_broker([\"\"])`: a prefix of the broker is empty"]
    );
}
