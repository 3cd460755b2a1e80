use stompframe_core::connection::EndpointConfig;

/// An address where clients speak STOMP without a WebSocket. Made by
/// [`Endpoint::tcp`](crate::Endpoint::tcp).
#[derive(Clone, Debug)]
#[must_use = "give it to `.endpoint(..)`"]
pub struct TcpEndpoint {
    address: String,
}

impl TcpEndpoint {
    pub(crate) const fn new(address: String) -> Self {
        Self { address }
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }
}

impl EndpointConfig for TcpEndpoint {
    fn path(&self) -> &str {
        &self.address
    }

    fn problems(&self) -> Vec<String> {
        let host_and_port = self.address.rsplit_once(':');
        let problem = match host_and_port {
            Some((host, port)) if !host.is_empty() && port.parse::<u16>().is_ok() => return vec![],
            Some(("", port)) if port.parse::<u16>().is_ok() => format!(
                "its address has no host: write \"127.0.0.1:{port}\", or \"0.0.0.0:{port}\" for \
                 every network of the machine"
            ),
            _ => "its address is no `host:port`: write it as \"127.0.0.1:61613\"".to_owned(),
        };
        vec![problem]
    }
}
