//! What a handler function takes and gives.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, format_ident, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{FnArg, Pat, ReceiverKind, ReturnType, Signature, Type};

use crate::names::{Locals, Meaning, Names};

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

    /// Whether there is a parameter of this name.
    pub(crate) fn has_parameter(&self, name: &str) -> bool {
        self.parameters
            .iter()
            .any(|parameter| parameter.name.as_deref() == Some(name))
    }

    /// The type of the parameter of this name.
    pub(crate) fn parameter_type(&self, name: &str) -> Option<&'f Type> {
        let named = self
            .parameters
            .iter()
            .find(|parameter| parameter.name.as_deref() == Some(name));
        named.map(|parameter| parameter.ty)
    }

    /// The statements that make the arguments, and the names they are in.
    ///
    /// Each statement has the span of the argument's type, so that rustc points there when the type
    /// is no extractor.
    pub(crate) fn arguments(
        &self,
        names: &Names<'_>,
        private: &TokenStream,
    ) -> (TokenStream, Vec<Ident>) {
        let Locals {
            context,
            exception,
            error,
            event,
            ..
        } = Locals::new();
        let mut statements = TokenStream::new();
        let mut arguments = Vec::new();
        for (position, parameter) in self.parameters.iter().enumerate() {
            let (argument, ty) = (format_ident!("__argument_{position}"), parameter.ty);
            let (read, convert) = match names.meaning(parameter.name.as_deref()) {
                Meaning::Variable(index) => {
                    let name = &names.variables[index];
                    (
                        quote_spanned! {ty.span()=>
                            <#ty as ::core::str::FromStr>::from_str(#context.variable(#index))
                        },
                        quote!(#private::MessageContext::bad_variable(#name, &#error)),
                    )
                }
                Meaning::Error => (
                    match ty {
                        Type::Reference(reference) => {
                            let ty = &reference.elem;
                            quote_spanned! {ty.span()=>
                                #private::exceptions::find::<#ty>(&#exception)
                                    .ok_or(#private::exceptions::NotThis)
                            }
                        }
                        ty => {
                            quote_spanned!(ty.span()=> #private::exceptions::take::<#ty>(#exception))
                        }
                    },
                    quote!(::core::convert::From::from(#error)),
                ),
                Meaning::Event => {
                    arguments.push(event.clone());
                    continue;
                }
                Meaning::Extractor => (
                    quote_spanned! {ty.span()=>
                        <#ty as #private::FromMessage>::from_message(&#context)
                    },
                    quote!(#error),
                ),
            };
            statements.extend(quote_spanned! {ty.span()=>
                let #argument: #ty = match #read {
                    ::core::result::Result::Ok(__value) => __value,
                    ::core::result::Result::Err(#error) => {
                        return ::core::result::Result::Err(#convert);
                    }
                };
            });
            arguments.push(argument);
        }
        (statements, arguments)
    }

    /// What turns the function's result, in `__result`, into a reply.
    pub(crate) fn reply(&self, private: &TokenStream) -> TokenStream {
        let Locals {
            result, context, ..
        } = Locals::new();
        match self.output {
            Some(ty) if has_name(ty) => quote_spanned! {ty.span()=>
                <#ty as #private::IntoReply>::into_reply(#result, &#context)
            },
            _ => quote!(#private::IntoReply::into_reply(#result, &#context)),
        }
    }

    /// The statements that let arguments and result describe themselves to `__spec`.
    pub(crate) fn descriptions(&self, names: &Names<'_>, private: &TokenStream) -> TokenStream {
        let Locals { spec, .. } = Locals::new();
        let arguments = self.argument_descriptions(names, private);
        let result = match self.output {
            None => quote!(<() as #private::IntoReply>::describe(#spec);),
            Some(ty) if has_name(ty) => {
                quote_spanned!(ty.span()=> <#ty as #private::IntoReply>::describe(#spec);)
            }
            // It cannot be asked; it would not be written if there were nothing to send.
            Some(_) => quote!(#spec.gives_reply();),
        };
        quote!(#arguments #result)
    }

    /// Those of the arguments alone.
    ///
    /// They have the spans of those of [`arguments`](Self::arguments), so that rustc says only once
    /// what is wrong with a type.
    pub(crate) fn argument_descriptions(
        &self,
        names: &Names<'_>,
        private: &TokenStream,
    ) -> TokenStream {
        let Locals { spec, .. } = Locals::new();
        let extractors = self
            .parameters
            .iter()
            .filter(|p| matches!(names.meaning(p.name.as_deref()), Meaning::Extractor));
        let arguments = extractors.map(|parameter| {
            let ty = parameter.ty;
            quote_spanned!(ty.span()=> <#ty as #private::FromMessage>::describe(#spec);)
        });
        quote!(#(#arguments)*)
    }

    /// The future of the reply, from `__context`. `call` is the function to call.
    pub(crate) fn invocation(
        &self,
        names: &Names<'_>,
        call: &TokenStream,
        private: &TokenStream,
    ) -> TokenStream {
        let (statements, arguments) = self.arguments(names, private);
        let reply = self.reply(private);
        let Locals { result, .. } = Locals::new();
        // With the span of the function's name, so that rustc points there when the future is not
        // `Send`.
        quote_spanned! {self.name.span()=>
            async move {
                #statements
                let #result = #call(#(#arguments),*).await;
                #reply
            }
        }
    }

    /// The future of a listener, from `__context` and `__event`. `call` is the function to call.
    pub(crate) fn hearing(
        &self,
        names: &Names<'_>,
        call: &TokenStream,
        private: &TokenStream,
    ) -> TokenStream {
        let (statements, arguments) = self.arguments(names, private);
        let Locals { result, .. } = Locals::new();
        let outcome = match self.output {
            Some(ty) if has_name(ty) => quote_spanned! {ty.span()=>
                <#ty as #private::ListenerResult>::into_result(#result)
            },
            _ => quote!(#private::ListenerResult::into_result(#result)),
        };
        quote_spanned! {self.name.span()=>
            async move {
                #statements
                let #result = #call(#(#arguments),*).await;
                #outcome
            }
        }
    }
}

/// Whether a type can be written elsewhere, which one with `impl Trait` in it cannot.
fn has_name(ty: &Type) -> bool {
    fn mentions_impl(tokens: TokenStream) -> bool {
        tokens.into_iter().any(|token| match token {
            TokenTree::Ident(ident) => ident == "impl",
            TokenTree::Group(group) => mentions_impl(group.stream()),
            _ => false,
        })
    }
    !mentions_impl(ty.to_token_stream())
}
