//! Destinations as the application knows them, and as the broker does.

use std::fmt::Write as _;
use std::str::Split;

use super::dialect::Dialect;
use crate::destination::is_wildcard;
use crate::error::{ErrorCode, MessagingError};

/// How long the name of a topic or queue may be: a routing key of AMQP has 255 bytes.
const MAX_NAME: usize = 255;

/// Translates destinations to a broker's own, and back. Nothing is lost: two destinations never become
/// one.
///
/// Segments are written with dots between them, as the brokers' wildcards want it. Letters, digits, `-`
/// and `_` stay, as do letters beyond ASCII; of everything else each byte becomes `~` and two
/// hexadecimal digits; `~_` is an empty segment, and `~-` comes before what is not below `/topic` or
/// `/queue`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Translation {
    pub(super) dialect: Dialect,
    pub(super) separator: char,
}

/// What a destination is to the broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Topic,
    Queue,
}

impl Kind {
    /// What our destinations of this kind begin with, unless the application says otherwise.
    const fn prefix(self) -> &'static str {
        match self {
            Self::Topic => "/topic/",
            Self::Queue => "/queue/",
        }
    }
}

impl Translation {
    /// The broker's destination for one of ours, to publish to it, or to subscribe to it alone.
    pub(super) fn to_broker(self, destination: &str, kind: Kind) -> Result<String, MessagingError> {
        if self.dialect == Dialect::Other {
            return Ok(destination.to_owned());
        }
        let mut name = String::with_capacity(destination.len() + 8);
        let (mark, segments) = self.segments(destination, kind);
        name.push_str(mark);
        for (number, segment) in segments.enumerate() {
            if number > 0 {
                name.push('.');
            }
            write_segment(segment, &mut name);
        }
        self.checked(kind, &name)
    }

    /// The broker's destination for a subscription to a pattern. It may match more than that; what
    /// comes is to be compared with the pattern.
    pub(super) fn pattern_to_broker(self, pattern: &str) -> Result<String, MessagingError> {
        let (deep, is_last_only) = match self.dialect {
            Dialect::RabbitMq => ("#", false),
            Dialect::ActiveMq => (">", true),
            // What stands behind its `#` makes Artemis 2.40 deliver some messages twice.
            Dialect::Artemis => ("#", true),
            Dialect::Other => {
                return Err(MessagingError::new(ErrorCode::Unsupported)
                    .with_detail("the broker has no subscriptions with wildcards"));
            }
        };
        let mut name = String::with_capacity(pattern.len() + 8);
        let (mark, segments) = self.segments(pattern, Kind::Topic);
        name.push_str(mark);
        for (number, segment) in segments.enumerate() {
            let is_deep = segment == "**";
            if number > 0 {
                name.push('.');
            }
            match segment {
                _ if is_deep => name.push_str(deep),
                segment if is_wildcard(segment) => name.push('*'),
                segment => write_segment(segment, &mut name),
            }
            if is_deep && is_last_only {
                break;
            }
        }
        self.checked(Kind::Topic, &name)
    }

    /// Our destination for one of the broker's topics; none if it is not one of ours.
    pub(super) fn to_ours(self, destination: &str) -> Option<String> {
        if self.dialect == Dialect::Other {
            return Some(destination.to_owned());
        }
        let name = destination.strip_prefix(self.dialect.prefix(Kind::Topic))?;
        if self.dialect.is_about_itself(name) {
            return None;
        }
        let decoded;
        let name = match self.dialect {
            // It escapes what it says, but not what it is told.
            Dialect::RabbitMq => {
                decoded = unescape(name, '%')?;
                &decoded
            }
            _ => name,
        };
        let mut ours = String::with_capacity(destination.len());
        let name = match name.strip_prefix(ELSEWHERE) {
            Some(rest) => rest,
            None => {
                ours.push_str("/topic");
                name
            }
        };
        for (number, segment) in name.split('.').enumerate() {
            // Behind the first slash stands what the application separates in its own way.
            ours.push(if number == 0 { '/' } else { self.separator });
            if segment != EMPTY {
                ours.push_str(&unescape(segment, '~')?);
            }
        }
        Some(ours)
    }

    /// What stands between the separators, behind `/topic` or `/queue`; and the mark for what is not
    /// below these.
    fn segments(self, destination: &str, kind: Kind) -> (&'static str, Split<'_, char>) {
        let (mark, rest) = match destination.strip_prefix(kind.prefix()) {
            Some(rest) => ("", rest),
            // Prefixes of a relay begin with a slash.
            None => (ELSEWHERE, destination.get(1..).unwrap_or_default()),
        };
        (mark, rest.split(self.separator))
    }

    fn checked(self, kind: Kind, name: &str) -> Result<String, MessagingError> {
        let refused = |detail: &'static str| {
            Err(MessagingError::new(ErrorCode::BadDestination).with_detail(detail))
        };
        if name.len() > MAX_NAME {
            return refused(
                "the destination is too long for the broker; it may have 255 bytes there",
            );
        }
        if self.dialect.is_about_itself(name) {
            return refused("destinations that begin with ActiveMQ are the broker's own");
        }
        Ok(format!("{}{name}", self.dialect.prefix(kind)))
    }
}

