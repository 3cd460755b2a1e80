use std::time::Duration;

use stompframe::broker::SimpleBroker;
use stompframe::channel::Verdict;
use stompframe::prelude::*;
use stompframe::{ErrorFrame, Limits, MessageType, MessagingBuilder};

use crate::class::{Hall, Room};
use crate::failures::Failures;
use crate::point::PointConverter;
use crate::secure;
use crate::users::Users;

/// The application as one of the variants wants it.
pub(crate) fn builder(variant: &str) -> MessagingBuilder {
    let builder = match variant {
        "options" => options(),
        _ => Messaging::builder()
            .scan("parity::harness")
            .scan("parity::destinations")
            .scan("parity::bodies")
            .scan("parity::arguments")
            .scan("parity::results")
            .scan("parity::subscriptions")
            .scan("parity::failures")
            .scan("parity::templates")
            .controller(Room)
            .controller(Hall)
            .controller(Failures)
            .controller(Users)
            .message_converter(PointConverter)
            .property("parity.word", "filled")
            .application_prefix("/app")
            .simple_broker(
                SimpleBroker::new(["/topic", "/queue"])
                    .wildcard_subscriptions()
                    .queues_are_topics()
                    .selectors(),
            )
            .accept_client_sends(["/topic", "/queue"])
            .accept_user_sends(["/"]),
    };
    let builder = match variant {
        "errors" => builder.error_handler(say_error),
        "secure" => builder
            .scan("parity::secure")
            .authorize(secure::spring_rules()),
        _ => builder,
    };
    let millis = Duration::from_millis;
    match variant {
        "main" => builder.heart_beat(millis(10_000), millis(10_000)),
        "beat" => builder.heart_beat(millis(300), millis(200)),
        _ => builder.heart_beat(Duration::ZERO, Duration::ZERO),
    }
    .on_event(tell)
    .client_inbound(|channel| {
        channel.intercept(|message, _| {
            let header = |name: &str| message.headers().get(name).map(str::to_owned);
            if header("x-veto").is_some() || header("x-skip").is_some() {
                return Verdict::Drop;
            }
            if let Some(text) = header("x-throw").or_else(|| header("x-throw-messaging")) {
                let error = MessagingError::new(ErrorCode::HandlerFailed).with_source(text);
                return Verdict::Fail(error);
            }
            let name = match message.message_type() {
                MessageType::Connect => header("token"),
                _ => header("late-token"),
            };
            let marked = header("x-mark").is_some();
            if let Some(name) = name {
                message.set_principal(Principal::new(name));
            }
            if marked {
                message.headers_mut().set("marked", "yes");
            }
            Verdict::Continue
        })
    })
    .client_outbound(|channel| {
        channel.intercept(|message, _| {
            if message.headers().contains("x-drop") {
                return Verdict::Drop;
            }
            if message.headers().contains("x-stamp") {
                message.headers_mut().set("stamped", "yes");
            }
            Verdict::Continue
        })
    })
}

/// Tells what becomes of the sessions of named users.
async fn tell(event: SessionEvent) {
    let Some(user) = event.session().principal() else {
        return;
    };
    let what = match event.kind() {
        SessionEventKind::Connect => "connect".to_owned(),
        SessionEventKind::Connected => "connected".to_owned(),
        SessionEventKind::Subscribed { .. } => "subscribe".to_owned(),
        SessionEventKind::Unsubscribed { .. } => "unsubscribe".to_owned(),
        SessionEventKind::Disconnected(reason) => format!("disconnect {}", reason.close_code()),
        _ => return,
    };
    let topic = format!("/topic/events/{}", user.name());
    let _ = event.template().send(topic, what).await;
}

/// The error handler of the variant `errors`.
fn say_error(frame: &mut ErrorFrame<'_>) {
    let failed = frame.failed();
    if failed.is_some_and(|failed| failed.headers().contains("x-default")) {
        return;
    }
    let command = failed.map_or("null", |failed| failed.command().as_str());
    let body = format!("failed: {command}");
    frame.headers_mut().set("help", "read the manual");
    frame.set_body("text/plain;charset=UTF-8", body);
}

fn options() -> MessagingBuilder {
    let mut limits = Limits::default();
    limits.frame.max_frame = 1024;
    Messaging::builder()
        .scan(concat!(module_path!(), "::mappings"))
        .application_prefix("/app")
        .application_prefix("/do/")
        .destination_separator('.')
        .user_destination_prefix("/me")
        .propagate_header("trace")
        .simple_broker(
            SimpleBroker::new(["/topic", "/queue", "plain"])
                .wildcard_subscriptions()
                .queues_are_topics()
                .selectors(),
        )
        .accept_client_sends(["/topic", "/queue", "plain"])
        .accept_user_sends(["/"])
        .limits(limits)
}

/// The mappings of the variant `options`, whose destinations have dots.
mod mappings {
    use std::sync::Arc;

    use stompframe::prelude::*;

    #[message_mapping("/dot.{colour}.*")]
    #[send_to("/topic/dots.{colour}")]
    async fn dots(colour: String) -> String {
        format!("dot {colour}")
    }

    #[message_mapping("/dot.default")]
    async fn dot_default() -> &'static str {
        "dot default"
    }

    #[message_mapping("/filter")]
    #[send_to("/topic/filtered")]
    async fn filter(body: String) -> String {
        format!("filter {body}")
    }

    #[subscribe_mapping("/dot.{name}")]
    async fn subscribed(name: String) -> String {
        format!("subscribed {name}")
    }

    #[message_mapping("/sync")]
    #[send_to_user("/queue/sync", broadcast = false)]
    async fn sync(body: String) -> String {
        body
    }

    #[subscribe_mapping("/session")]
    async fn session(session: Arc<Session>) -> String {
        session.id().to_string()
    }
}
