//! What a function can be, and the attribute that says so.

use syn::Attribute;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Message,
    Subscribe,
    Exception,
    Event,
}

impl Role {
    const ALL: [Self; 4] = [Self::Message, Self::Subscribe, Self::Exception, Self::Event];

    pub(crate) const fn attribute(self) -> &'static str {
        match self {
            Self::Message => "message_mapping",
            Self::Subscribe => "subscribe_mapping",
            Self::Exception => "message_exception_handler",
            Self::Event => "event_listener",
        }
    }

    /// The role that an attribute gives. It goes by the last name, since the path may be any.
    pub(crate) fn of(attribute: &Attribute) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|role| is_named(attribute, role.attribute()))
    }
}

pub(crate) fn is_named(attribute: &Attribute, name: &str) -> bool {
    attribute
        .path()
        .segments
        .last()
        .is_some_and(|segment| segment.ident == name)
}

/// Takes attributes of other roles off, since a function has one.
pub(crate) fn only_one(attributes: &mut Vec<Attribute>, errors: &mut Vec<syn::Error>) {
    if let Some(other) = attributes
        .iter()
        .find(|attribute| Role::of(attribute).is_some())
    {
        errors.push(syn::Error::new_spanned(
            other,
            "a function has one mapping: write a second function for the second",
        ));
    }
    attributes.retain(|attribute| Role::of(attribute).is_none());
}