const ELSEWHERE: &str = "~-.";
const EMPTY: &str = "~_";

fn write_segment(segment: &str, name: &mut String) {
    if segment.is_empty() {
        name.push_str(EMPTY);
    }
    for letter in segment.chars() {
        if letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_') || !letter.is_ascii() {
            name.push(letter);
        } else {
            // A `String` takes everything.
            let _ = write!(name, "~{:02X}", u32::from(letter));
        }
    }
}

/// Puts the bytes back that are written as `mark` and two hexadecimal digits.
fn unescape(text: &str, mark: char) -> Option<String> {
    if !text.contains(mark) {
        return Some(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut parts = text.split(mark);
    bytes.extend(parts.next()?.as_bytes());
    for part in parts {
        let (digits, rest) = (part.get(..2)?, part.get(2..)?);
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend(rest.as_bytes());
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RABBITMQ: Translation = Translation {
        dialect: Dialect::RabbitMq,
        separator: '/',
    };
    const ACTIVEMQ: Translation = Translation {
        dialect: Dialect::ActiveMq,
        separator: '/',
    };

    const ARTEMIS: Translation = Translation {
        dialect: Dialect::Artemis,
        separator: '/',
    };

    #[test]
    fn destinations_become_the_brokers_own() {
        let dots = Translation {
            separator: '.',
            ..RABBITMQ
        };
        for (translation, ours, kind, theirs) in [
            (RABBITMQ, "/topic/rooms/7", Kind::Topic, "/topic/rooms.7"),
            (RABBITMQ, "/topic/v1.2/*", Kind::Topic, "/topic/v1~2E2.~2A"),
            (RABBITMQ, "/topic", Kind::Topic, "/topic/~-.topic"),
            (RABBITMQ, "/news/a", Kind::Topic, "/topic/~-.news.a"),
            (RABBITMQ, "/topic//a", Kind::Topic, "/topic/~_.a"),
            (
                RABBITMQ,
                "/queue/a/b~,?",
                Kind::Queue,
                "/queue/a.b~7E~2C~3F",
            ),
            (dots, "/topic/rooms.7", Kind::Topic, "/topic/rooms.7"),
            (dots, "/topic/a/b", Kind::Topic, "/topic/a~2Fb"),
            (ARTEMIS, "/topic/rooms/7", Kind::Topic, "topic.rooms.7"),
            (ARTEMIS, "/queue/jobs", Kind::Queue, "queue.jobs"),
            (ARTEMIS, "/news/a", Kind::Topic, "topic.~-.news.a"),
        ] {
            assert_eq!(translation.to_broker(ours, kind).unwrap(), theirs);
        }
        for refused in [
            "/topic/ActiveMQ/Advisory/Connection",
            &format!("/topic/{}", "~".repeat(90)),
        ] {
            let error = ACTIVEMQ.to_broker(refused, Kind::Topic).unwrap_err();
            assert_eq!(error.code(), ErrorCode::BadDestination);
        }
    }

    #[test]
    fn patterns_become_what_the_broker_has() {
        for (pattern, rabbitmq, activemq) in [
            ("/topic/*", "*", "*"),
            ("/topic/rooms/*/said", "rooms.*.said", "rooms.*.said"),
            ("/topic/rooms/r?/{x}", "rooms.*.*", "rooms.*.*"),
            ("/topic/**", "#", ">"),
            ("/topic/a/**/b", "a.#.b", "a.>"),
        ] {
            for (translation, theirs) in [(RABBITMQ, rabbitmq), (ACTIVEMQ, activemq)] {
                let translated = translation.pattern_to_broker(pattern).unwrap();
                assert_eq!(translated, format!("/topic/{theirs}"));
            }
            let artemis = ARTEMIS.pattern_to_broker(pattern).unwrap();
            assert_eq!(artemis, format!("topic.{}", activemq.replace('>', "#")));
        }
    }

    #[test]
    fn what_rabbitmq_escapes_is_read() {
        for (theirs, ours) in [
            ("/topic/%C3%BC.%C3%A4", Some("/topic/ü/ä")),
            ("/topic/~-.news.a~2Eb", Some("/news/a.b")),
            ("/topic/~zz", None),
            ("/topic/%zz", None),
            ("/exchange/x/y", None),
        ] {
            assert_eq!(RABBITMQ.to_ours(theirs).as_deref(), ours, "{theirs}");
        }
    }

    proptest! {
        #[test]
        fn what_goes_there_comes_back(destination in "/(topic|news)(/[a-z./~%_ü*#>,? -]{0,6}){1,4}") {
            for translation in [RABBITMQ, ACTIVEMQ, ARTEMIS] {
                if let Ok(theirs) = translation.to_broker(&destination, Kind::Topic) {
                    let back = translation.to_ours(&theirs);
                    prop_assert_eq!(back.as_deref(), Some(&*destination), "{}", theirs);
                }
            }
        }
    }
}
