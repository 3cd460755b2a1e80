//! Rules over arbitrary input.

use proptest::prelude::*;

use super::*;

fn any_version() -> impl Strategy<Value = Version> {
    proptest::sample::select(Version::ALL.as_slice())
}

/// Small enough that short inputs reach every limit.
pub(super) fn tight() -> FrameLimits {
    FrameLimits::default()
        .with_max_frame(80)
        .with_max_head(50)
        .with_max_header_line(24)
        .with_max_headers(3)
}

/// Text in which the characters that matter are frequent.
fn text() -> impl Strategy<Value = String> {
    let special = proptest::sample::select(vec!['\r', '\n', ':', '\\', '\0', ' ', 'n', 'c', 'r']);
    let character = prop_oneof![3 => special, 2 => any::<char>()];
    proptest::collection::vec(character, 0..12).prop_map(String::from_iter)
}

/// Bytes that look like frames, whole and broken.
pub(super) fn wire() -> impl Strategy<Value = Vec<u8>> {
    let token = proptest::sample::select(vec![
        "SEND\n",
        "SEND\n",
        "CONNECT\r\n",
        "ACK\n",
        "FOO\n",
        "MESSAGE\n",
        "a:b\n",
        "a\\c:\\n\r\n",
        "receipt:1\n",
        "content-length:3\n",
        "content-length:9\n",
        "content-length:80\n",
        "id:\n",
        ":\n",
        "abc",
        "\\",
        "\r",
        "\n",
        "\r\n",
        "\0",
        "\0",
        "\n\0",
        "\n\nabc\0",
        "é",
        "a-rather-long-header-name",
    ]);
    let token = token.prop_map(|token| token.as_bytes().to_vec());
    let noise = proptest::collection::vec(any::<u8>(), 1..4);
    proptest::collection::vec(prop_oneof![12 => token, 1 => noise], 0..24)
        .prop_map(|parts| parts.concat())
}

/// Feeds chunks of the given sizes, over and over, and checks what is held after each.
fn feed_in_chunks(
    mut decoder: Decoder,
    bytes: &[u8],
    sizes: &[usize],
) -> (Vec<Frame>, Option<DecodeErrorKind>) {
    let mut frames = Vec::new();
    let mut rest = bytes;
    for size in sizes.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (chunk, after) = rest.split_at(rest.len().min(*size));
        rest = after;
        decoder.push(Bytes::copy_from_slice(chunk));
        let (more, error) = drain(&mut decoder);
        frames.extend(more);
        assert!(
            decoder.buffered() <= tight().max_frame,
            "{} octets held",
            decoder.buffered()
        );
        if let Some(error) = error {
            assert_eq!(decoder.buffered(), 0);
            return (frames, Some(error.kind()));
        }
    }
    (frames, None)
}

/// What a frame looks like after the wire: headers that `version` cannot express are gone, and a
/// body is counted.
fn expected(frame: &Frame, version: Version) -> Frame {
    let literal = !frame.command.is_escaped(version);
    let mut frame = frame.clone();
    frame.headers.retain(|name, value| {
        let both = || name.chars().chain(value.chars());
        let never: &[char] = match version {
            _ if literal => &['\0', '\r', '\n'],
            Version::V1_0 | Version::V1_1 => &['\0', '\r'],
            Version::V1_2 => &['\0'],
        };
        !(name.is_empty()
            || both().any(|c| never.contains(&c))
            || literal && name.contains(':')
            || version == Version::V1_0 && value.is_empty())
    });
    if version == Version::V1_0 {
        frame.headers.trim_values();
    }
    if !frame.body.is_empty() {
        frame
            .headers
            .push("content-length", frame.body.len().to_string());
    }
    frame
}

proptest! {
    #[test]
    fn g_16_any_split_gives_the_same_events(
        bytes in wire(),
        sizes in proptest::collection::vec(1usize..9, 1..6),
        version in proptest::option::of(any_version()),
    ) {
        let new = || {
            let mut decoder = Decoder::for_server(tight());
            if let Some(version) = version {
                decoder.set_version(version);
            }
            decoder
        };
        let whole = feed_in_chunks(new(), &bytes, &[usize::MAX]);
        prop_assert_eq!(&feed_in_chunks(new(), &bytes, &[1]), &whole);
        prop_assert_eq!(&feed_in_chunks(new(), &bytes, &sizes), &whole);
    }

    #[test]
    fn e_04_decoding_reverses_encoding(
        command in proptest::sample::select(vec![Command::Message, Command::Error]),
        headers in proptest::collection::vec((text(), text()), 0..6),
        body in proptest::collection::vec(any::<u8>(), 0..40),
        version in any_version(),
    ) {
        let frame = Frame { headers: headers.into_iter().collect(), ..Frame::new(command) }
            .with_body(body);
        let encoded = encode(&frame, version).unwrap();
        let expected = expected(&frame, version);
        let added = usize::from(!frame.body.is_empty());
        prop_assert_eq!(encoded.omitted, frame.headers.len() + added - expected.headers.len());

        // Twice, so that a frame that is longer or shorter than it says shows.
        let twice = [&*encoded.bytes, &*encoded.bytes].concat();
        let (frames, error) = feed(decoder_for(command, version), twice);
        prop_assert_eq!(error, None);
        prop_assert_eq!(frames, vec![expected.clone(), expected]);
    }

    #[test]
    fn e_09_a_session_frame_is_refused_or_read_back_as_it_was(
        command in proptest::sample::select(
            vec![Command::Connect, Command::Stomp, Command::Connected],
        ),
        headers in proptest::collection::vec((text(), text()), 0..3),
        version in any_version(),
    ) {
        let frame = Frame { headers: headers.into_iter().collect(), ..Frame::new(command) };
        if let Ok(encoded) = encode(&frame, version) {
            let (frames, error) = feed(decoder_for(command, version), &encoded.bytes);
            prop_assert_eq!(error, None);
            prop_assert_eq!(frames, vec![expected(&frame, version)]);
        }
    }

    #[test]
    fn no_input_panics_or_is_held_beyond_the_limits(
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
        size in 1usize..40,
    ) {
        feed_in_chunks(Decoder::for_server(tight()), &bytes, &[size]);
        feed_in_chunks(Decoder::for_client(tight()), &bytes, &[size]);
    }

    #[test]
    fn e_11_an_error_text_needs_no_escape_in_any_version(bytes in wire()) {
        if let Some(error) = feed(Decoder::for_server(tight()), &bytes).1 {
            let text = error.to_string();
            prop_assert!(text.bytes().all(|octet| matches!(octet, b' '..=b'~')), "{}", text);
            prop_assert!(!text.contains([':', '\\']), "{}", text);
        }
    }
}
