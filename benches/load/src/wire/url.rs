use std::fmt;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::str::FromStr;

/// What carries the frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    WebSocket,
    Tcp,
}

/// Where the server is: `ws://host:port/path` or `tcp://host:port`.
#[derive(Clone, Debug)]
pub(crate) struct Url {
    pub(crate) transport: Transport,
    pub(crate) address: SocketAddr,
    pub(crate) authority: String,
    pub(crate) path: String,
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.transport {
            Transport::WebSocket => write!(f, "ws://{}{}", self.authority, self.path),
            Transport::Tcp => write!(f, "tcp://{}", self.authority),
        }
    }
}

impl FromStr for Url {
    type Err = String;

    fn from_str(url: &str) -> Result<Self, String> {
        let (transport, rest) = match url.split_once("://") {
            Some(("ws", rest)) => (Transport::WebSocket, rest),
            Some(("tcp", rest)) => (Transport::Tcp, rest),
            _ => return Err("write ws://host:port/path or tcp://host:port".to_owned()),
        };
        let at = rest.find('/').unwrap_or(rest.len());
        let (authority, path) = rest.split_at(at);
        let address = authority
            .to_socket_addrs()
            .map_err(|error| format!("{authority} is no host:port: {error}"))?
            .next()
            .ok_or_else(|| format!("{authority} has no address"))?;
        Ok(Self {
            transport,
            address,
            authority: authority.to_owned(),
            path: if path.is_empty() { "/" } else { path }.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_transports_are_read() {
        let url: Url = "ws://127.0.0.1:8080/ws".parse().unwrap();
        assert_eq!(url.transport, Transport::WebSocket);
        assert_eq!((url.address.port(), url.path.as_str()), (8080, "/ws"));
        let url: Url = "tcp://127.0.0.1:61613".parse().unwrap();
        assert_eq!(url.transport, Transport::Tcp);
        assert_eq!(url.authority, "127.0.0.1:61613");
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert!("http://a".parse::<Url>().unwrap_err().contains("ws://"));
        assert!("tcp://a".parse::<Url>().unwrap_err().contains("host:port"));
    }
}
