//! What has been done to servers of this kind, and is tried here. `attacks.toml` lists all of it.

mod cost;
mod credentials;
mod crowds;
#[cfg(unix)]
mod descriptors;
mod identity;
mod page;
mod state;
mod table;
