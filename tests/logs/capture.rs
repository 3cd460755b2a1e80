use std::cell::RefCell;
use std::io;
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// All that this program has printed.
static PRINTED: Mutex<Vec<u8>> = Mutex::new(Vec::new());

thread_local! {
    /// What this thread has printed since it began to look.
    static OF_THREAD: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// Listens to the log, at level `trace`, and to panics.
pub(crate) struct Capture;

impl Capture {
    pub(crate) fn start() {
        static START: Once = Once::new();
        START.call_once(|| {
            // What the client's tungstenite writes at `trace` are the frames themselves; docs/security.md says so.
            let targets = Targets::new()
                .with_default(LevelFilter::TRACE)
                .with_target("tungstenite", LevelFilter::DEBUG);
            let print = tracing_subscriber::fmt::layer()
                .with_ansi(false)
                .with_writer(|| Self);
            tracing_subscriber::registry()
                .with(print)
                .with(targets)
                .init();
            std::panic::set_hook(Box::new(|panic| {
                let _ = io::Write::write_all(&mut Self, format!("{panic}\n").as_bytes());
                eprintln!("{panic}");
            }));
        });
    }

    /// All that was printed so far.
    pub(crate) fn printed() -> String {
        String::from_utf8_lossy(&printed()).into_owned()
    }

    /// What this thread prints meanwhile.
    pub(crate) fn of_thread<T>(act: impl FnOnce() -> T) -> (T, String) {
        Self::start();
        OF_THREAD.with_borrow_mut(|log| *log = Some(Vec::new()));
        let result = act();
        let log = OF_THREAD.take().unwrap_or_default();
        (result, String::from_utf8_lossy(&log).into_owned())
    }
}

fn printed() -> MutexGuard<'static, Vec<u8>> {
    PRINTED.lock().unwrap_or_else(PoisonError::into_inner)
}

impl io::Write for Capture {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        printed().extend_from_slice(bytes);
        OF_THREAD.with_borrow_mut(|log| {
            if let Some(log) = log {
                log.extend_from_slice(bytes);
            }
        });
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
