//! The `heart-beat` header.

use std::fmt;
use std::time::Duration;

use super::decimal;

/// What one side offers and asks for in its `heart-beat` header (STOMP 1.2, Heart-beating).
///
/// On the wire both are whole milliseconds. A missing header means [`NONE`](Self::NONE). STOMP 1.0
/// has no heart-beats; a session of that version should use `NONE` whatever the header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeartBeat {
    /// How often this side can send something. Zero: it cannot promise to.
    pub send: Duration,
    /// How often this side wants to receive something. Zero: it does not care.
    pub receive: Duration,
}

/// What two [`HeartBeat`] headers add up to: per direction, the interval within which the sender
/// puts at least one octet on the wire, or `None` if nothing is promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreed {
    /// The interval of the server, towards the client.
    pub server_sends: Option<Duration>,
    /// The interval of the client, towards the server.
    pub client_sends: Option<Duration>,
}

/// A `heart-beat` header that is not two plain numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the heart-beat header must be two numbers of 1 to 10 digits with a comma between, \
     such as 10000,10000"
)]
#[non_exhaustive]
pub struct HeartBeatError;

impl HeartBeat {
    /// No heart-beats in either direction: `0,0`.
    pub const NONE: Self = Self {
        send: Duration::ZERO,
        receive: Duration::ZERO,
    };

    /// The shortest interval that [`negotiate`](Self::negotiate) agrees to: one second. A peer that
    /// asks for one millisecond would otherwise cost a timer and a packet a thousand times a
    /// second.
    pub const FLOOR: Duration = Duration::from_secs(1);

    /// The longest interval that [`negotiate`](Self::negotiate) agrees to: one hour. It keeps
    /// deadlines far from any overflow of the clock.
    pub const CEILING: Duration = Duration::from_secs(3600);

    /// Reads the value of the header.
    ///
    /// # Errors
    ///
    /// Anything but two numbers with exactly one comma between is refused: signs, blanks, leading
    /// zeros, a third number, more than 10 digits.
    pub fn parse(value: &str) -> Result<Self, HeartBeatError> {
        // A second comma lands in the second number and fails there.
        let (send, receive) = value.split_once(',').ok_or(HeartBeatError)?;
        let millis = |digits| {
            decimal::parse(digits)
                .map(Duration::from_millis)
                .ok_or(HeartBeatError)
        };
        Ok(Self {
            send: millis(send)?,
            receive: millis(receive)?,
        })
    }

    /// Moves both intervals into [`FLOOR`](Self::FLOOR)..=[`CEILING`](Self::CEILING); zero stays
    /// zero.
    ///
    /// A server announces this form of its settings. If it announced less than the floor, a client
    /// could compute an interval that is shorter than the one the server keeps.
    #[must_use]
    pub fn clamped(self) -> Self {
        let clamp = |interval: Duration| match interval {
            Duration::ZERO => interval,
            _ => interval.clamp(Self::FLOOR, Self::CEILING),
        };
        Self {
            send: clamp(self.send),
            receive: clamp(self.receive),
        }
    }

    /// Combines the headers of both sides.
    ///
    /// A direction has heart-beats if its sender can and its receiver wants to; the interval is
    /// then the longer of the two, moved into [`FLOOR`](Self::FLOOR)..=[`CEILING`](Self::CEILING).
    #[must_use]
    pub fn negotiate(client: Self, server: Self) -> Agreed {
        let agree = |can: Duration, wants: Duration| {
            let both = !can.is_zero() && !wants.is_zero();
            both.then(|| can.max(wants).clamp(Self::FLOOR, Self::CEILING))
        };
        Agreed {
            server_sends: agree(server.send, client.receive),
            client_sends: agree(client.send, server.receive),
        }
    }
}

/// Writes the value of the header, such as `10000,0`. Parts of a millisecond are cut off.
impl fmt::Display for HeartBeat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{}", self.send.as_millis(), self.receive.as_millis())
    }
}
