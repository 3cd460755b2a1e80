//! Pages to read, as modules, so that their examples compile.

/// How handlers are written: what they are mapped to, what they take, what they give.
#[doc = include_str!("../docs/handlers.md")]
pub mod handlers {}
