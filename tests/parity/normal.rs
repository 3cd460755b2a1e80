//! Taking out of a transcript what is different in every run.

use std::collections::BTreeMap;

use crate::frame::Frame;
use crate::notation::Variables;
use crate::transcript::{Content, Event, Transcript};

/// Text of an ERROR frame that is followed by a session id.
const BEFORE_SESSION_ID: &str = "Unknown session\\c ";

/// Normalises all events:
///
/// - values that the session took from the server become `<name>`;
/// - message ids are numbered per client in order of appearance, unless `script` itself contains them;
/// - a session id that is only told in a header becomes `<session>`;
/// - consecutive heart-beats become one.
pub(crate) fn normalise(transcript: &mut Transcript, variables: &Variables, script: &str) {
    for (_, events) in &mut transcript.clients {
        let mut ids = BTreeMap::new();
        for event in events.iter_mut() {
            match event {
                Event::Message(payload) => match &mut payload.content {
                    Content::Frame(frame) => normalise_frame(frame, variables, script, &mut ids),
                    Content::Bytes(bytes) => *bytes = replace_bytes(bytes, variables),
                },
                Event::Http(http) => http.body = replace_bytes(&http.body, variables),
                Event::Line(line) => *line = replace(line, variables),
            }
        }
        let heart_beat = Event::Line("heart-beat".to_owned());
        events.dedup_by(|next, event| *event == heart_beat && *next == heart_beat);
    }
}

fn normalise_frame(
    frame: &mut Frame,
    variables: &Variables,
    script: &str,
    ids: &mut BTreeMap<String, usize>,
) {
    for (name, value) in &mut frame.headers {
        // What a client is to acknowledge is named by an id of the same kind.
        let is_id = name == "message-id" || (name == "ack" && frame.command == "MESSAGE");
        if is_id && !script.contains(value.as_str()) {
            let number = ids.len() + 1;
            let number = ids.entry(value.clone()).or_insert(number);
            *value = format!("<id {number}>");
        } else if frame.command == "CONNECTED" && name == "session" {
            "<session>".clone_into(value);
        } else if value.starts_with(BEFORE_SESSION_ID) {
            *value = format!("{BEFORE_SESSION_ID}<session>");
        } else if name != "content-length" {
            *value = replace(value, variables);
        }
    }
    let body = replace_bytes(&frame.body, variables);
    if body != frame.body {
        // The length says how long the replaced value was.
        for (_, value) in frame.headers.iter_mut().filter(|h| h.0 == "content-length") {
            *value = body.len().to_string();
        }
        frame.body = body;
    }
}

fn replace(text: &str, variables: &Variables) -> String {
    variables
        .iter()
        .fold(text.to_owned(), |text, (name, value)| {
            text.replace(value.as_str(), &format!("<{name}>"))
        })
}

fn replace_bytes(bytes: &[u8], variables: &Variables) -> Vec<u8> {
    match std::str::from_utf8(bytes) {
        Ok(text) => replace(text, variables).into_bytes(),
        Err(_) => bytes.to_vec(),
    }
}
