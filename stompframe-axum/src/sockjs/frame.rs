//! The frames of SockJS, and how each transport wraps them.

use std::borrow::Cow;
use std::fmt::Write as _;

use bytes::Bytes;
use stompframe_core::session::{Close, OutgoingFrame};

/// For who wants to receive although somebody does already.
pub(super) const BUSY: Close = Close::new(2010, Cow::Borrowed("Another connection still open"));

/// For who comes back after a request was cut off.
pub(super) const INTERRUPTED: Close = Close::new(1002, Cow::Borrowed("Connection interrupted"));

/// What a receiver is told next.
#[derive(Debug)]
pub(super) enum Output {
    Open,
    Messages(Vec<OutgoingFrame>),
    HeartBeat,
    /// The transport is to ask for a sign of life; no frame.
    Ping,
    /// Nothing follows.
    Close(Close),
}

impl Output {
    pub(super) const fn is_last(&self) -> bool {
        matches!(self, Self::Close(_))
    }

    /// The frame as SockJS writes it.
    pub(super) fn frame(&self) -> String {
        match self {
            Self::Open => "o".to_owned(),
            Self::HeartBeat => "h".to_owned(),
            Self::Ping => String::new(),
            Self::Messages(messages) => {
                let length: usize = messages.iter().map(|one| one.as_bytes().len() + 3).sum();
                let mut frame = String::with_capacity(length + length / 8 + 2);
                frame.push_str("a[");
                for (at, message) in messages.iter().enumerate() {
                    if at > 0 {
                        frame.push(',');
                    }
                    if let Some(text) = message.as_text() {
                        quote(text, &mut frame);
                    }
                }
                frame.push(']');
                frame
            }
            Self::Close(close) => {
                let mut frame = format!("c[{},", close.code());
                quote(close.reason(), &mut frame);
                frame.push(']');
                frame
            }
        }
    }
}

/// How a response carries frames.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// Each on a line.
    Line,
    /// As an event.
    Event,
    /// As a script that hands it to the page around it.
    Script,
    /// As a script that hands it to this function.
    Callback(String),
}

impl Format {
    pub(super) fn wrap(&self, frame: String) -> Bytes {
        let wrapped = match self {
            Self::Line => frame + "\n",
            // Clients decode the data as an address.
            Self::Event => format!("data: {}\r\n\r\n", frame.replace('%', "%25")),
            Self::Script => {
                let mut script = "<script>\np(".to_owned();
                quote_for_script(&frame, &mut script);
                script + ");\n</script>\r\n"
            }
            Self::Callback(function) => {
                let mut script = format!("/**/{function}(");
                quote_for_script(&frame, &mut script);
                script + ");\r\n"
            }
        };
        wrapped.into()
    }
}

/// Writes a text as a string of JSON, with all that browsers were seen to mangle as escapes.
fn quote(text: &str, into: &mut String) {
    into.push('"');
    let mut plain = 0;
    // All others are one byte, or begin with another one.
    let suspects = text
        .bytes()
        .enumerate()
        .filter(|(_, byte)| matches!(byte, ..0x20 | b'"' | b'\\' | 0xe2 | 0xef));
    for (at, byte) in suspects {
        let Some(letter) = text[at..].chars().next() else {
            break;
        };
        if byte >= 0x80 && !is_mangled(letter) {
            continue;
        }
        into.push_str(&text[plain..at]);
        plain = at + letter.len_utf8();
        escape(letter, into);
    }
    into.push_str(&text[plain..]);
    into.push('"');
}

const fn is_mangled(letter: char) -> bool {
    matches!(letter,
        '\u{200c}'..='\u{200f}'
        | '\u{2028}'..='\u{202f}'
        | '\u{2060}'..='\u{206f}'
        | '\u{fff0}'..='\u{ffff}')
}

fn escape(letter: char, into: &mut String) {
    match letter {
        '"' => into.push_str("\\\""),
        '\\' => into.push_str("\\\\"),
        '\n' => into.push_str("\\n"),
        '\r' => into.push_str("\\r"),
        '\t' => into.push_str("\\t"),
        other => {
            let _ = write!(into, "\\u{:04x}", u32::from(other));
        }
    }
}

/// The same inside of a script inside of a page: nothing in it ends the script or begins a tag.
fn quote_for_script(text: &str, into: &mut String) {
    let mut quoted = String::with_capacity(text.len() + text.len() / 4 + 2);
    quote(text, &mut quoted);
    for letter in quoted.chars() {
        match letter {
            '<' | '>' | '&' => escape(letter, into),
            other => into.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(text: &str) -> String {
        let mut quoted = String::new();
        quote(text, &mut quoted);
        quoted
    }

    fn messages(texts: &[&'static str]) -> Output {
        let text = |text: &&'static str| OutgoingFrame::text(*text);
        Output::Messages(texts.iter().map(text).collect())
    }

    #[test]
    fn k_25_the_four_frames() {
        assert_eq!(Output::Open.frame(), "o");
        assert_eq!(Output::HeartBeat.frame(), "h");
        assert_eq!(messages(&["x"]).frame(), r#"a["x"]"#);
        assert_eq!(messages(&["x", "", "\""]).frame(), r#"a["x","","\""]"#);
        assert_eq!(
            Output::Close(Close::new(3000, "Go away!".into())).frame(),
            r#"c[3000,"Go away!"]"#
        );
        assert_eq!(
            Output::Close(BUSY).frame(),
            r#"c[2010,"Another connection still open"]"#
        );
    }

    #[test]
    fn k_27_every_character_comes_back_and_what_browsers_mangle_goes_as_an_escape() {
        for letter in '\0'..=char::MAX {
            let written = quoted(&format!("a{letter}b"));
            let read: String = serde_json::from_str(&written).unwrap();
            assert_eq!(read, format!("a{letter}b"));
            let value = u32::from(letter);
            let has_to_be_escaped = matches!(value,
                0..=0x1f | 0x200c..=0x200f | 0x2028..=0x202f | 0x2060..=0x206f | 0xfff0..=0xffff);
            assert_eq!(
                has_to_be_escaped,
                !written.contains(letter),
                "{value:x}: {written}"
            );
            if value > 0xff && has_to_be_escaped {
                assert_eq!(written, format!("\"a\\u{value:04x}b\""));
            }
        }
        assert_eq!(quoted("  \0\n\r "), r#""  \u0000\n\r ""#);
    }

    #[test]
    fn k_40_events_are_read_as_addresses() {
        let event = Format::Event.wrap(messages(&["100%41 \n"]).frame());
        assert_eq!(event, "data: a[\"100%2541 \\n\"]\r\n\r\n");
    }

    #[test]
    fn k_41_k_42_nothing_in_a_script_ends_it() {
        let frame = messages(&["x</script><!--"]).frame();
        let script = Format::Script.wrap(frame.clone());
        let expected = r#"p("a[\"x\u003c/script\u003e\u003c!--\"]");"#;
        assert_eq!(script, format!("<script>\n{expected}\n</script>\r\n"));
        let call = Format::Callback("c".to_owned()).wrap(Output::Open.frame());
        assert_eq!(call, "/**/c(\"o\");\r\n");
        let call = Format::Callback("c".to_owned()).wrap(frame);
        assert!(call.starts_with(br#"/**/c("a[\"x\u003c/"#), "{call:?}");
    }
}
