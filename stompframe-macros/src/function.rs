//! A mapping attribute on a function.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::{FnArg, ItemFn};

use crate::args::{self, Args};
use crate::mapping::{Kind, Mapping};

pub(crate) fn expand(
    kind: Kind,
    krate: &TokenStream,
    attribute: TokenStream,
    item: &TokenStream,
) -> TokenStream {
    let Ok(mut function) = syn::parse2::<ItemFn>(item.clone()) else {
        let message = format!("`#[{}]` goes on a function", kind.attribute());
        let error = syn::Error::new_spanned(item, message).into_compile_error();
        return quote!(#item #error);
    };
    if let Some(receiver @ FnArg::Receiver(_)) = function.sig.inputs.first() {
        // A struct cannot stand inside an impl block: give the method back as it is.
        let message = format!(
            "`#[{}]` on a method needs `#[controller]` on its impl block",
            kind.attribute()
        );
        let error = syn::Error::new_spanned(receiver, message).into_compile_error();
        function.block.stmts.insert(0, syn::parse_quote!(#error;));
        return function.into_token_stream();
    }

    let args = syn::parse2::<Args>(attribute);
    let private = args::private(&args, krate);
    let mut errors = Vec::new();
    let mapping = Mapping::check(
        kind,
        args,
        "",
        &mut function.attrs,
        &function.sig,
        &mut errors,
    );
    let (name, visibility) = (&function.sig.ident, &function.vis);
    let origin = mapping.origin(&name.to_string(), &private);
    let glue = if errors.is_empty() {
        let invocation = mapping.invocation(&quote!(#name), &private);
        let build = mapping.build(
            &quote!(Self::REGISTRATION.origin),
            &quote!(__invoke),
            &private,
        );
        quote! {
            fn __invoke(
                __context: #private::MessageContext,
            ) -> #private::BoxFuture<'static, ::core::result::Result<#private::Reply, #private::HandlerError>> {
                #invocation
            }

            impl #private::AnnotatedFunction for #name {
                const REGISTRATION: #private::Registration = #private::Registration {
                    origin: #origin,
                    registered: #private::Registered::Function(<#name as #private::AnnotatedFunction>::mapping),
                };

                fn mapping() -> #private::Mapping {
                    #build
                }
            }

            #private::inventory::submit! {
                <#name as #private::AnnotatedFunction>::REGISTRATION
            }
        }
    } else {
        // So that `.handler::<name>()` does not fail as well.
        quote! {
            impl #private::AnnotatedFunction for #name {
                const REGISTRATION: #private::Registration = ::core::unreachable!();

                fn mapping() -> #private::Mapping {
                    ::core::unreachable!()
                }
            }
        }
    };
    let errors = errors.iter().map(syn::Error::to_compile_error);
    // A struct with braces lives among the types only, so the function keeps its name.
    quote! {
        #function

        #[doc(hidden)]
        #[allow(dead_code, missing_debug_implementations, non_camel_case_types)]
        #visibility struct #name {}

        const _: () = {
            #glue
        };

        #(#errors)*
    }
}
