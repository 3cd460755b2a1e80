use std::fmt;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::connector::{Connector, Transport};
use crate::transport::{StreamSink, StreamSource, TransportError};

/// Connects over TCP.
///
/// A connection begins with the address that worked last; if it does not answer, the others are tried
/// in turn. Where a name means several addresses, each of them is.
#[derive(Debug)]
pub struct Tcp {
    addresses: Vec<String>,
    timeout: Duration,
    /// The address to begin with.
    first: AtomicUsize,
}

impl Tcp {
    /// To one address: `"rabbitmq:61613"`, a name or a number and the port.
    pub fn new(address: impl Into<String>) -> Self {
        Self::any_of([address])
    }

    /// To any of several, such as the nodes of a cluster.
    pub fn any_of<I: IntoIterator<Item: Into<String>>>(addresses: I) -> Self {
        Self {
            addresses: addresses.into_iter().map(Into::into).collect(),
            timeout: Duration::from_secs(5),
            first: AtomicUsize::new(0),
        }
    }

    /// How long each attempt may take, and finding out what a name means; 5 seconds unless told otherwise.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    #[cfg(feature = "tls")]
    pub(super) const fn patience(&self) -> Duration {
        self.timeout
    }

    /// A stream to the first address that takes it, for connectors that stand on TCP.
    ///
    /// # Errors
    ///
    /// When none of them does.
    pub async fn open(&self) -> Result<TcpStream, TransportError> {
        Ok(self.open_any().await?.0)
    }

    /// A stream to the first address that takes it, and which that is.
    pub(super) async fn open_any(&self) -> Result<(TcpStream, &str), TransportError> {
        let mut failures = Failures::default();
        let first = self.first.load(Ordering::Relaxed);
        for step in 0..self.addresses.len() {
            let at = (first + step) % self.addresses.len();
            let address = &self.addresses[at];
            match self.open_one(address, &mut failures).await {
                Some(stream) => {
                    self.first.store(at, Ordering::Relaxed);
                    // Messages are small, and somebody waits for each.
                    let _ = stream.set_nodelay(true);
                    return Ok((stream, address));
                }
                // The next connection begins elsewhere, too.
                None => self.first.store(at + 1, Ordering::Relaxed),
            }
        }
        Err(TransportError::Gone(failures.into()))
    }

    async fn open_one(&self, address: &str, failures: &mut Failures) -> Option<TcpStream> {
        let meant = match timeout(self.timeout, lookup_host(address)).await {
            Ok(Ok(meant)) => meant,
            Ok(Err(error)) => {
                failures.add(address, &error);
                return None;
            }
            Err(_) => {
                failures.add(address, &late("no answer about the name"));
                return None;
            }
        };
        for meant in meant {
            match timeout(self.timeout, TcpStream::connect(meant)).await {
                Ok(Ok(stream)) => return Some(stream),
                Ok(Err(error)) => failures.add(meant, &error),
                Err(_) => failures.add(meant, &late("no answer")),
            }
        }
        None
    }
}

fn late(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, format!("{what} in time"))
}

impl Connector for Tcp {
    fn connect(&self) -> BoxFuture<'_, Result<Transport, TransportError>> {
        Box::pin(async {
            let (reading, writing) = self.open().await?.into_split();
            Ok(Transport::new(
                StreamSource::new(reading),
                StreamSink::new(writing),
            ))
        })
    }
}

impl From<&str> for Tcp {
    fn from(address: &str) -> Self {
        Self::new(address)
    }
}

impl From<String> for Tcp {
    fn from(address: String) -> Self {
        Self::new(address)
    }
}

impl<S: Into<String>, const N: usize> From<[S; N]> for Tcp {
    fn from(addresses: [S; N]) -> Self {
        Self::any_of(addresses)
    }
}

impl From<Vec<String>> for Tcp {
    fn from(addresses: Vec<String>) -> Self {
        Self::any_of(addresses)
    }
}

/// Why none of the addresses would do.
#[derive(Debug, Default)]
struct Failures(Vec<String>);

impl Failures {
    fn add(&mut self, address: impl fmt::Display, error: &io::Error) {
        self.0.push(format!("{address}: {error}"));
    }
}

impl fmt::Display for Failures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [] => f.write_str("there is no address to connect to"),
            failures => f.write_str(&failures.join("; ")),
        }
    }
}

impl std::error::Error for Failures {}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn ft_27_an_address_that_is_dead_is_passed_over() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let alive = listener.local_addr().unwrap().to_string();
        let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let dead = closed.local_addr().unwrap().to_string();
        drop(closed);
        let tcp = Tcp::any_of(["no.such.host.invalid:1", &dead, &alive]);
        assert_eq!(tcp.open_any().await.unwrap().1, alive);
        assert_eq!(
            tcp.first.load(Ordering::Relaxed),
            2,
            "the next begins there"
        );
        drop(listener);
        let error = tcp.connect().await.unwrap_err();
        let error = std::error::Error::source(&error).unwrap().to_string();
        for address in ["no.such.host.invalid:1: ", &alive] {
            assert!(error.contains(address), "{error}");
        }
    }
}
