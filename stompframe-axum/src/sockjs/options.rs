use std::time::Duration;

/// How an [`Endpoint`](crate::Endpoint) speaks SockJS, for clients that cannot have a WebSocket.
///
/// ```
/// use std::time::Duration;
/// use stompframe_axum::{Endpoint, SockJs};
///
/// let sockjs = SockJs::new().disconnect_delay(Duration::from_secs(8)).cookies();
/// let endpoint = Endpoint::new("/ws").sockjs(sockjs);
/// # let _ = endpoint;
/// ```
///
/// What it holds unless told otherwise is what Spring's `SockJsServiceRegistration` does, but for
/// the transports that a page of another origin could use to run its own text as a script here, or
/// the other way round: these have to be named, see [`transports`](Self::transports) and
/// [`iframe`](Self::iframe).
#[derive(Clone, Debug)]
#[must_use = "give it to `Endpoint::sockjs`"]
pub struct SockJs {
    pub(super) transports: Vec<SockJsTransport>,
    pub(super) iframe: Option<String>,
    pub(super) heart_beat: Duration,
    pub(super) disconnect_delay: Duration,
    pub(super) stream_limit: usize,
    pub(super) max_post: Option<usize>,
    pub(super) cookies: bool,
    pub(super) cors: bool,
}

/// A way in which a SockJS client sends and receives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SockJsTransport {
    /// A WebSocket with the frames of SockJS; and the WebSocket without them, at the endpoint itself
    /// and at `/websocket` below it.
    WebSocket,
    /// A response that goes on, read with `XMLHttpRequest`.
    XhrStreaming,
    /// A response for each frame.
    Xhr,
    /// Server-sent events.
    EventSource,
    /// A page that goes on, in a frame. Off unless it is named: the page runs a function that the
    /// address names.
    HtmlFile,
    /// A script for each frame. Off unless it is named: it is answered to any page, whatever its
    /// origin is, where browsers do not say from where they ask.
    JsonP,
}

impl SockJsTransport {
    /// All there are.
    pub const ALL: [Self; 6] = [
        Self::WebSocket,
        Self::XhrStreaming,
        Self::Xhr,
        Self::EventSource,
        Self::HtmlFile,
        Self::JsonP,
    ];

    const DEFAULT: [Self; 4] = [
        Self::WebSocket,
        Self::XhrStreaming,
        Self::Xhr,
        Self::EventSource,
    ];
}

impl Default for SockJs {
    fn default() -> Self {
        Self::new()
    }
}

impl SockJs {
    /// What holds unless told otherwise.
    pub fn new() -> Self {
        Self {
            transports: SockJsTransport::DEFAULT.to_vec(),
            iframe: None,
            heart_beat: Duration::from_secs(25),
            disconnect_delay: Duration::from_secs(5),
            stream_limit: 128 * 1024,
            max_post: None,
            cookies: false,
            cors: true,
        }
    }

    /// Which transports there are; WebSocket, XHR streaming, XHR polling and server-sent events
    /// unless told otherwise. Others are answered with 404.
    pub fn transports<I: IntoIterator<Item = SockJsTransport>>(mut self, transports: I) -> Self {
        self.transports = transports.into_iter().collect();
        self
    }

    /// Takes no WebSocket, for networks in which they do not last. Clients are told so and begin
    /// with the next transport.
    pub fn without_web_socket(mut self) -> Self {
        self.transports
            .retain(|transport| *transport != SockJsTransport::WebSocket);
        self
    }

    /// Serves the page in a frame of which clients in old browsers do what their own page may not.
    /// It loads the client library from `library`, which has to be the version that the
    /// application's own pages have, such as
    /// `https://cdn.jsdelivr.net/npm/sockjs-client@1/dist/sockjs.min.js`.
    ///
    /// There is none unless this is said. Who may show the page in a frame is who may connect to the
    /// endpoint.
    pub fn iframe(mut self, library: impl Into<String>) -> Self {
        self.iframe = Some(library.into());
        self
    }

    /// After how long without anything else a client is sent `h`, so that proxies do not give the
    /// connection up; 25 seconds unless told otherwise. Where the server sends heart-beats of STOMP,
    /// there are none.
    pub fn heart_beat(mut self, interval: Duration) -> Self {
        self.heart_beat = interval;
        self
    }

    /// For how long a client may have no request waiting for messages, until its session is over; 5
    /// seconds unless told otherwise. A session for which messages wait is over after
    /// [`Limits::send_timeout`](stompframe_core::Limits::send_timeout), if that is less.
    pub fn disconnect_delay(mut self, delay: Duration) -> Self {
        self.disconnect_delay = delay;
        self
    }

    /// After how many bytes a response that goes on ends, so that the client asks anew: browsers keep
    /// all of it in memory. 128 KiB unless told otherwise.
    pub fn stream_limit(mut self, bytes: usize) -> Self {
        self.stream_limit = bytes;
        self
    }

    /// How many bytes one request of a client may bring, or one message of its WebSocket; eight times
    /// [`Limits::frame`](stompframe_core::Limits::frame)`.max_frame` unless told otherwise, because
    /// a client sends all at once what it had to say meanwhile. Beyond: 413, or the WebSocket is
    /// closed.
    pub fn max_post(mut self, bytes: usize) -> Self {
        self.max_post = Some(bytes);
        self
    }

    /// Tells clients that cookies are needed, and sets `JSESSIONID`, by which load balancers send all
    /// requests of a client to one server. It names no session.
    pub fn cookies(mut self) -> Self {
        self.cookies = true;
        self
    }

    /// Sets no headers that let pages of other origins in, because a proxy or a layer of the
    /// application does. Whose pages may connect is checked all the same.
    pub fn suppress_cors(mut self) -> Self {
        self.cors = false;
        self
    }

    pub(super) fn has(&self, transport: SockJsTransport) -> bool {
        self.transports.contains(&transport)
    }

    /// What is wrong with it, each as a sentence that says the fix.
    pub(crate) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.transports.is_empty() {
            problems.push("it has no SockJS transport: name one in `.transports([..])`".to_owned());
        }
        for (name, duration) in [
            ("heart_beat", self.heart_beat),
            ("disconnect_delay", self.disconnect_delay),
        ] {
            if duration.is_zero() {
                problems.push(format!("`{name}` of its SockJS is 0: say how long"));
            }
        }
        if let Some(library) = &self.iframe {
            let is_url = ["/", "https://", "http://"]
                .iter()
                .any(|start| library.starts_with(start));
            if !is_url || library.contains(['"', '<', '>', '&', ' ']) {
                problems.push(format!(
                    "\"{library}\" is no address of a script: write it as \"https://host/sockjs.min.js\""
                ));
            }
        }
        problems
    }
}
