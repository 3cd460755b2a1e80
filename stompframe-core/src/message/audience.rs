use bytestring::ByteString;

/// For whom a message is, beyond its destination. Only the framework can say so: nothing that a
/// client sends turns into it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Audience {
    /// All who are subscribed to the destination.
    #[default]
    Everybody,
    /// All who are subscribed, but for the session of this id.
    EverybodyBut(ByteString),
    /// The session of this id alone; the destination is one of its user destinations, without
    /// the prefix, such as `/queue/replies`.
    Session(ByteString),
    /// All sessions of the user whom messages reach under this name; the destination is one of their user destinations.
    User(ByteString),
}
