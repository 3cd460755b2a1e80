//! Who is trusted with what, from the outside: what an application can take back from its users, and
//! what users cannot take.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

mod attacks;
mod authenticating;
mod backlog;
mod changing_rules;
mod expiry;
mod kit;
mod moderation;
mod rates;
