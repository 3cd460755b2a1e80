//! What the machine can do: TCP without a protocol, and without a runtime.
//!
//! A client's first byte says what it is: `s` receives, `p` publishes, `e` gets its own messages back. A message is
//! four bytes of length and a body.

use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// How what is published is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writes {
    /// Each message by itself: no server can do better while one message is on its way.
    Each,
    /// All that came with one read together: no server can do better while many are.
    Coalesced,
}

type Subscribers = Arc<Mutex<Vec<TcpStream>>>;

/// Serves until the listener fails.
///
/// # Errors
///
/// When nobody can be accepted any more.
pub fn serve(listener: &TcpListener, writes: Writes) -> io::Result<()> {
    let subscribers = Subscribers::default();
    loop {
        let (mut client, _) = listener.accept()?;
        client.set_nodelay(true)?;
        let mut letter = [0];
        match client.read(&mut letter) {
            Ok(1) => {}
            _ => continue,
        }
        match letter {
            [b's'] => lock(&subscribers).push(client),
            [b'p'] => {
                let subscribers = Arc::clone(&subscribers);
                thread::spawn(move || {
                    read(&client, writes, |bytes| {
                        lock(&subscribers).retain_mut(|it| it.write_all(bytes).is_ok());
                    })
                });
            }
            _ => {
                thread::spawn(move || {
                    read(&client, writes, |bytes| {
                        // A client that is gone is noticed when it is read.
                        let _ = (&client).write_all(bytes);
                    })
                });
            }
        }
    }
}

/// Gives what a client sends to `then`, in whole messages.
fn read(mut client: &TcpStream, writes: Writes, mut then: impl FnMut(&[u8])) -> io::Result<()> {
    let mut buffer = vec![0; 256 * 1024];
    let mut filled = 0;
    loop {
        let count = client.read(&mut buffer[filled..])?;
        if count == 0 {
            return Ok(());
        }
        filled += count;
        let mut whole = 0;
        while let Some(length) = first(&buffer[whole..filled]) {
            if writes == Writes::Each {
                then(&buffer[whole..whole + length]);
            }
            whole += length;
        }
        if writes == Writes::Coalesced && whole > 0 {
            then(&buffer[..whole]);
        }
        buffer.copy_within(whole..filled, 0);
        filled -= whole;
    }
}

/// How long the first message is, if it is whole.
fn first(data: &[u8]) -> Option<usize> {
    let length = 4 + u32::from_be_bytes(*data.first_chunk()?) as usize;
    (length <= data.len()).then_some(length)
}

fn lock(subscribers: &Mutex<Vec<TcpStream>>) -> std::sync::MutexGuard<'_, Vec<TcpStream>> {
    subscribers.lock().unwrap_or_else(PoisonError::into_inner)
}
