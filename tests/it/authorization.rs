//! Who may do what: the rules of an application, from the outside.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use stompframe::broker::SimpleBroker;
use stompframe::channel::Verdict;
use stompframe::prelude::*;
use stompframe::security::{
    Access, Rules, anonymous, authenticated, deny, has_any_role, has_role, permit, rules,
};
use stompframe::{Limits, MessageType, MessagingBuilder};

use crate::support::{App, Client};

#[message_mapping("/echo/{rest:.*}")]
#[send_to("/topic/echo")]
async fn echo(rest: String) -> String {
    rest
}

/// Who is a member of which room, and whether anybody is at all.
struct Members(AtomicBool);

#[derive(Deserialize)]
struct Seat {
    row: char,
    number: u32,
}

fn app_rules() -> Rules {
    rules()
        .subscribe("/user/queue/errors", permit())
        .subscribe("/topic/echo", permit())
        .subscribe(
            "/topic/rooms/{room}",
            |access: Access, room: u64| async move {
                let members = access.state::<Members>().unwrap();
                let is_ann = access.principal().is_some_and(|user| user.name() == "ann");
                is_ann && room == 7 && members.0.load(Ordering::SeqCst)
            },
        )
        .subscribe("/topic/halls/**", has_role("ADMIN"))
        .send("/app/echo/denied", deny())
        .send("/app/echo/admins", has_role("ADMIN"))
        .send("/app/echo/staff", has_any_role(["ADMIN", "EDITOR"]))
        .send("/app/echo/users", authenticated())
        .send("/app/echo/strangers", anonymous())
        .send("/app/echo/anybody", permit())
        .send(
            "/app/echo/seat-{row}-{number}",
            |_: Access, seat: Seat| async move { seat.row == 'a' && seat.number == 1 },
        )
        .send(
            "/app/echo/pair-{a}-{b}",
            |_: Access, (a, b): (u8, u8)| async move { a < b },
        )
        .send("/app/echo/failing", |_: Access| async {
            Err::<bool, _>("canary: the books are closed")
        })
        .send("/app/echo/panicking", |access: Access| async move {
            assert!(access.destination().is_empty(), "the rule's own mistake");
            true
        })
        .send("/app/echo/slow", |_: Access| std::future::pending::<bool>())
        .send("/topic/rooms/*", has_role("ADMIN"))
        .connect(|access: Access| async move { access.message().headers().get("banned").is_none() })
        .anything_else(deny())
}

fn with(rules: Rules) -> MessagingBuilder {
    let mut limits = Limits::default();
    limits.handler_timeout = Duration::from_millis(50);
    Messaging::builder()
        .application_prefix("/app")
        .simple_broker(SimpleBroker::new(["/topic"]).wildcard_subscriptions())
        .accept_client_sends(["/topic/rooms"])
        .handler::<echo>()
        .state(Members(AtomicBool::new(true)))
        .limits(limits)
        .authenticate(|connect: Connect| async move {
            let Some((login, roles)) = connect.login_passcode() else {
                return Ok(None);
            };
            Ok(Some(
                Principal::new(login.to_owned()).with_roles(roles.split(',').map(str::to_owned)),
            ))
        })
        .authorize(rules)
}

async fn app() -> App {
    App::start(with(app_rules())).await
}

/// A client that hears of its errors, so that its session goes on.
async fn connect(app: &App, login: &str, roles: &str) -> Client {
    let mut client = app.open().await;
    client
        .send(format!(
            "CONNECT\naccept-version:1.2\nlogin:{login}\npasscode:{roles}\n\n\0"
        ))
        .await;
    assert_eq!(client.frame().await.command, "CONNECTED");
    client.subscribe("errors", "/user/queue/errors").await;
    client
}

impl Client {
    /// What becomes of a frame: nothing but its receipt, or the code of the refusal.
    async fn becomes(&mut self, head: &str) -> Option<String> {
        self.send(format!("{head}\nreceipt:r\n\n\0")).await;
        let answer = self.frame().await;
        match answer.command.as_str() {
            "RECEIPT" => None,
            _ => Some(answer.header("error-code").unwrap().to_owned()),
        }
    }
}

#[tokio::test]
async fn the_first_line_that_matches_decides() {
    let app = app().await;
    let mut admin = connect(&app, "ann", "ADMIN").await;
    let mut editor = connect(&app, "eve", "EDITOR").await;
    let mut nobody = connect(&app, "", "").await;
    for (place, who) in [
        ("denied", ""),
        ("admins", "a"),
        ("staff", "ae"),
        ("users", "ae"),
        ("strangers", "n"),
        ("anybody", "aen"),
        ("seat-a-1", "aen"),
        ("seat-b-1", ""),
        ("pair-1-2", "aen"),
        ("pair-2-1", ""),
        ("unruled", ""),
    ] {
        for (client, sign) in [(&mut admin, 'a'), (&mut editor, 'e'), (&mut nobody, 'n')] {
            let became = client
                .becomes(&format!("SEND\ndestination:/app/echo/{place}"))
                .await;
            let expected = (!who.contains(sign)).then(|| "denied".to_owned());
            assert_eq!(became, expected, "{place} {sign}");
        }
    }
}

