//! What a handler function takes and gives.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{FnArg, Pat, ReceiverKind, ReturnType, Signature, Type};

/// A function that can be a handler.
pub(crate) struct Handler<'f> {
    pub(crate) name: &'f Ident,
    pub(crate) has_receiver: bool,
    parameters: Vec<Parameter<'f>>,
    output: Option<&'f Type>,
}

struct Parameter<'f> {
    /// The name, where the parameter is a plain name and not a pattern such as `Payload(say)`.
    name: Option<String>,
    ty: &'f Type,
}

impl<'f> Handler<'f> {
    /// Reads a signature; mistakes go to `errors`.
    pub(crate) fn read(signature: &'f Signature, errors: &mut Vec<syn::Error>) -> Self {
        let mut error = |span: Span, message: &str| errors.push(syn::Error::new(span, message));
        if signature.asyncness.is_none() {
            error(
                signature.fn_token.span,
                "a handler is asynchronous: write `async fn`",
            );
        }
        if let Some(generic) = signature.generics.params.first() {
            error(
                generic.span(),
                "a handler cannot be generic: it is called with what a message holds",
            );
        }
        let mut has_receiver = false;
        let mut parameters = Vec::new();
        for argument in &signature.inputs {
            match argument {
                FnArg::Receiver(receiver) => {
                    has_receiver = true;
                    let shared = matches!(receiver.kind, ReceiverKind::Reference(_, _, None));
                    if !shared {
                        error(
                            receiver.span(),
                            "a controller's method takes `&self`: many messages call it at the same time, so what \
                             changes goes into a `Mutex` or the like",
                        );
                    }
                }
                FnArg::Typed(typed) => {
                    if let Type::ImplTrait(ty) = &*typed.ty {
                        error(
                            ty.span(),
                            "an argument needs a type of its own, since it is made from the message",
                        );
                    }
                    let name = match &*typed.pat {
                        Pat::Ident(pat) if pat.subpat.is_none() => {
                            Some(pat.ident.unraw().to_string())
                        }
                        _ => None,
                    };
                    parameters.push(Parameter {
                        name,
                        ty: &typed.ty,
                    });
                }
            }
        }
        let output = match &signature.output {
            ReturnType::Default => None,
            ReturnType::Type(_, ty) => Some(&**ty),
        };
        Self {
            name: &signature.ident,
            has_receiver,
            parameters,
            output,
        }
    }

    /// Whether the function certainly returns nothing.
    pub(crate) fn returns_nothing(&self) -> bool {
        self.output
            .is_none_or(|output| matches!(output, Type::Tuple(tuple) if tuple.elems.is_empty()))
    }

    /// The names that could be meant as a variable of the destination.
    pub(crate) fn parameter_names(&self) -> impl Iterator<Item = &str> {
        self.parameters
            .iter()
            .filter_map(|parameter| parameter.name.as_deref())
    }

    /// The statements that make the arguments, and the names they are in.
    ///
    /// Each statement has the span of the argument's type, so that rustc points there when the type
    /// is no extractor.
    pub(crate) fn arguments(
        &self,
        variables: &[String],
        private: &TokenStream,
    ) -> (TokenStream, Vec<Ident>) {
        let mut statements = TokenStream::new();
        let mut names = Vec::new();
        for (position, Parameter { name, ty }) in self.parameters.iter().enumerate() {
            let argument = format_ident!("__argument_{position}");
            let variable = name
                .as_ref()
                .and_then(|name| variables.iter().position(|v| v == name));
            statements.extend(match variable {
                Some(index) => {
                    let name = &variables[index];
                    quote_spanned! {ty.span()=>
                        let #argument: #ty =
                            match <#ty as ::core::str::FromStr>::from_str(__context.variable(#index)) {
                                ::core::result::Result::Ok(value) => value,
                                ::core::result::Result::Err(error) => {
                                    return ::core::result::Result::Err(
                                        #private::MessageContext::bad_variable(#name, &error),
                                    );
                                }
                            };
                    }
                }
                None => quote_spanned! {ty.span()=>
                    let #argument: #ty = match <#ty as #private::FromMessage>::from_message(&__context) {
                        ::core::result::Result::Ok(value) => value,
                        ::core::result::Result::Err(error) => return ::core::result::Result::Err(error),
                    };
                },
            });
            names.push(argument);
        }
        (statements, names)
    }

    /// What turns the function's result, in `__result`, into a reply.
    pub(crate) fn reply(&self, private: &TokenStream) -> TokenStream {
        match self.output {
            None | Some(Type::ImplTrait(_)) => quote!(#private::IntoReply::into_reply(__result)),
            Some(ty) => {
                quote_spanned!(ty.span()=> <#ty as #private::IntoReply>::into_reply(__result))
            }
        }
    }

    /// The statements that let arguments and result describe themselves to `__spec`.
    ///
    /// They have the spans of those of [`arguments`](Self::arguments), so that rustc says only once
    /// what is wrong with a type.
    pub(crate) fn descriptions(&self, variables: &[String], private: &TokenStream) -> TokenStream {
        let is_variable = |parameter: &Parameter<'_>| {
            parameter
                .name
                .as_ref()
                .is_some_and(|name| variables.contains(name))
        };
        let arguments = self
            .parameters
            .iter()
            .filter(|parameter| !is_variable(parameter))
            .map(|parameter| {
                let ty = parameter.ty;
                quote_spanned!(ty.span()=> <#ty as #private::FromMessage>::describe(__spec);)
            });
        let result = match self.output {
            None => quote!(<() as #private::IntoReply>::describe(__spec);),
            // It has no name to be asked by; it would not be written if there were nothing to send.
            Some(Type::ImplTrait(_)) => quote!(__spec.gives_reply();),
            Some(ty) => quote_spanned!(ty.span()=> <#ty as #private::IntoReply>::describe(__spec);),
        };
        quote!(#(#arguments)* #result)
    }
}
