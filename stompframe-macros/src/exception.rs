//! `#[message_exception_handler]`, held against the function that it stands on.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Attribute, Signature, Type};

use crate::args::Args;
use crate::companion::Companions;
use crate::names::{ERROR, Names};
use crate::reply_to::ReplyTo;
use crate::role::only_one;
use crate::signature::Handler;

/// A function that takes the errors of others.
pub(crate) struct Exception<'f> {
    reply_to: ReplyTo,
    error: Option<&'f Type>,
    pub(crate) handler: Handler<'f>,
}

/// It has no destination of its own, so no variables.
const NAMES: Names<'static> = Names {
    error: true,
    ..Names::NONE
};

impl<'f> Exception<'f> {
    /// Checks a function; mistakes go to `errors`.
    pub(crate) fn check(
        args: syn::Result<Args>,
        attributes: &mut Vec<Attribute>,
        signature: &'f Signature,
        errors: &mut Vec<syn::Error>,
    ) -> Self {
        match args {
            Ok(args) => errors.extend(args.strings.first().map(|string| {
                let message = "an exception handler goes by the type of its parameter `error`, not by destination";
                syn::Error::new(string.span(), message)
            })),
            Err(error) => errors.push(error),
        }
        let Companions { reply_to, guard } = Companions::take(attributes, errors);
        guard.refuse(errors);
        only_one(attributes, errors);
        let handler = Handler::read(signature, errors);
        reply_to.check_result(&handler, errors);
        reply_to.check_templates(Some((&[], "an exception handler")), errors);
        let error = handler.parameter_type(ERROR);
        if error.is_none() {
            errors.push(syn::Error::new(
                signature.paren_token.span.join(),
                "say which errors it takes: `error: &MyError`, or `error: &MessagingError` for all",
            ));
        }
        Self {
            reply_to,
            error,
            handler,
        }
    }

    /// The expression that builds the exception handler.
    pub(crate) fn build(
        &self,
        origin: &TokenStream,
        call: &TokenStream,
        capture: &TokenStream,
        private: &TokenStream,
    ) -> TokenStream {
        let distance = self.error.map(|ty| match ty {
            Type::Reference(reference) => {
                let ty = &reference.elem;
                quote_spanned!(ty.span()=> #private::exceptions::distance_to::<#ty>)
            }
            ty => quote_spanned!(ty.span()=> #private::exceptions::distance_to_owned::<#ty>),
        });
        let reply_to = self.reply_to.build();
        let invocation = self.handler.invocation(&NAMES, call, private);
        let descriptions = self.handler.descriptions(&NAMES, private);
        let function = quote!({
            #capture
            move |__context: #private::MessageContext, __exception: #private::MessagingError| {
                #capture
                #invocation
            }
        });
        // With the span of the function's name, as in a mapping.
        let handler = quote_spanned! {self.handler.name.span()=>
            <#private::ExceptionHandler>::new(#origin, #distance, #function)
        };
        quote! {
            #handler
            #reply_to
            .describe(|__spec| {
                #descriptions
            })
        }
    }
}
