//! The types around the codec.

use bytestring::ByteString;

use super::*;
use crate::stomp::{FrameWriter, Headers, MessageTemplate, encode_message};
use Version::{V1_0, V1_1, V1_2};

#[test]
fn commands_read_back_as_written() {
    for command in COMMANDS {
        assert_eq!(
            Command::from_bytes(command.as_str().as_bytes()),
            Some(command)
        );
        assert_eq!(command.to_string(), command.as_str());
    }
    assert_eq!(Command::from_bytes(b""), None);
}

#[test]
fn headers_are_an_ordered_multimap() {
    let mut headers = Headers::from([("a", "1"), ("b", "2"), ("a", "3")]);
    assert_eq!((headers.len(), headers.get("a")), (3, Some("1")));
    assert!(headers.contains("b") && !headers.contains("c"));
    headers.push("c", String::from("4"));
    headers.set("d", ByteString::from_static("5"));
    assert_eq!(headers.remove("a").as_deref(), Some("1"));
    assert_eq!(headers.remove("a"), None);
    headers.retain(|name, _| name != "b");
    assert_eq!(headers.iter().collect::<Vec<_>>(), [("c", "4"), ("d", "5")]);
    headers.extend([("e", "6")]);
    assert_eq!(
        headers,
        Headers::from_iter([("c", "4"), ("d", "5"), ("e", "6")])
    );
    assert!(Headers::new().is_empty());
}

#[test]
fn c_19_debug_output_hides_credentials_and_bodies() {
    let frame = Frame::new(Command::Connect)
        .with_header("host", "me")
        .with_header("login", "s3cret")
        .with_header("passcode", "s3cret")
        .with_header("Authorization", "s3cret")
        .with_header("PASSCODE", "s3cret")
        .with_body("s3cret");
    let text = format!("{frame:?}");
    assert!(!text.contains("s3cret"), "{text}");
    assert_eq!(text.matches("***").count(), 4);
    assert!(text.contains("\"me\"") && text.contains("body_len: 6"));

    let mut decoder = server(None);
    decoder.push(Bytes::from_static(b"CONNECT\npasscode:s3cret\n\ns3cret"));
    assert!(!format!("{decoder:?}").contains("s3cret"));
    assert_eq!(decoder.next(), Ok(None));
    assert!(!format!("{decoder:?}").contains("s3cret"));
}

#[test]
fn the_writer_and_the_template_write_what_encode_writes() {
    let frame = Frame::new(Command::Message)
        .with_header("subscription", "s:1")
        .with_header("cr", "\r")
        .with_header("destination", "/a")
        .with_body("hi");
    for version in [V1_0, V1_1, V1_2] {
        let expected = encode(&frame, version).unwrap();
        let mut writer = FrameWriter::new(Command::Message, version);
        for (name, value) in &frame.headers {
            writer.header(name, value);
        }
        assert_eq!(writer.finish(b"hi").unwrap(), expected);
        let template = MessageTemplate::new(version, &[("cr", "\r"), ("destination", "/a")], b"hi");
        assert_eq!(template.fill(&[("subscription", "s:1")]), expected);
        let headers = [("subscription", "s:1"), ("cr", "\r"), ("destination", "/a")];
        assert_eq!(
            encode_message(version, headers.into_iter(), b"hi"),
            expected
        );
    }
}

#[test]
fn names_are_written_as_they_are() {
    for name in [
        "destination",
        "content-type",
        "subscription",
        "message-id",
        "x",
        "a-b",
    ] {
        for value in ["", "v", "1234567", "a\\b", "text/plain"] {
            let written = encode_message(V1_2, [(name, value)].into_iter(), b"").bytes;
            let value = value.replace('\\', r"\\");
            assert_eq!(written, format!("MESSAGE\n{name}:{value}\n\n\0"));
        }
    }
}

#[test]
fn encoded_sizes_are_exact() {
    let frame = Frame::new(Command::Message)
        .with_header("a:b", "\n\\")
        .with_header("nul", "\0")
        .with_header("content-length", "123456")
        .with_body("x".repeat(1234));
    for version in Version::ALL {
        let bytes = encode(&frame, version).unwrap().bytes;
        let len = bytes.len();
        assert_eq!(bytes.try_into_mut().unwrap().capacity(), len);
    }
}
