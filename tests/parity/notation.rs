//! The notation for bytes that sessions and transcripts share.
//!
//! A block is a run of lines that start with `|`. Line breaks between its lines are LF, there is none
//! after the last. `^@` is NUL, `^^` a caret, `^{70000*x}` a repeated character or escape, and
//! `\n \r \t \\ \xNN` are what they are in C. Only sessions have `^/`, where the next WebSocket
//! message begins, `^&`, where the next fragment of the same message begins, and `${name}`, a value
//! that the session took from the server.

use std::collections::BTreeMap;

/// Values that a session took from the server, by name.
pub(crate) type Variables = BTreeMap<String, String>;

/// A piece of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Bytes to send.
    Bytes(Vec<u8>),
    /// The WebSocket message ends here.
    NextMessage,
    /// The fragment ends here, the WebSocket message does not.
    NextFragment,
}

/// Reads a block.
pub(crate) fn decode(text: &str, variables: &Variables) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '\\' => rest = escape(rest, &mut bytes)?,
            '^' => {
                let mark = rest.chars().next().ok_or("a caret at the end")?;
                rest = &rest[mark.len_utf8()..];
                match mark {
                    '@' => bytes.push(0),
                    '^' => bytes.push(b'^'),
                    '/' | '&' => {
                        pieces.push(Piece::Bytes(std::mem::take(&mut bytes)));
                        pieces.push(if mark == '/' {
                            Piece::NextMessage
                        } else {
                            Piece::NextFragment
                        });
                    }
                    '{' => rest = repeat(rest, &mut bytes)?,
                    other => return Err(format!("unknown mark ^{other}")),
                }
            }
            '$' if rest.starts_with('{') => {
                let end = rest.find('}').ok_or("a variable without an end")?;
                let name = &rest[1..end];
                let value = variables
                    .get(name)
                    .ok_or_else(|| format!("no variable {name}"))?;
                bytes.extend_from_slice(value.as_bytes());
                rest = &rest[end + 1..];
            }
            other => bytes.extend_from_slice(other.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    pieces.push(Piece::Bytes(bytes));
    Ok(pieces)
}

/// Reads a block that has no boundaries in it.
pub(crate) fn decode_plain(text: &str, variables: &Variables) -> Result<Vec<u8>, String> {
    match decode(text, variables)?.as_slice() {
        [Piece::Bytes(bytes)] => Ok(bytes.clone()),
        _ => Err("no boundary is allowed here".to_owned()),
    }
}

/// Reads what follows a backslash; returns what is left.
fn escape<'t>(rest: &'t str, bytes: &mut Vec<u8>) -> Result<&'t str, String> {
    let name = rest.chars().next().ok_or("a backslash at the end")?;
    let after = &rest[name.len_utf8()..];
    match name {
        'n' => bytes.push(b'\n'),
        'r' => bytes.push(b'\r'),
        't' => bytes.push(b'\t'),
        '\\' => bytes.push(b'\\'),
        'x' => {
            let digits = after.get(..2).ok_or("\\x needs two digits")?;
            bytes.push(u8::from_str_radix(digits, 16).map_err(|e| e.to_string())?);
            return Ok(&after[2..]);
        }
        other => return Err(format!("unknown escape \\{other}")),
    }
    Ok(after)
}

/// Reads `N*x}`; returns what is left.
fn repeat<'t>(rest: &'t str, bytes: &mut Vec<u8>) -> Result<&'t str, String> {
    let (count, tail) = rest.split_once('*').ok_or("^{ needs N*x}")?;
    let count: usize = count.parse().map_err(|_| "^{ needs a number")?;
    let (unit, tail) = tail.split_once('}').ok_or("^{ needs a }")?;
    let unit = decode_plain(unit, &Variables::new())?;
    bytes.extend(unit.repeat(count));
    Ok(tail)
}

/// Runs of one character that are longer than this are written as a repetition.
const RUN: usize = 40;

/// Writes bytes as the text of a block.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.utf8_chunks() {
        let mut chars = chunk.valid().chars().peekable();
        while let Some(c) = chars.next() {
            let mut count = 1;
            while chars.next_if_eq(&c).is_some() {
                count += 1;
            }
            let shown = show(c);
            if count > RUN {
                out.push_str(&format!("^{{{count}*{shown}}}"));
            } else {
                out.push_str(&shown.repeat(count));
            }
        }
        for byte in chunk.invalid() {
            out.push_str(&format!("\\x{byte:02x}"));
        }
    }
    out
}

/// One character in the notation.
fn show(c: char) -> String {
    match c {
        '\0' => "^@".to_owned(),
        '^' => "^^".to_owned(),
        '\\' => "\\\\".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        '\n' => "\n".to_owned(),
        c if c.is_ascii_control() => format!("\\x{:02x}", u32::from(c)),
        c => c.to_string(),
    }
}

/// Writes a block: every line indented and behind a bar.
pub(crate) fn block(bytes: &[u8]) -> String {
    let mut out = String::new();
    for line in encode(bytes).split('\n') {
        out.push_str(if line.is_empty() { "  |" } else { "  | " });
        out.push_str(line);
        out.push('\n');
    }
    out
}

#[test]
fn bytes_survive_the_notation() {
    let bytes = b"SEND\na:^\\n\r\n\n\xff\x01${x}\0".to_vec();
    let text = encode(&bytes).replace("${x}", "$\\x7bx}");
    assert_eq!(decode_plain(&text, &Variables::new()), Ok(bytes));
    let long = vec![b'x'; 100];
    assert_eq!(encode(&long), "^{100*x}");
    assert_eq!(decode_plain("^{100*x}", &Variables::new()), Ok(long));
}
