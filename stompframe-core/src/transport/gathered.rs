use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use tokio::io::AsyncWrite;

/// How many pieces go with one system call.
const AT_ONCE: usize = 128;

/// How many are few.
const FEW: usize = 2;

/// How many places are kept for more while nothing waits.
const KEPT: usize = 64;

/// Bytes that wait to be written: many pieces with one system call, and none of them copied. They
/// are shared with all others who are sent the same. What a [`TransportSink`](super::TransportSink)
/// over a socket keeps them in.
///
/// Where a transport cannot write from many places at once, each piece is written alone.
#[derive(Debug, Default)]
pub struct Gathered {
    pieces: VecDeque<Piece>,
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
        while !self.pieces.is_empty() {
            // To lay out room for many is not worth it where one message waits.
            let writing = match self.pieces.len() {
                ..=FEW => self.poll_write_some::<{ 2 * FEW }>(socket.as_mut(), context),
                _ => self.poll_write_some::<{ 2 * AT_ONCE }>(socket.as_mut(), context),
            };
            match ready!(writing)? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                written => self.advance(written),
            }
        }
        if self.pieces.capacity() > KEPT {
            self.pieces = VecDeque::new();
        }
        socket.poll_flush(context)
    }

    /// Writes once, from at most so many places, two for each piece.
    fn poll_write_some<const SLICES: usize>(
        &self,
        socket: Pin<&mut impl AsyncWrite>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        let mut slices = [IoSlice::new(&[]); SLICES];
        let mut count = 0;
        let mut written = self.written;
        for piece in self.pieces.iter().take(SLICES / 2) {
            let (head, body) = piece.rest(std::mem::take(&mut written));
            for slice in [head, body] {
                if !slice.is_empty() {
                    slices[count] = IoSlice::new(slice);
                    count += 1;
                }
            }
        }
        match &slices[..count] {
            // A plain write is cheaper for the system.
            [one] => socket.poll_write(context, one),
            many => socket.poll_write_vectored(context, many),
        }
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
                let body: Vec<u8> = (0..=255).rev().cycle().take(length % 50).collect();
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
