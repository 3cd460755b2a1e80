use std::fmt;

use bytestring::ByteString;

use super::ClientError;
use super::places::Place;

/// What became of a frame.
pub(super) type Answer = Result<(), ClientError>;

/// Whom to tell what became of a frame that nobody waits for. If nobody else does, dropping it tells that
/// the frame was lost.
pub(super) struct Told {
    tell: Option<Box<dyn FnOnce(Answer) + Send + Sync>>,
    /// Its place among what is on its way.
    _place: Place,
}

impl Told {
    pub(super) fn new(tell: impl FnOnce(Answer) + Send + Sync + 'static, place: Place) -> Self {
        Self {
            tell: Some(Box::new(tell)),
            _place: place,
        }
    }

    pub(super) fn tell(mut self, answer: Answer) {
        if let Some(tell) = self.tell.take() {
            tell(answer);
        }
    }

    /// Somebody else knows already.
    pub(super) fn forget(mut self) {
        self.tell = None;
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        if let Some(tell) = self.tell.take() {
            let because = ByteString::from_static("it ended before the frame was sent");
            tell(Err(ClientError::Lost(because)));
        }
    }
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Told")
    }
}
