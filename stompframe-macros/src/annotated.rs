//! A function with one of the attributes.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Attribute, Signature};

use crate::args::Args;
use crate::companion::Companions;
use crate::exception::Exception;
use crate::listener::Listener;
use crate::mapping::Mapping;
use crate::role::Role;
use crate::signature::Handler;

pub(crate) enum Annotated<'f> {
    Mapping(Mapping<'f>),
    Exception(Exception<'f>),
    Listener(Listener<'f>),
}

impl<'f> Annotated<'f> {
    /// Checks a function; mistakes go to `errors`. Its other attributes are taken off it.
    pub(crate) fn check(
        role: Role,
        args: syn::Result<Args>,
        controller: (&str, &Companions),
        attributes: &mut Vec<Attribute>,
        signature: &'f Signature,
        errors: &mut Vec<syn::Error>,
    ) -> Self {
        match role {
            Role::Exception => {
                Self::Exception(Exception::check(args, attributes, signature, errors))
            }
            Role::Event => Self::Listener(Listener::check(args, attributes, signature, errors)),
            _ => Self::Mapping(Mapping::check(
                role, args, controller, attributes, signature, errors,
            )),
        }
    }

    pub(crate) const fn handler(&self) -> &Handler<'f> {
        match self {
            Self::Mapping(mapping) => &mapping.handler,
            Self::Exception(exception) => &exception.handler,
            Self::Listener(listener) => &listener.handler,
        }
    }

    /// The expression that builds what is registered.
    pub(crate) fn build(
        &self,
        origin: &TokenStream,
        call: &TokenStream,
        capture: &TokenStream,
        private: &TokenStream,
    ) -> TokenStream {
        match self {
            Self::Mapping(mapping) => mapping.build(origin, call, capture, private),
            Self::Exception(exception) => exception.build(origin, call, capture, private),
            Self::Listener(listener) => listener.build(origin, call, capture, private),
        }
    }

    /// The expression that says where the function stands.
    pub(crate) fn origin(&self, name: &str, private: &TokenStream) -> TokenStream {
        let line = quote_spanned!(self.handler().name.span()=> ::core::line!());
        quote! {
            #private::Origin {
                module: ::core::module_path!(),
                file: ::core::file!(),
                line: #line,
                name: #name,
            }
        }
    }
}
