use std::fmt;
use std::io;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::connector::{Connector, Transport};
use super::tcp::Tcp;
use crate::transport::TransportError;

/// Connects over TLS (rustls), checking the server's certificate against its name.
pub struct Tls {
    tcp: Tcp,
    config: Arc<ClientConfig>,
    /// Whose certificate it has to be, where that is not the name in the address.
    name: Option<ServerName<'static>>,
}

impl Tls {
    /// To these addresses, by the authorities that the operating system trusts.
    ///
    /// # Errors
    ///
    /// When the operating system has no authorities to trust.
    pub fn new(addresses: impl Into<Tcp>) -> io::Result<Self> {
        let mut roots = RootCertStore::empty();
        let found = rustls_native_certs::load_native_certs();
        roots.add_parsable_certificates(found.certs);
        if roots.is_empty() {
            let what = found.errors.into_iter().map(|error| error.to_string());
            let what: Vec<_> = what.collect();
            return Err(io::Error::other(format!(
                "the operating system trusts no authority for certificates {}",
                what.join("; ")
            )));
        }
        let config = ClientConfig::builder().with_root_certificates(roots);
        Ok(Self::with_config(
            addresses,
            Arc::new(config.with_no_client_auth()),
        ))
    }

    /// As this says: with authorities of one's own, or a certificate of the client.
    pub fn with_config(addresses: impl Into<Tcp>, config: Arc<ClientConfig>) -> Self {
        Self {
            tcp: addresses.into(),
            config,
            name: None,
        }
    }

    /// Says for which name the server's certificate has to be, in place of that in the address.
    ///
    /// # Errors
    ///
    /// When this is no name of a host.
    pub fn server_name(mut self, name: impl Into<String>) -> io::Result<Self> {
        self.name = Some(server_name(&name.into())?);
        Ok(self)
    }

    /// A stream to the first address that takes it, for connectors that stand on TLS.
    ///
    /// # Errors
    ///
    /// When none of them does, or the certificate is not to be trusted.
    pub async fn open(&self) -> Result<TlsStream<TcpStream>, TransportError> {
        let (stream, address) = self.tcp.open_any().await?;
        let name = match &self.name {
            Some(name) => name.clone(),
            None => {
                let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
                server_name(host.trim_matches(['[', ']'])).map_err(gone)?
            }
        };
        let connecting = TlsConnector::from(Arc::clone(&self.config)).connect(name, stream);
        let late = |_| gone(io::Error::from(io::ErrorKind::TimedOut));
        let stream = timeout(self.tcp.patience(), connecting)
            .await
            .map_err(late)?;
        stream.map_err(gone)
    }
}

fn server_name(name: &str) -> io::Result<ServerName<'static>> {
    let name = ServerName::try_from(name.to_owned());
    name.map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))
}

fn gone(error: io::Error) -> TransportError {
    TransportError::Gone(error.into())
}

impl Connector for Tls {
    fn connect(&self) -> BoxFuture<'_, Result<Transport, TransportError>> {
        Box::pin(async { Ok(Transport::over(self.open().await?)) })
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls")
            .field("tcp", &self.tcp)
            .finish_non_exhaustive()
    }
}
