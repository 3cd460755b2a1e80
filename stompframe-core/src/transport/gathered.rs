use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncWrite, ReadBuf};

use crate::session::{OutgoingFrame, OutgoingFrames};

/// How many frames go with one system call where they stay where they are.
const AT_ONCE: usize = 128;

/// How much is copied together for one system call, on the stack; and for a short one.
const COPIED: usize = 32 * 1024;
const SHORT: usize = 2 * 1024;

/// Frames up to this length are copied together: to take one from a place of its own costs the system more.
const SMALL: usize = 1024;

/// Frames that wait to be written: many with one system call. While they wait they are shared with all others who
/// are sent the same. What a [`TransportSink`](super::TransportSink) over a socket keeps them in.
///
/// Small frames are copied together as they are written, and large ones are written from where they are. Where a
/// transport cannot write from many places at once, each of these is written alone.
#[derive(Debug, Default)]
pub struct Gathered {
    frames: OutgoingFrames,
    /// How much of the first frame has been written, its head included.
    written: usize,
}

/// What a transport puts before a frame: nothing, or what tells where it ends.
#[derive(Clone, Copy, Debug, Default)]
pub struct Head {
    bytes: [u8; Head::MAX],
    len: usize,
}

impl Head {
    /// How many bytes one can have: as many as the head of a WebSocket's frame (RFC 6455, 5.2).
    pub const MAX: usize = 10;

    /// Nothing.
    pub const NONE: Self = Self {
        bytes: [0; Self::MAX],
        len: 0,
    };

    /// The first `len` of these bytes.
    ///
    /// # Panics
    ///
    /// When there are fewer.
    #[inline]
    #[must_use]
    pub const fn new(bytes: [u8; Self::MAX], len: usize) -> Self {
        assert!(len <= Self::MAX);
        Self { bytes, len }
    }

    #[inline]
    fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

/// What came of a system call.
struct Written {
    bytes: usize,
    /// How many frames they were, if that is known and all of them went.
    all: Option<usize>,
}

impl Gathered {
    /// Adds a frame at the end.
    pub fn push(&mut self, frame: OutgoingFrame) {
        self.frames.push(frame);
    }

    /// Adds all of these at the end, and leaves none of them.
    pub fn push_all(&mut self, frames: &mut OutgoingFrames) {
        self.frames.append(frames);
    }

    /// Writes all of it, each frame with its head before it, and flushes.
    ///
    /// # Errors
    ///
    /// What the socket says; [`WriteZero`](io::ErrorKind::WriteZero) when it takes nothing more.
    pub fn poll_write(
        &mut self,
        head: impl Fn(&OutgoingFrame) -> Head,
        mut socket: Pin<&mut impl AsyncWrite>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        let written = self.write_with(head, |bytes| match bytes {
            [bytes] => socket.as_mut().poll_write(context, bytes),
            many => socket.as_mut().poll_write_vectored(context, many),
        });
        ready!(written)?;
        socket.poll_flush(context)
    }

