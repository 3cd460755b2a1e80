//! `#[event_listener]`, held against the function that it stands on.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Attribute, Signature, Type};

use crate::args::Args;
use crate::guard::Guard;
use crate::names::{EVENT, Names};
use crate::reply_to::ReplyTo;
use crate::role::only_one;
use crate::signature::Handler;

/// A function that hears what becomes of sessions.
pub(crate) struct Listener<'f> {
    event: Option<&'f Type>,
    pub(crate) handler: Handler<'f>,
}

/// It has no destination of its own, so no variables.
const NAMES: Names<'static> = Names {
    event: true,
    ..Names::NONE
};

impl<'f> Listener<'f> {
    /// Checks a function; mistakes go to `errors`.
    pub(crate) fn check(
        args: syn::Result<Args>,
        attributes: &mut Vec<Attribute>,
        signature: &'f Signature,
        errors: &mut Vec<syn::Error>,
    ) -> Self {
        match args {
            Ok(args) => errors.extend(args.strings.first().map(|string| {
                let message = "an event listener goes by the type of its parameter `event`, not by destination";
                syn::Error::new(string.span(), message)
            })),
            Err(error) => errors.push(error),
        }
        for other in attributes.extract_if(.., |attribute| ReplyTo::is_in(attribute)) {
            let message =
                "an event listener has no reply: take a `MessagingTemplate`, and send with it";
            errors.push(syn::Error::new_spanned(other, message));
        }
        Guard::take(attributes, errors).refuse(errors);
        only_one(attributes, errors);
        let handler = Handler::read(signature, errors);
        let event = handler.parameter_type(EVENT);
        if event.is_none() {
            errors.push(syn::Error::new(
                signature.paren_token.span.join(),
                "say which events it hears: `event: SessionEvent` for all, or one such as `event: SubscribedEvent`",
            ));
        }
        Self { event, handler }
    }

    /// The expression that builds the listener.
    pub(crate) fn build(
        &self,
        origin: &TokenStream,
        call: &TokenStream,
        capture: &TokenStream,
        private: &TokenStream,
    ) -> TokenStream {
        let heard = self.event.map(|ty| {
            quote_spanned! {ty.span()=>
                let __event: #ty = <#ty as #private::Event>::of(__heard)?;
            }
        });
        let hearing = self.handler.hearing(&NAMES, call, private);
        let descriptions = self.handler.argument_descriptions(&NAMES, private);
        let function = quote!({
            #capture
            move |__heard: &#private::SessionEvent, __context: #private::MessageContext| {
                #heard
                #capture
                ::core::option::Option::Some(#hearing)
            }
        });
        // With the span of the function's name, as in a mapping.
        let listener = quote_spanned! {self.handler.name.span()=>
            <#private::EventListener>::new(#origin, #function)
        };
        quote! {
            #listener
            .describe(|__spec| {
                #descriptions
            })
        }
    }
}
