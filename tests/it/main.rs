//! The whole framework from the outside: an application on a socket of its own, and clients that
//! know nothing of it.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

mod support;

mod acknowledgements;
mod attributes;
mod authentication;
mod authorization;
mod bad_input;
mod csrf;
mod delivery;
mod error_frames;
mod event_listeners;
mod events;
mod exceptions;
mod handshake;
mod handshake_interceptors;
mod headers;
mod http2;
mod interceptors;
mod limits;
mod origins;
mod placeholders;
mod proxies;
mod queues;
mod replies;
mod routes;
mod selectors;
mod session_attributes;
mod sessions;
mod shutdown;
mod sockjs;
mod spring_compat;
mod startup;
mod streams;
mod tcp;
mod temporary_queues;
mod transactions;
mod user_sends;
mod users;
mod validation;
mod web_socket;
mod wildcards;
