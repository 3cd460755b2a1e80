//! What the server says in its log.

use std::io;
use std::sync::{Arc, Mutex};

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::util::SubscriberInitExt as _;

/// What was logged in this thread.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Listens to what is at least as important as this, as long as the second value is there.
    ///
    /// Two listen, though one throws away what it hears: as long as there is only one, tracing takes
    /// it that nobody wants an event which first comes about in the thread of another test.
    pub(crate) fn listen(level: LevelFilter) -> (Self, impl Sized) {
        let log = Self::default();
        let writer = log.clone();
        let deaf = tracing_subscriber::fmt()
            .with_max_level(level)
            .with_writer(io::sink)
            .set_default();
        let listening = tracing_subscriber::fmt()
            .with_max_level(level)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .set_default();
        (log, (listening, deaf))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
