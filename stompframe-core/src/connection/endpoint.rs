use std::any::Any;
use std::fmt;

/// A place where clients connect, as the builder takes it; what it does there is the concern of the
/// crate that serves it, such as `stompframe-axum`.
pub trait EndpointConfig: Any + fmt::Debug + Send + Sync {
    /// Where it is, a path or an address, for the log and for messages about it; two endpoints cannot be at the same
    /// place.
    fn path(&self) -> &str;

    /// What is wrong with it, each as a sentence that says the fix. `build()` reports all of them.
    fn problems(&self) -> Vec<String> {
        Vec::new()
    }
}
