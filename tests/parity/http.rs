//! Literal HTTP requests, for handshakes that no WebSocket client would make.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::transcript::Http;

/// The response headers that a transcript shows.
const SHOWN: [&str; 12] = [
    "access-control-allow-credentials",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-origin",
    "access-control-max-age",
    "allow",
    "cache-control",
    "content-type",
    "sec-websocket-protocol",
    "sec-websocket-version",
    "upgrade",
    "x-frame-options",
];

/// Makes the record of a response: known headers only, sorted; the framework's error pages by kind.
pub(crate) fn response<'h>(
    status: u16,
    headers: impl Iterator<Item = (&'h str, &'h str)>,
    body: Vec<u8>,
) -> Http {
    let mut headers: Vec<(String, String)> = headers
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .map(|(name, value)| match name.as_str() {
            "allow" => (name, sorted_list(&value)),
            _ => (name, value),
        })
        .filter(|(name, _)| SHOWN.contains(&name.as_str()))
        .collect();
    headers.sort();
    let page = status >= 400
        && headers
            .iter()
            .any(|(n, v)| n == "content-type" && (v.contains("json") || v.contains("html")));
    Http {
        status,
        headers,
        body: if page {
            b"(error page)".to_vec()
        } else {
            without_entropy(body)
        },
    }
}

/// The random number in what a SockJS client is told beforehand is another one each time.
fn without_entropy(body: Vec<u8>) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(&body) else {
        return body;
    };
    let Some((before, behind)) = text.split_once("\"entropy\":") else {
        return body;
    };
    let number = behind.trim_start_matches(|c: char| c == '-' || c.is_ascii_digit());
    format!("{before}\"entropy\":(random){number}").into_bytes()
}

/// A list in which the order means nothing, and is another one in every run of Spring.
fn sorted_list(value: &str) -> String {
    let mut items: Vec<&str> = value.split(',').map(str::trim).collect();
    items.sort_unstable();
    items.join(",")
}

/// Sends `request`, whose lines end in LF here and in CR LF on the wire, and reads the response.
pub(crate) async fn exchange(port: u16, request: &[u8]) -> std::io::Result<Http> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let mut bytes = Vec::new();
    for byte in request {
        if *byte == b'\n' {
            bytes.push(b'\r');
        }
        bytes.push(*byte);
    }
    stream.write_all(&bytes).await?;
    let mut received = Vec::new();
    loop {
        if let Some(response) = parse(&received) {
            return Ok(response);
        }
        if stream.read_buf(&mut received).await? == 0 {
            let text = String::from_utf8_lossy(&received).into_owned();
            return Err(std::io::Error::other(format!("cut short: {text}")));
        }
    }
}

/// Reads a response if it is complete.
fn parse(received: &[u8]) -> Option<Http> {
    let end = received.windows(4).position(|w| w == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&received[..end]).ok()?;
    let rest = &received[end + 4..];
    let mut lines = head.split("\r\n");
    let status: u16 = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: Vec<(&str, &str)> = lines
        .filter_map(|line| line.split_once(':').map(|(n, v)| (n, v.trim())))
        .collect();
    let header = |name: &str| {
        let found = headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map(|(_, value)| *value)
    };
    let body = if status == 101 || status == 204 || status == 304 {
        Vec::new()
    } else if header("transfer-encoding") == Some("chunked") {
        chunks(rest)?
    } else {
        let length = header("content-length").map_or(Some(0), |l| l.parse().ok())?;
        rest.get(..length)?.to_vec()
    };
    Some(response(status, headers.iter().copied(), body))
}

/// Reads a chunked body if it is complete.
fn chunks(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|w| w == b"\r\n")?;
        let size = std::str::from_utf8(&rest[..end]).ok()?;
        let size = usize::from_str_radix(size.trim(), 16).ok()?;
        if size == 0 {
            return Some(body);
        }
        rest = &rest[end + 2..];
        body.extend_from_slice(rest.get(..size)?);
        rest = rest.get(size + 2..)?;
    }
}
