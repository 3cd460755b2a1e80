//! The whole framework from the outside: an application on a socket of its own, and clients that know nothing of it.

mod support;

mod attributes;
mod bad_input;
mod delivery;
mod handshake;
mod interceptors;
mod limits;
mod sessions;
mod shutdown;
mod startup;
