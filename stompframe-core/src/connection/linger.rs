use std::future::poll_fn;
use std::time::Duration;

use tokio::time::timeout;

use super::transport::TransportSource;

/// How much is thrown away at most. A client that was busy sending a large message gets to its
/// ERROR; one that floods gets no more of our time.
const DISCARDED: usize = 4 * 1024 * 1024;

/// Reads what the peer still sends and throws it away, until it closes, and not for long.
///
/// A socket that is closed with unread input is reset, and what was written last is lost on its
/// way (STOMP 1.2, Connection Lingering).
pub(super) async fn linger(source: &mut impl TransportSource, within: Duration) {
    let discarding = async {
        let mut discarded = 0;
        while let Some(Ok(bytes)) = poll_fn(|context| source.poll_receive(context)).await {
            discarded += bytes.len();
            if discarded > DISCARDED {
                break;
            }
        }
    };
    let _ = timeout(within, discarding).await;
}
