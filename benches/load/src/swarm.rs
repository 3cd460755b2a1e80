use std::cell::Cell;
use std::io::{self, ErrorKind};
use std::mem;
use std::rc::Rc;
use std::time::{Duration, Instant};

use mio::{Events, Interest, Poll, Token};

use crate::connection::{Connection, Phase};
use crate::score::Score;
use crate::wire::{Role, Url, Wire};

/// Larger than what a socket holds at once in most cases, so that one read takes all.
const BUFFER: usize = 1024 * 1024;

/// How long nothing may come until nothing more is expected.
const QUIET: Duration = Duration::from_millis(500);

/// All connections, and the loop over what happens to them.
#[derive(Debug)]
pub(crate) struct Swarm {
    poll: Poll,
    events: Events,
    buffer: Vec<u8>,
    connections: Vec<Connection>,
    began: Instant,
    /// How many have been opened so far.
    pub(crate) opened: usize,
    /// How many have ended since.
    pub(crate) closed: usize,
    /// How often something was read.
    pub(crate) reads: u64,
    /// How long it went round without anything to do.
    pub(crate) idle: Duration,
    /// When the last turn ended, and whether something has been written since.
    turned: (Duration, bool),
}

impl Swarm {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {
            poll: Poll::new()?,
            events: Events::with_capacity(1024),
            buffer: vec![0; BUFFER],
            connections: Vec::new(),
            began: Instant::now(),
            opened: 0,
            closed: 0,
            reads: 0,
            idle: Duration::ZERO,
            turned: (Duration::ZERO, false),
        })
    }

    /// The time since the beginning.
    pub(crate) fn now(&self) -> Duration {
        self.began.elapsed()
    }

    /// How many connections there are, open or not.
    pub(crate) fn len(&self) -> usize {
        self.connections.len()
    }

    /// Begins one more connection.
    pub(crate) fn connect(
        &mut self,
        url: &Url,
        wire: &Rc<Wire>,
        role: Role,
        greeting: Vec<u8>,
    ) -> io::Result<()> {
        let mut connection = Connection::open(url, wire, role, greeting)?;
        let token = Token(self.connections.len());
        let interest = Interest::READABLE | Interest::WRITABLE;
        let registry = self.poll.registry();
        registry.register(&mut connection.stream, token, interest)?;
        self.opened += usize::from(connection.phase == Phase::Open);
        self.connections.push(connection);
        Ok(())
    }

    /// Where bytes for the server are put.
    pub(crate) fn out(&mut self, connection: usize) -> &mut Vec<u8> {
        &mut self.connections[connection].out
    }

    /// Writes what was put there.
    pub(crate) fn flush(&mut self, connection: usize) -> io::Result<()> {
        self.turned.1 = true;
        self.connections[connection].flush()
    }

    /// Reads nothing more of this connection.
    pub(crate) fn stall(&mut self, connection: usize) -> io::Result<()> {
        let stream = &mut self.connections[connection].stream;
        self.poll.registry().deregister(stream)
    }

    /// Reads all that a stalled connection still receives; says how many messages that was, and whether the server
    /// has ended it.
    pub(crate) fn look_into(&mut self, index: usize) -> io::Result<(u64, bool)> {
        let connection = &mut self.connections[index];
        let registry = self.poll.registry();
        registry.register(&mut connection.stream, Token(index), Interest::READABLE)?;
        let mut messages = 0;
        loop {
            self.poll.poll(&mut self.events, Some(QUIET))?;
            if !self.events.iter().any(|it| it.token() == Token(index)) {
                return Ok((messages, false));
            }
            let result = connection.read(&mut self.buffer, true, |_, _| messages += 1, || {});
            // An ERROR that says what it was is an end as well.
            if result.is_err() || connection.phase == Phase::Closed {
                return Ok((messages, true));
            }
        }
    }

    /// Waits until something happens, or for that long, and handles all that has.
    pub(crate) fn turn(&mut self, wait: Duration, score: &mut Score) -> io::Result<()> {
        match self.poll.poll(&mut self.events, Some(wait)) {
            Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(()),
            result => result?,
        }
        let (turned, has_written) = mem::replace(&mut self.turned, (self.began.elapsed(), false));
        if self.events.is_empty() && !has_written {
            self.idle += self.turned.0 - turned;
        }
        for event in &self.events {
            let index = event.token().0;
            let connection = &mut self.connections[index];
            let before = connection.phase;
            if event.is_writable() {
                connection.flush()?;
            }
            if event.is_readable() || event.is_read_closed() || event.is_error() {
                let now = Cell::new(Duration::ZERO);
                connection.read(
                    &mut self.buffer,
                    event.is_read_closed(),
                    |subscription, body| score.received(index, subscription, body, now.get()),
                    || {
                        now.set(self.began.elapsed());
                        self.reads += 1;
                    },
                )?;
            }
            if connection.phase != before {
                self.opened += usize::from(connection.phase == Phase::Open);
                self.closed += usize::from(connection.phase == Phase::Closed);
            }
        }
        Ok(())
    }
}