    /// Writes all of it, each frame with its head before it, as `write` does: that is given what is to go with one
    /// system call, from one place or from several, and says how many bytes it took.
    ///
    /// # Errors
    ///
    /// What `write` says; [`WriteZero`](io::ErrorKind::WriteZero) when it takes nothing more.
    pub fn write_with(
        &mut self,
        head: impl Fn(&OutgoingFrame) -> Head,
        mut write: impl FnMut(&[IoSlice<'_>]) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<()>> {
        while !self.frames.is_empty() {
            let writing = match self.first_small() {
                0 => self.write_in_place(&head, &mut write),
                1..=SHORT => self.write_copied::<SHORT>(&head, &mut write),
                _ => self.write_copied::<COPIED>(&head, &mut write),
            };
            match ready!(writing)? {
                Written { bytes: 0, .. } => {
                    return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
                }
                Written {
                    all: Some(frames), ..
                } => self.let_go(frames),
                Written { bytes, .. } => self.advance(bytes, &head),
            }
        }
        self.frames.trim();
        Poll::Ready(Ok(()))
    }

    /// How much room the first frames take that are small and go with one system call.
    fn first_small(&self) -> usize {
        let mut length = 0;
        for frame in self.frames.iter() {
            let more = frame.len() + Head::MAX;
            if frame.len() > SMALL || length + more > COPIED {
                break;
            }
            length += more;
        }
        length
    }

    /// Writes once, of the first frames those that are small and have room.
    fn write_copied<const ROOM: usize>(
        &self,
        head: &impl Fn(&OutgoingFrame) -> Head,
        write: &mut impl FnMut(&[IoSlice<'_>]) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<Written>> {
        let mut space = [const { MaybeUninit::uninit() }; ROOM];
        let mut copied = ReadBuf::uninit(&mut space);
        let mut frames = 0;
        for frame in self.frames.iter() {
            if frame.len() > SMALL || frame.len() + Head::MAX > copied.remaining() {
                break;
            }
            copied.put_slice(head(frame).as_bytes());
            copied.put_slice(frame.as_bytes());
            frames += 1;
        }
        let unwritten = &copied.filled()[self.written..];
        let bytes = ready!(write(&[IoSlice::new(unwritten)]))?;
        let all = (bytes == unwritten.len()).then_some(frames);
        Poll::Ready(Ok(Written { bytes, all }))
    }

    /// Writes the first frames once, from two places for each of them.
    fn write_in_place(
        &self,
        head: &impl Fn(&OutgoingFrame) -> Head,
        write: &mut impl FnMut(&[IoSlice<'_>]) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<Written>> {
        let mut heads = [Head::NONE; AT_ONCE];
        for (place, frame) in heads.iter_mut().zip(self.frames.iter()) {
            *place = head(frame);
        }
        let mut slices = [IoSlice::new(&[]); 2 * AT_ONCE];
        let mut count = 0;
        let mut written = self.written;
        for (head, frame) in heads.iter().zip(self.frames.iter()) {
            for bytes in [head.as_bytes(), frame.as_bytes()] {
                let rest = &bytes[written.min(bytes.len())..];
                written -= bytes.len() - rest.len();
                if !rest.is_empty() {
                    slices[count] = IoSlice::new(rest);
                    count += 1;
                }
            }
        }
        let bytes = ready!(write(&slices[..count]))?;
        Poll::Ready(Ok(Written { bytes, all: None }))
    }

    /// Lets go of the first frames, which have been written.
    fn let_go(&mut self, frames: usize) {
        self.written = 0;
        for _ in 0..frames {
            self.frames.pop();
        }
    }

    /// Lets go of what has been written.
    fn advance(&mut self, written: usize, head: &impl Fn(&OutgoingFrame) -> Head) {
        self.written += written;
        while let Some(first) = self.frames.front()
            && let length = head(first).len + first.len()
            && self.written >= length
        {
            self.written -= length;
            self.frames.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::pin;

    use super::*;

    /// Takes a few bytes at a time, and between them none.
    struct Slow {
        taken: Vec<u8>,
        at_once: usize,
        is_full: bool,
    }

    impl AsyncWrite for Slow {
        fn poll_write(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<io::Result<usize>> {
            self.is_full = !self.is_full;
            if self.is_full {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            let written = bytes.len().min(self.at_once);
            self.taken.extend(&bytes[..written]);
            Poll::Ready(Ok(written))
        }

        fn poll_write_vectored(
            self: Pin<&mut Self>,
            context: &mut Context<'_>,
            slices: &[IoSlice<'_>],
        ) -> Poll<io::Result<usize>> {
            let all: Vec<u8> = slices
                .iter()
                .flat_map(|slice| slice.iter().copied())
                .collect();
            self.poll_write(context, &all)
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    /// Of every length.
    fn head(frame: &OutgoingFrame) -> Head {
        let len = frame.len() % (Head::MAX + 1);
        Head::new([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], len)
    }

    #[tokio::test]
    async fn whatever_the_socket_takes_at_once_all_of_it_arrives_in_order() {
        for at_once in [1, 2, 3, 7, 11, 1000, 100_000] {
            let mut gathered = Gathered::default();
            let mut expected: Vec<u8> = Vec::new();
            for length in 0..3 * AT_ONCE {
                // Small ones, and large ones alone and together.
                let large = if length % 97 < 2 { 3 * SMALL } else { 0 };
                let body: Vec<u8> = (0..=255).rev().cycle().take(length % 50 + large).collect();
                let frame = OutgoingFrame::binary(body);
                expected.extend_from_slice(head(&frame).as_bytes());
                expected.extend_from_slice(frame.as_bytes());
                gathered.push(frame);
            }
            let mut socket = pin!(Slow {
                taken: Vec::new(),
                at_once,
                is_full: false,
            });
            poll_fn(|context| gathered.poll_write(head, socket.as_mut(), context))
                .await
                .unwrap();
            assert!(socket.taken == expected, "{at_once}");
        }
    }
}
