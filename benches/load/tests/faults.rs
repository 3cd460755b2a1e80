//! A server that does everything wrong once: the counts are worth something only if it is found out.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;

use clap::Parser as _;
use stompframe_load::Options;

/// A message of the raw protocol: its length, and then the body.
const SIZE: usize = 4 + 16;

/// Passes on what one client publishes to the one that listens, faults included.
fn serve(listener: &TcpListener) -> std::io::Result<()> {
    let (mut subscriber, mut publisher) = (accept(listener)?, accept(listener)?);
    if subscriber.0 == b'p' {
        std::mem::swap(&mut subscriber, &mut publisher);
    }
    let (mut to, mut from) = (subscriber.1, publisher.1);
    let mut message = [0; SIZE];
    let mut held = None;
    let mut number = 0;
    loop {
        from.read_exact(&mut message)?;
        // What only finds out who can be reached is passed on as it is.
        if message[4..].starts_with(b"pppp") {
            to.write_all(&message)?;
            continue;
        }
        number += 1;
        match number {
            10 => {}
            20 => to.write_all(&[message, message].concat())?,
            30 => held = Some(message),
            31 => {
                to.write_all(&message)?;
                to.write_all(&held.take().unwrap_or(message))?;
            }
            40 => {
                message[5] = b'!';
                to.write_all(&message)?;
            }
            _ => to.write_all(&message)?,
        }
    }
}

/// A client, and what it says it is.
fn accept(listener: &TcpListener) -> std::io::Result<(u8, TcpStream)> {
    let (mut client, _) = listener.accept()?;
    let mut letter = [0];
    client.read_exact(&mut letter)?;
    Ok((letter[0], client))
}

#[test]
fn what_is_lost_duplicated_reordered_or_damaged_is_counted() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("tcp://{}", listener.local_addr().unwrap());
    thread::spawn(move || serve(&listener));
    let words = "load fan-out --raw --subscribers 1 --rate 1000 --size 16 --seconds 0.2 --url";
    let options = Options::try_parse_from(words.split(' ').chain([url.as_str()])).unwrap();
    let report = stompframe_load::run(&options).unwrap();
    assert_eq!(report.lost, 2, "what is damaged has not arrived\n{report}");
    assert_eq!(report.duplicated, 1, "{report}");
    assert_eq!(report.reordered, 1, "{report}");
    assert_eq!(report.misdirected, 1, "{report}");
}
