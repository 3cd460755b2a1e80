//! A stream of bytes, in pieces.
//!
//! Input: settings, the sizes of the pieces (one octet each, over and over), and all that is left
//! is the stream, whatever octets it has.

use bytes::Bytes;
use stompframe_core::stomp::{
    Command, DecodeError, Decoded, Decoder, Frame, FrameLimits, Version, encode,
};

use super::split_field;

/// Runs one input.
pub(crate) fn run(data: &[u8]) {
    let (settings, data) = split_field(data);
    let (sizes, stream) = split_field(data);
    let peer = Peer::new(settings);

    let whole = peer.read(stream, &[]);
    whole.assert_same(&peer.read(stream, &[1]));
    whole.assert_same(&peer.read(stream, sizes));
    for (frame, version) in &whole.frames {
        assert_said_again(frame, *version);
    }
}

/// Who reads, and under which limits. Letters in the settings choose, so that seeds can be read.
#[derive(Clone, Copy)]
struct Peer {
    is_client: bool,
    /// `None`: as in a session, the version is what CONNECT or CONNECTED says.
    version: Option<Version>,
    limits: FrameLimits,
}

/// What a peer made of a stream.
struct Reading {
    /// Each with the version that held for it.
    frames: Vec<(Frame, Option<Version>)>,
    error: Option<DecodeError>,
    is_mid_frame: bool,
}

impl Peer {
    fn new(settings: &[u8]) -> Self {
        let mut peer = Self {
            is_client: false,
            version: None,
            limits: FrameLimits::default(),
        };
        for letter in settings {
            match letter {
                b'c' => peer.is_client = true,
                b'0' => peer.version = Some(Version::V1_0),
                b'1' => peer.version = Some(Version::V1_1),
                b'2' => peer.version = Some(Version::V1_2),
                b't' => peer.limits = tight(),
                b'n' => peer.limits = nothing(),
                b'a' => peer.limits = anything(),
                _ => {}
            }
        }
        peer
    }

    fn decoder(self) -> Decoder {
        let mut decoder = if self.is_client {
            Decoder::for_client(self.limits)
        } else {
            Decoder::for_server(self.limits)
        };
        if let Some(version) = self.version {
            decoder.set_version(version);
        }
        decoder
    }

    /// Reads `stream` in pieces of `sizes`, and checks at each what is held. Without sizes, all of
    /// it at once.
    fn read(self, stream: &[u8], sizes: &[u8]) -> Reading {
        let mut decoder = self.decoder();
        let mut version = self.version;
        let mut reading = Reading {
            frames: Vec::new(),
            error: None,
            is_mid_frame: false,
        };
        for piece in pieces(stream, sizes) {
            decoder.push(Bytes::copy_from_slice(piece));
            loop {
                match decoder.next() {
                    Ok(Some(Decoded::Frame(frame))) => {
                        self.assert_fits(&frame);
                        let agreed = version.or_else(|| negotiated(&frame));
                        reading.frames.push((frame, version));
                        if let Some(agreed) = agreed {
                            decoder.set_version(agreed);
                            version = Some(agreed);
                        }
                    }
                    // Several in a row are one or more, depending on the pieces.
                    Ok(Some(Decoded::HeartBeat)) => {}
                    Ok(None) => break,
                    Err(error) => {
                        assert_dead(&mut decoder);
                        assert_speakable(&error);
                        reading.error = Some(error);
                        return reading;
                    }
                }
            }
            // A CR alone may be half an end of line.
            let limit = self.limits.max_frame.max(1);
            assert!(decoder.buffered() <= limit, "held: {}", decoder.buffered());
        }
        reading.is_mid_frame = decoder.is_mid_frame();
        reading
    }

    fn assert_fits(self, frame: &Frame) {
        let (command, limits) = (frame.command, self.limits);
        assert_eq!(command.is_client(), !self.is_client, "{command}");
        assert!(command.may_have_body() || frame.body.is_empty());
        assert!(frame.headers.len() <= limits.max_headers);

        // A name, a colon, a value and a line feed; escapes only make them longer.
        let lines = || frame.headers.iter().map(|(n, v)| n.len() + v.len() + 2);
        let head: usize = command.as_str().len() + 1 + lines().sum::<usize>() + 1;
        assert!(lines().all(|len| len - 1 <= limits.max_header_line));
        assert!(head <= limits.max_head);
        assert!(head + frame.body.len() <= limits.max_frame);
        assert!(frame.headers.iter().all(|(name, _)| !name.is_empty()));
        if let Some(length) = frame.header("content-length") {
            let body = frame.body.len().to_string();
            assert!(length == body || !command.may_have_body(), "{length}");
        }
    }
}

