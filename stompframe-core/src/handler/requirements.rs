use std::any::{TypeId, type_name};

/// What a handler says about itself before it is ever called, so that `build()` can check it.
#[derive(Clone, Debug, Default)]
pub struct HandlerSpec {
    states: Vec<RequiredState>,
    session_scoped: Vec<RequiredState>,
    replies: bool,
    chooses_destination: bool,
    goes_on: bool,
}

/// A value that somebody has to provide, or say how to make.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequiredState {
    pub(crate) id: TypeId,
    pub(crate) name: &'static str,
}

impl HandlerSpec {
    /// The handler takes `State<T>`.
    pub fn requires_state<T: 'static>(&mut self) {
        self.states.push(RequiredState {
            id: TypeId::of::<T>(),
            name: type_name::<T>(),
        });
    }

    /// The handler takes `SessionScoped<T>`.
    pub fn requires_session_scoped<T: 'static>(&mut self) {
        self.session_scoped.push(RequiredState {
            id: TypeId::of::<T>(),
            name: type_name::<T>(),
        });
    }

    /// The handler gives something that is sent.
    pub const fn gives_reply(&mut self) {
        self.replies = true;
    }

    /// The reply says itself where it goes, so the mapping need not.
    pub const fn chooses_destination(&mut self) {
        self.chooses_destination = true;
    }

    /// The reply is a stream.
    pub const fn goes_on(&mut self) {
        self.goes_on = true;
    }

    /// What is described by `describe` is optional: it may reply, but requires nothing.
    pub(crate) fn optionally(&mut self, describe: impl FnOnce(&mut Self)) {
        let mut inner = Self::default();
        describe(&mut inner);
        self.replies |= inner.replies;
        self.goes_on |= inner.goes_on;
    }

    pub(crate) fn states(&self) -> &[RequiredState] {
        &self.states
    }

    pub(crate) fn session_scoped(&self) -> &[RequiredState] {
        &self.session_scoped
    }

    /// Whether the reply is a stream.
    pub(crate) const fn is_stream(&self) -> bool {
        self.goes_on
    }

    /// Whether something is sent that goes where the mapping says.
    pub(crate) const fn replies_as_mapped(&self) -> bool {
        self.replies && !self.chooses_destination
    }
}
