//! Reading a complete head.

use std::borrow::Cow;

use bytes::Bytes;
use bytestring::ByteString;
use memchr::memchr;

use super::escape::Escaping;
use super::{Command, DecodeErrorKind, FrameLimits, GrammarRule, Headers, Version, decimal};

/// Splits a head into headers and resolves their escapes.
///
/// `head` runs from the command to the empty line. Headers without escapes are slices of it.
/// `version` is that of the session, if one is agreed already.
pub(super) fn parse(
    head: Bytes,
    command: Command,
    version: Option<Version>,
) -> Result<Headers, DecodeErrorKind> {
    let head = ByteString::try_from(head).map_err(|_| DecodeErrorKind::InvalidUtf8)?;
    let escaping = escaping(Some(command), version);
    let mut headers = Headers::new();
    let (_, mut rest) = cut_line(&head);
    loop {
        let line;
        (line, rest) = cut_line(rest);
        if line.is_empty() {
            break;
        }
        let (name, value) = split(line)?;
        let name = decode(&head, name, escaping)?;
        headers.push(name, decode(&head, value, escaping)?);
    }
    Ok(headers)
}

/// Applies to headers what their version and command demand.
pub(super) fn check(
    headers: &mut Headers,
    command: Command,
    version: Option<Version>,
) -> Result<(), DecodeErrorKind> {
    if is_padded(command, version, headers) {
        headers.trim_values();
    }
    check_identifiers(command, headers)
}

/// Returns the length of the body that the headers announce.
///
/// If the header is repeated the first one counts, as for every header; but they must agree,
/// because a peer behind us may see another one first and find the end of the frame somewhere else.
pub(super) fn content_length(headers: &Headers) -> Result<Option<u64>, DecodeErrorKind> {
    let mut values = headers.get_all("content-length");
    let Some(first) = values.next() else {
        return Ok(None);
    };
    let length = decimal::parse(first).ok_or(DecodeErrorKind::BadContentLength)?;
    // A number has one accepted spelling, so comparing the text compares the numbers.
    if values.any(|other| other != first) {
        return Err(DecodeErrorKind::ContentLengthConflict);
    }
    Ok(Some(length))
}

/// Looks for the `receipt` header in what has arrived of a head that could not be parsed.
///
/// `bytes` start with the command and may go on beyond the frame. The other lines may be broken in
/// any way.
pub(super) fn find_receipt(
    bytes: &[u8],
    command: Option<Command>,
    version: Option<Version>,
    limits: &FrameLimits,
) -> Option<ByteString> {
    if command.is_some_and(Command::is_connect) {
        return None;
    }
    let bytes = &bytes[..bytes.len().min(limits.max_head)];
    let bytes = &bytes[..memchr(0, bytes).unwrap_or(bytes.len())];
    let value = bytes
        .split_inclusive(|octet| *octet == b'\n')
        .skip(1)
        // An incomplete last line may lack a part of the value.
        .map_while(|line| line.strip_suffix(b"\n"))
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .take_while(|line| !line.is_empty())
        .filter(|line| line.len() <= limits.max_header_line)
        .find_map(|line| line.strip_prefix(b"receipt:"))?;

    let value = str::from_utf8(value)
        .ok()
        .filter(|value| !value.contains('\r'))?;
    let value = escaping(command, version).decode(value)?;
    let value = if version == Some(Version::V1_0) {
        trim(&value)
    } else {
        &value
    };
    Some(value.into())
}

/// Before a version is agreed only `CONNECT` and `CONNECTED` are legal, and those are never
/// escaped. Anything else is an error of the session to come, read by the rules of the newest
/// version.
fn escaping(command: Option<Command>, version: Option<Version>) -> Escaping {
    Escaping::of(
        command.unwrap_or(Command::Send),
        version.unwrap_or(Version::V1_2),
    )
}

/// Whether values may have blanks around them that do not count.
///
/// The examples of STOMP 1.0 put one behind the colon, so its clients do; from 1.1 on blanks are a
/// part of the value. A `CONNECT` without `accept-version` comes from a client that knows 1.0 only.
fn is_padded(command: Command, version: Option<Version>, headers: &Headers) -> bool {
    match version {
        Some(version) => version == Version::V1_0,
        None => command.is_connect() && !headers.contains("accept-version"),
    }
}

/// Refuses empty identifiers. Nothing can be meant by one, and the peer that sends it has lost a
/// variable.
///
/// Only headers that mean something to their command are looked at: on others the names are free
/// for users.
fn check_identifiers(command: Command, headers: &Headers) -> Result<(), DecodeErrorKind> {
    let identifiers: &[&'static str] = match command {
        Command::Send => &["destination", "transaction"],
        Command::Subscribe | Command::Unsubscribe => &["destination", "id"],
        Command::Ack | Command::Nack => &["id", "message-id", "subscription", "transaction"],
        Command::Begin | Command::Commit | Command::Abort => &["transaction"],
        _ => &[],
    };
    if headers.iter().all(|(_, value)| !value.is_empty()) {
        return Ok(());
    }
    match identifiers
        .iter()
        .find(|name| headers.get(name) == Some(""))
    {
        Some(name) => Err(DecodeErrorKind::EmptyHeader { name }),
        None => Ok(()),
    }
}

/// Splits at the first colon. Later ones are text: clients send addresses such as `http://…`
/// unescaped.
fn split(line: &str) -> Result<(&str, &str), DecodeErrorKind> {
    let broken = |rule| Err(DecodeErrorKind::MalformedFrame { rule });
    if line.contains('\r') {
        return broken(GrammarRule::StrayCarriageReturn);
    }
    match memchr(b':', line.as_bytes()) {
        None => broken(GrammarRule::MissingColon),
        Some(0) => broken(GrammarRule::EmptyHeaderName),
        Some(colon) => Ok((&line[..colon], &line[colon + 1..])),
    }
}

/// Resolves the escapes of `part`, a slice of `head`. Shares the text if there are none.
fn decode(
    head: &ByteString,
    part: &str,
    escaping: Escaping,
) -> Result<ByteString, DecodeErrorKind> {
    match escaping.decode(part).ok_or(DecodeErrorKind::BadEscape)? {
        Cow::Borrowed(part) => Ok(head.slice_ref(part)),
        Cow::Owned(decoded) => Ok(decoded.into()),
    }
}

/// The first line, without its end, and what follows.
fn cut_line(text: &str) -> (&str, &str) {
    let end = memchr(b'\n', text.as_bytes()).unwrap_or(text.len());
    let line = &text[..end];
    let rest = text.get(end + 1..).unwrap_or_default();
    (line.strip_suffix('\r').unwrap_or(line), rest)
}

fn trim(value: &str) -> &str {
    value.trim_matches([' ', '\t'])
}
