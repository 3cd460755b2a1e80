//! What is said at the start of an application.

use stompframe::MessagingBuilder;
use stompframe::prelude::*;
use stompframe::security::{deny, permit, rules};

use crate::capture::Capture;

fn messaging() -> MessagingBuilder {
    Messaging::builder().simple_broker(["/topic", "/queue"])
}

fn warnings(builder: MessagingBuilder) -> Vec<String> {
    let (_, said) = Capture::of_thread(|| builder.build().unwrap());
    let warnings = said.lines().filter(|line| line.contains(" WARN "));
    warnings.map(str::to_owned).collect()
}

#[test]
fn each_thing_that_it_opens_is_a_warning() {
    let of_compat = |builder| -> Vec<String> {
        let all = warnings(builder).into_iter();
        all.filter(|it| it.contains("`.spring_compat()`")).collect()
    };
    let all = of_compat(messaging().spring_compat());
    assert_eq!(all.len(), 4, "{all:#?}");
    for (line, what) in all.iter().zip([
        ".accept_client_sends([\"/topic\", \"/queue\"])",
        ".accept_user_sends([\"/\"])",
        "wildcard_subscriptions()",
        "queues_are_topics()",
    ]) {
        assert!(line.contains(what), "{line}");
    }
    // Also where there are rules, and not for what was open before.
    let partly = messaging()
        .accept_client_sends(["/topic", "/queue"])
        .accept_user_sends(["/"])
        .authorize(rules().anything_else(deny()))
        .spring_compat();
    assert_eq!(of_compat(partly).len(), 2);
    assert!(of_compat(messaging()).is_empty());
}

#[test]
fn that_nobody_is_asked_who_it_is_wants_to_be_said_aloud() {
    let is_asked_for = |builder| {
        warnings(builder)
            .iter()
            .any(|it| it.contains("`.anonymous()`"))
    };
    assert!(is_asked_for(messaging()));
    assert!(!is_asked_for(messaging().anonymous()));
    assert!(!is_asked_for(
        messaging().authorize(rules().anything_else(permit()))
    ));
    let asked = |_: Connect| async { Ok(Principal::new("ann")) };
    assert!(!is_asked_for(messaging().authenticate(asked)));
    // What is open is listed all the same.
    assert!(
        warnings(messaging().anonymous())
            .iter()
            .any(|it| it.contains("subscribe below /topic"))
    );
    let both = messaging().authenticate(asked).anonymous().build();
    assert!(
        both.unwrap_err()
            .to_string()
            .contains("contradict each other")
    );
}
