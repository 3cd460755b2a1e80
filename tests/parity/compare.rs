//! When two transcripts are the same on the wire.
//!
//! The same means: per client the same events in the same order, and in every frame the same command,
//! body and headers. The order of headers with different names does not count, since STOMP gives it no
//! meaning; of headers with the same name it does. Headers that the verdict file allows may be added.

use std::collections::BTreeMap;

use crate::transcript::{Content, Event, Transcript};

/// Headers that only the twin has and that need no verdict: command to names.
pub(crate) type Allowed = BTreeMap<String, Vec<String>>;

/// Whether the twin's transcript is the same as Spring's.
pub(crate) fn same(spring: &Transcript, twin: &Transcript, allowed: &Allowed) -> bool {
    let mut twin = twin.clone();
    for ((_, ours), (_, theirs)) in twin.clients.iter_mut().zip(&spring.clients) {
        for (our, their) in ours.iter_mut().zip(theirs) {
            drop_allowed(our, their, allowed);
        }
    }
    sorted(spring) == sorted(&twin)
}

/// Drops allowed headers that the other side does not have.
fn drop_allowed(our: &mut Event, their: &Event, allowed: &Allowed) {
    let (Event::Message(our), Event::Message(their)) = (our, their) else {
        return;
    };
    let (Content::Frame(our), Content::Frame(their)) = (&mut our.content, &their.content) else {
        return;
    };
    if let Some(names) = allowed.get(&our.command) {
        our.headers
            .retain(|(name, _)| !names.contains(name) || their.header(name).is_some());
    }
}

fn sorted(transcript: &Transcript) -> Transcript {
    let mut transcript = transcript.clone();
    let events = transcript.clients.iter_mut().flat_map(|(_, events)| events);
    for event in events {
        if let Event::Message(payload) = event
            && let Content::Frame(frame) = &mut payload.content
        {
            frame.headers.sort_by(|a, b| a.0.cmp(&b.0));
        }
    }
    transcript
}

/// The lines in which two texts differ, with those around them left out.
pub(crate) fn diff(expected: &str, actual: &str) -> String {
    let (expected, actual): (Vec<_>, Vec<_>) =
        (expected.lines().collect(), actual.lines().collect());
    let start = expected
        .iter()
        .zip(&actual)
        .take_while(|(a, b)| a == b)
        .count();
    let end = expected[start..]
        .iter()
        .rev()
        .zip(actual[start..].iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let mut out = String::new();
    if start > 0 {
        out.push_str(&format!("      {}\n", expected[start - 1]));
    }
    for line in &expected[start..expected.len() - end] {
        out.push_str(&format!("    - {line}\n"));
    }
    for line in &actual[start..actual.len() - end] {
        out.push_str(&format!("    + {line}\n"));
    }
    out
}

#[test]
fn only_header_order_and_allowed_headers_are_overlooked() {
    let read = |text: &str| Transcript::from_text(text).unwrap();
    let spring = read("[a]\ntext\n  | MESSAGE\n  | a:1\n  | b:2\n  |\n  | x^@\n");
    let moved = read("[a]\ntext\n  | MESSAGE\n  | b:2\n  | a:1\n  |\n  | x^@\n");
    let more = read("[a]\ntext\n  | MESSAGE\n  | b:2\n  | a:1\n  | c:3\n  |\n  | x^@\n");
    let other = read("[a]\ntext\n  | MESSAGE\n  | b:2\n  | a:1\n  |\n  | y^@\n");
    let allowed = Allowed::from([("MESSAGE".to_owned(), vec!["c".to_owned()])]);
    assert!(same(&spring, &moved, &Allowed::new()));
    assert!(!same(&spring, &more, &Allowed::new()));
    assert!(same(&spring, &more, &allowed));
    assert!(!same(&more, &spring, &allowed));
    assert!(!same(&spring, &other, &allowed));
}
