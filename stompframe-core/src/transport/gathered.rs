use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use tokio::io::{AsyncWrite, ReadBuf};

use crate::session::Queue;

/// How many pieces go with one system call where they stay where they are.
const AT_ONCE: usize = 128;

/// How much is copied together for one system call, on the stack; and for a short one.
const COPIED: usize = 32 * 1024;
const SHORT: usize = 2 * 1024;

/// Pieces up to this length are copied together: to take one from a place of its own costs the system more.
const SMALL: usize = 1024;

/// Bytes that wait to be written: many pieces with one system call. While they wait they are shared
/// with all others who are sent the same. What a [`TransportSink`](super::TransportSink) over a socket
/// keeps them in.
///
/// Small pieces are copied together as they are written, and large ones are written from where they are.
/// Where a transport cannot write from many places at once, each of these is written alone.
#[derive(Debug, Default)]
pub struct Gathered {
    pieces: Queue<Piece>,
    /// How much of the first piece has been written.
    written: usize,
}

/// A body, and what a transport puts before it.
#[derive(Debug)]
struct Piece {
    head: [u8; Gathered::MAX_HEAD],
    head_len: u8,
    body: Bytes,
}

impl Piece {
    fn head(&self) -> &[u8] {
        &self.head[..usize::from(self.head_len)]
    }

    fn len(&self) -> usize {
        usize::from(self.head_len) + self.body.len()
    }

    /// Its two halves, without what has been written.
    fn rest(&self, written: usize) -> (&[u8], &[u8]) {
        let head = self.head();
        let in_head = written.min(head.len());
        (&head[in_head..], &self.body[written - in_head..])
    }
}

impl Gathered {
    /// How many bytes a head can have: as many as that of a WebSocket's frame (RFC 6455, 5.2).
    pub const MAX_HEAD: usize = 10;

    /// Adds a body with a head before it, which is copied.
    ///
    /// # Panics
    ///
    /// When the head is longer than [`MAX_HEAD`](Self::MAX_HEAD).
    pub fn push(&mut self, head: &[u8], body: Bytes) {
        let mut piece = Piece {
            head: [0; Self::MAX_HEAD],
            head_len: head.len().to_le_bytes()[0],
            body,
        };
        piece.head[..head.len()].copy_from_slice(head);
        self.pieces.push_back(piece);
    }

    /// Writes all of it, and flushes.
    ///
    /// # Errors
    ///
    /// What the socket says; [`WriteZero`](io::ErrorKind::WriteZero) when it takes nothing more.
    pub fn poll_write(
        &mut self,
        mut socket: Pin<&mut impl AsyncWrite>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        let written = self.write_with(|bytes| match bytes {
            [bytes] => socket.as_mut().poll_write(context, bytes),
            many => socket.as_mut().poll_write_vectored(context, many),
        });
        ready!(written)?;
        socket.poll_flush(context)
    }

    /// Writes all of it as `write` does, which is given what is to go with one system call: bytes from one place
    /// or from several. It says how many of them it took.
    ///
    /// # Errors
    ///
    /// What `write` says; [`WriteZero`](io::ErrorKind::WriteZero) when it takes nothing more.
    pub fn write_with(
        &mut self,
        mut write: impl FnMut(&[IoSlice<'_>]) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<()>> {
        while !self.pieces.is_empty() {
            let writing = match self.first_small() {
                0 => self.write_in_place(&mut write),
                length @ 1..=SHORT => self.write_copied::<SHORT>(length, &mut write),
                length => self.write_copied::<COPIED>(length, &mut write),
            };
            match ready!(writing)? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                written => self.advance(written),
            }
        }
        self.pieces.trim();
        Poll::Ready(Ok(()))
    }

    /// The first pieces that are small and go with one system call: their length together.
    fn first_small(&self) -> usize {
        let mut length = 0;
        for piece in self.pieces.iter() {
            let more = piece.len();
            if more > SMALL || length + more > COPIED {
                break;
            }
            length += more;
        }
        length
    }

    /// Writes the first pieces once, which are so long together and at most `ROOM`.
    fn write_copied<const ROOM: usize>(
        &self,
        length: usize,
        write: &mut impl FnMut(&[IoSlice<'_>]) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        let mut space = [const { MaybeUninit::uninit() }; ROOM];
        let mut copied = ReadBuf::uninit(&mut space);
        for piece in self.pieces.iter() {
            copied.put_slice(piece.head());
            copied.put_slice(&piece.body);
            if copied.filled().len() == length {
                break;
            }
        }
        write(&[IoSlice::new(&copied.filled()[self.written..])])
    }

    /// Writes the first pieces once, from two places for each of them.
    fn write_in_place(
        &self,
        write: &mut impl FnMut(&[IoSlice<'_>]) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        let mut slices = [IoSlice::new(&[]); 2 * AT_ONCE];
        let mut count = 0;
        let mut written = self.written;
        for piece in self.pieces.iter().take(AT_ONCE) {
            let (head, body) = piece.rest(std::mem::take(&mut written));
            for slice in [head, body] {
                if !slice.is_empty() {
                    slices[count] = IoSlice::new(slice);
                    count += 1;
                }
            }
        }
        write(&slices[..count])
    }

    /// Lets go of what has been written.
    fn advance(&mut self, written: usize) {
        self.written += written;
        while let Some(first) = self.pieces.front()
            && self.written >= first.len()
        {
            self.written -= first.len();
            self.pieces.pop_front();
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

    #[tokio::test]
    async fn whatever_the_socket_takes_at_once_all_of_it_arrives_in_order() {
        for at_once in [1, 2, 3, 7, 11, 1000, 100_000] {
            let mut gathered = Gathered::default();
            let mut expected: Vec<u8> = Vec::new();
            for length in 0..3 * AT_ONCE {
                let head: Vec<u8> = (0..=255).take(length % (Gathered::MAX_HEAD + 1)).collect();
                // Small ones, and large ones alone and together.
                let large = if length % 97 < 2 { 3 * SMALL } else { 0 };
                let body: Vec<u8> = (0..=255).rev().cycle().take(length % 50 + large).collect();
                expected.extend_from_slice(&head);
                expected.extend_from_slice(&body);
                gathered.push(&head, body.into());
            }
            let mut socket = pin!(Slow {
                taken: Vec::new(),
                at_once,
                is_full: false,
            });
            poll_fn(|context| gathered.poll_write(socket.as_mut(), context))
                .await
                .unwrap();
            assert!(socket.taken == expected, "{at_once}");
        }
    }
}