#[tokio::test]
async fn a_variable_that_does_not_parse_is_told() {
    let app = app().await;
    let mut ann = connect(&app, "ann", "X").await;
    ann.send("SEND\ndestination:/app/echo/seat-a-first\n\n\0")
        .await;
    let told = ann.frame().await;
    assert_eq!(told.header("error-code"), Some("bad-destination"));
    assert!(told.text().contains("`number`"), "{told:?}");
}

#[tokio::test]
async fn a_predicate_that_fails_allows_nothing_and_tells_nothing() {
    let app = app().await;
    let mut listener = connect(&app, "bob", "X").await;
    listener.subscribe("0", "/topic/echo").await;
    let mut ann = connect(&app, "ann", "X").await;
    for how in ["failing", "panicking", "slow"] {
        ann.send(format!(
            "SEND\ndestination:/app/echo/{how}\nreceipt:r\n\n\0"
        ))
        .await;
        let told = ann.frame().await;
        assert_eq!(told.header("error-code"), Some("internal"), "{how}");
        assert!(!told.text().contains("canary"), "{told:?}");
    }
    listener.nothing_before_receipt().await;
}

#[tokio::test]
async fn who_does_not_listen_for_errors_is_told_by_error_and_close() {
    let app = app().await;
    let mut client = app.connect().await;
    client
        .send("SEND\ndestination:/app/echo/users\n\nx\0")
        .await;
    let error = client.error().await;
    assert_eq!(error.header("error-code"), Some("denied"));
    assert_eq!(error.text(), "this needs a user");

    let mut client = app.connect().await;
    client
        .send("SUBSCRIBE\nid:0\ndestination:/topic/rooms/7\n\n\0")
        .await;
    assert_eq!(client.error().await.header("error-code"), Some("denied"));
}

#[tokio::test]
async fn who_is_refused_a_subscription_hears_nothing() {
    let app = app().await;
    let mut ann = connect(&app, "ann", "ADMIN").await;
    let mut bob = connect(&app, "bob", "X").await;
    ann.subscribe("0", "/topic/rooms/7").await;
    let refused = bob
        .becomes("SUBSCRIBE\nid:0\ndestination:/topic/rooms/7")
        .await;
    assert_eq!(refused.as_deref(), Some("denied"));
    ann.send("SEND\ndestination:/topic/rooms/7\n\nhello\0")
        .await;
    assert_eq!(ann.body().await, "hello");
    bob.nothing_before_receipt().await;
    // The id is free again.
    bob.subscribe("0", "/topic/echo").await;
}

/// V-10: a wildcard is allowed where everything that it could match is.
#[tokio::test]
async fn a_wildcard_reaches_no_further_than_the_rules() {
    let app = app().await;
    let mut ann = connect(&app, "ann", "ADMIN").await;
    let mut bob = connect(&app, "bob", "X").await;
    for (pattern, may_ann) in [
        ("/topic/halls/*", true),
        ("/topic/halls/{hall}/doors", true),
        ("/topic/**", false),
        ("/topic/*", false),
        ("/topic/rooms/*", false),
        ("/topic/rooms/?", false),
        ("/topic/*/7", false),
        ("/**", false),
    ] {
        let subscribe = format!(
            "SUBSCRIBE\nid:{}\ndestination:{pattern}",
            pattern.replace('/', "-")
        );
        let denied = Some("denied".to_owned());
        assert_eq!(
            ann.becomes(&subscribe).await,
            denied.clone().filter(|_| !may_ann),
            "{pattern}"
        );
        assert_eq!(bob.becomes(&subscribe).await, denied, "{pattern}");
    }
}

/// V-09: other spellings of a denied destination lead nowhere.
#[tokio::test]
async fn another_spelling_gets_past_no_rule() {
    let app = App::start(with(
        rules()
            .subscribe("/user/queue/errors", permit())
            .send("/app/echo/admins", deny())
            .send("/app/**", permit())
            .subscribe("/topic/echo", permit()),
    ))
    .await;
    let mut ann = connect(&app, "ann", "X").await;
    ann.subscribe("0", "/topic/echo").await;
    for other in [
        "/app/echo/admins",
        "/app//echo/admins",
        "/app/./echo/admins",
        "/APP/echo/admins",
        "/app/echo%2Fadmins",
        "app/echo/admins",
        "/app/x/../echo/admins",
    ] {
        let became = ann.becomes(&format!("SEND\ndestination:{other}")).await;
        assert!(
            matches!(became.as_deref(), Some("denied" | "no-route")),
            "{other}: {became:?}"
        );
    }
    ann.nothing_before_receipt().await;
}