impl Reading {
    fn assert_same(&self, other: &Self) {
        assert_eq!(self.frames, other.frames);
        assert_eq!(self.is_mid_frame, other.is_mid_frame);
        let told = |error: &DecodeError| (error.kind(), error.command());
        assert_eq!(
            self.error.as_ref().map(told),
            other.error.as_ref().map(told)
        );

        // The receipt is there or not, as more or less of the frame had arrived; but it is the same.
        let receipt = |reading: &Self| {
            let error = reading.error.as_ref();
            error.and_then(|error| error.receipt().map(str::to_owned))
        };
        if let (Some(one), Some(other)) = (receipt(self), receipt(other)) {
            assert_eq!(one, other);
        }
    }
}

/// After an error nothing is held, taken or told.
fn assert_dead(decoder: &mut Decoder) {
    decoder.push(Bytes::from_static(b"SEND\ndestination:/a\n\n\0"));
    assert_eq!(decoder.next(), Ok(None));
    assert_eq!(decoder.buffered(), 0);
    assert!(!decoder.is_mid_frame());
}

/// The text of an error goes into an ERROR frame before a version is agreed.
fn assert_speakable(error: &DecodeError) {
    let text = error.to_string();
    let is_plain = |octet: u8| matches!(octet, b' '..=b'~') && !matches!(octet, b':' | b'\\');
    assert!(text.bytes().all(is_plain), "{text}");
}

/// What was understood can be written, and is understood as the same.
fn assert_said_again(frame: &Frame, version: Option<Version>) {
    let version = version.unwrap_or(Version::V1_2);
    let mut expected = frame.clone();
    expected.headers.remove("content-length");
    if version == Version::V1_0 {
        // Which does not know empty values.
        expected.headers.retain(|_, value| !value.is_empty());
    }
    let encoded = encode(frame, version).expect("a frame that was read can be written");

    let peer = Peer {
        is_client: !frame.command.is_client(),
        version: Some(version),
        limits: anything(),
    };
    let mut reading = peer.read(&encoded.bytes, &[]);
    assert_eq!(reading.error, None);
    let (mut again, _) = reading.frames.pop().expect("a frame");
    assert!(reading.frames.is_empty() && !reading.is_mid_frame);
    again.headers.remove("content-length");
    assert_eq!(again, expected);
}

/// What a session would agree to.
fn negotiated(frame: &Frame) -> Option<Version> {
    match frame.command {
        Command::Connect | Command::Stomp => Version::negotiate(frame.header("accept-version")),
        Command::Connected => Version::negotiate(frame.header("version")),
        _ => None,
    }
}

fn pieces<'a>(stream: &'a [u8], sizes: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    let sizes = if sizes.is_empty() { None } else { Some(sizes) };
    let mut sizes = sizes.into_iter().flatten().cycle();
    let mut rest = stream;
    std::iter::from_fn(move || {
        // Zero, an empty piece, would go on for ever.
        let size = sizes
            .next()
            .map_or(rest.len(), |size| usize::from(*size).max(1));
        let (piece, after) = rest.split_at(rest.len().min(size));
        rest = after;
        (!piece.is_empty()).then_some(piece)
    })
}

/// So that short inputs reach every limit.
fn tight() -> FrameLimits {
    FrameLimits::default()
        .with_max_frame(80)
        .with_max_head(50)
        .with_max_header_line(24)
        .with_max_headers(3)
}

fn nothing() -> FrameLimits {
    all(0)
}

fn anything() -> FrameLimits {
    all(usize::MAX)
}

fn all(limit: usize) -> FrameLimits {
    FrameLimits::default()
        .with_max_frame(limit)
        .with_max_head(limit)
        .with_max_header_line(limit)
        .with_max_headers(limit)
}
