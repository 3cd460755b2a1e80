//! Servers that do wrong on purpose: the counts are worth something only if that is found out.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;

use clap::Parser as _;
use stompframe_load::{Options, Report};

/// A message of the raw protocol: its length, and then the body.
const SIZE: usize = 4 + 16;

/// Passes on what one client publishes to the one that listens, and does everything wrong once.
fn serve(listener: &TcpListener) -> std::io::Result<()> {
    // Connections are opened one after the other, and that of the publisher comes last.
    let (mut to, mut from) = (accept(listener)?, accept(listener)?);
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

/// Passes on what the last client publishes to the two others, but ends the second of them in the middle.
fn serve_and_end_one(listener: &TcpListener) -> std::io::Result<()> {
    let mut reading = accept(listener)?;
    let mut stalled = Some(accept(listener)?);
    let mut from = accept(listener)?;
    let mut message = [0; SIZE];
    for number in 0.. {
        from.read_exact(&mut message)?;
        reading.write_all(&message)?;
        if number == 20 {
            stalled = None;
        } else if let Some(stalled) = &mut stalled {
            stalled.write_all(&message)?;
        }
    }
    Ok(())
}

/// A client that has said what it is.
fn accept(listener: &TcpListener) -> std::io::Result<TcpStream> {
    let (mut client, _) = listener.accept()?;
    client.read_exact(&mut [0])?;
    Ok(client)
}

/// Runs a scenario with bodies of 16 bytes against such a server.
fn run(serve: fn(&TcpListener) -> std::io::Result<()>, scenario: &str) -> Report {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("tcp://{}", listener.local_addr().expect("an address"));
    thread::spawn(move || serve(&listener));
    let words = ["load"].into_iter().chain(scenario.split_whitespace());
    let always = ["--raw", "--size", "16", "--seconds", "0.2", "--url", &url];
    let options = Options::try_parse_from(words.chain(always)).expect("options that there are");
    stompframe_load::run(&options).expect("a run to its end")
}

#[test]
fn what_is_lost_duplicated_reordered_or_damaged_is_counted() {
    let report = run(serve, "fan-out --subscribers 1 --rate 1000");
    assert_eq!(report.lost, 2, "what is damaged has not arrived\n{report}");
    assert_eq!(report.duplicated, 1, "{report}");
    assert_eq!(report.reordered, 1, "{report}");
    assert_eq!(report.misdirected, 1, "{report}");
}

#[test]
fn a_slow_consumer_that_is_ended_is_noticed() {
    let report = run(
        serve_and_end_one,
        "slow --subscribers 1 --stalled 1 --rate 200",
    );
    assert!(report.is_complete(), "the other misses nothing\n{report}");
    let stalled = report.stalled.expect("somebody was stalled");
    assert_eq!((stalled.connections, stalled.closed), (1, 1), "{report}");
    assert!((1..20).contains(&stalled.messages), "{report}");
}