#[tokio::test]
async fn rights_are_looked_at_when_a_frame_comes_and_again_at_commit() {
    static IS_OPEN: AtomicBool = AtomicBool::new(true);
    let app = App::start(with(
        rules()
            .destination("/user/queue/errors", permit())
            .subscribe("/topic/**", permit())
            .send("/app/echo/now", async |_: Access| {
                IS_OPEN.load(Ordering::SeqCst)
            })
            .send("/app/echo/ok", permit()),
    ))
    .await;
    let mut listener = connect(&app, "bob", "X").await;
    listener.subscribe("0", "/topic/echo").await;
    let mut ann = connect(&app, "ann", "X").await;
    ann.confirmed("BEGIN\ntransaction:t\n").await;
    let refused = ann
        .becomes("SEND\ntransaction:t\ndestination:/app/echo/never")
        .await;
    assert_eq!(refused.as_deref(), Some("denied"));
    for place in ["ok", "now"] {
        ann.confirmed(&format!(
            "SEND\ntransaction:t\ndestination:/app/echo/{place}\n"
        ))
        .await;
    }
    IS_OPEN.store(false, Ordering::SeqCst);
    let refused = ann.becomes("COMMIT\ntransaction:t").await;
    assert_eq!(refused.as_deref(), Some("denied"));
    listener.nothing_before_receipt().await;

    IS_OPEN.store(true, Ordering::SeqCst);
    ann.confirmed("BEGIN\ntransaction:t\n").await;
    ann.confirmed("SEND\ntransaction:t\ndestination:/app/echo/now\n")
        .await;
    ann.confirmed("COMMIT\ntransaction:t\n").await;
    assert_eq!(listener.body().await, "now");
}

/// Rules narrow: what is closed by itself stays closed whatever they permit.
#[tokio::test]
async fn rules_open_nothing_that_is_closed() {
    let app = App::start(
        Messaging::builder()
            .simple_broker(["/topic"])
            .authorize(rules().anything_else(permit())),
    )
    .await;
    for frame in [
        "SEND\ndestination:/topic/a\n\nx\0",
        "SEND\ndestination:/user/ann/queue/a\n\nx\0",
        "SUBSCRIBE\nid:0\ndestination:/topic/*\n\n\0",
    ] {
        let mut client = app.connect().await;
        client.send(frame).await;
        assert_eq!(
            client.error().await.header("error-code"),
            Some("denied"),
            "{frame}"
        );
    }
}

#[tokio::test]
async fn who_may_connect_is_a_rule_too() {
    let app = app().await;
    let mut client = app.open().await;
    client
        .send("CONNECT\naccept-version:1.2\nbanned:yes\n\n\0")
        .await;
    assert_eq!(client.error().await.header("error-code"), Some("denied"));
    assert!(app.messaging.sessions().all().is_empty());
}

#[tokio::test]
async fn frames_without_a_destination_have_rules_of_their_own() {
    let app = App::start(with(
        rules()
            .connect(permit())
            .without_destination(authenticated())
            .anything_else(permit()),
    ))
    .await;
    let mut nobody = app.connect().await;
    nobody.subscribe("0", "/topic/a").await;
    nobody.send("UNSUBSCRIBE\nid:0\n\n\0").await;
    assert_eq!(nobody.error().await.header("error-code"), Some("denied"));
    let mut ann = connect(&app, "ann", "X").await;
    ann.subscribe("0", "/topic/a").await;
    ann.confirmed("UNSUBSCRIBE\nid:0\n").await;
    // A session that nobody may end ends all the same.
    ann.confirmed("DISCONNECT\n").await;
}

/// Rules judge what the interceptors made of a message, and for whom they said it is.
#[tokio::test]
async fn rules_come_behind_the_interceptors_of_the_application() {
    let builder = with(app_rules()).client_inbound(|channel| {
        channel.intercept(|message, _| {
            if message.message_type() == MessageType::Message {
                if message.headers().contains("sudo") {
                    message.set_principal(Principal::new("root").with_role("ADMIN"));
                }
                if message.headers().contains("astray") {
                    message.set_destination("/app/echo/denied");
                }
            }
            Verdict::Continue
        })
    });
    let app = App::start(builder).await;
    let mut bob = connect(&app, "bob", "X").await;
    let admins = "SEND\ndestination:/app/echo/admins";
    assert_eq!(bob.becomes(admins).await.as_deref(), Some("denied"));
    assert_eq!(bob.becomes(&format!("{admins}\nsudo:1")).await, None);
    let astray = "SEND\ndestination:/app/echo/anybody\nastray:1";
    assert_eq!(bob.becomes(astray).await.as_deref(), Some("denied"));
}

#[test]
fn rules_that_cannot_be_are_problems_with_all_others() {
    let error = Messaging::builder()
        .application_prefix("app")
        .authorize(rules().send("/app/{room", permit()))
        .authorize(rules())
        .build()
        .unwrap_err();
    assert_eq!(error.problems().len(), 2, "{error}");
    let error = Messaging::builder()
        .application_prefix("app")
        .authorize(
            rules()
                .send("/a", deny())
                .send("/a", permit())
                .send("/b/{x", deny()),
        )
        .build()
        .unwrap_err();
    let problems = error.problems().join("\n");
    for words in [
        "authorization.rs",
        "never reached",
        "without its `}`",
        "write \"/app\"",
    ] {
        assert!(problems.contains(words), "{words}: {problems}");
    }
}
