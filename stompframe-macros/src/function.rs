//! An attribute on a function.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::{FnArg, ItemFn};

use crate::annotated::Annotated;
use crate::args::{self, Args};
use crate::companion::Companions;
use crate::role::Role;
use crate::used;

pub(crate) fn expand(
    role: Role,
    krate: &TokenStream,
    attribute: TokenStream,
    item: &TokenStream,
) -> TokenStream {
    if used::is_kept(item) {
        return TokenStream::new();
    }
    let Ok(mut function) = syn::parse2::<ItemFn>(item.clone()) else {
        let message = format!("`#[{}]` goes on a function", role.attribute());
        let error = syn::Error::new_spanned(item, message).into_compile_error();
        return quote!(#item #error);
    };
    if let Some(receiver @ FnArg::Receiver(_)) = function.sig.inputs.first() {
        // A struct cannot stand inside an impl block: give the method back as it is.
        let attribute = role.attribute();
        let message =
            format!("`#[{attribute}]` on a method needs `#[controller]` on its impl block");
        let error = syn::Error::new_spanned(receiver, message).into_compile_error();
        function.block.stmts.insert(0, syn::parse_quote!(#error;));
        return function.into_token_stream();
    }

    let used = used::keep(&function.attrs);
    let args = syn::parse2::<Args>(attribute);
    let private = args::private(&args, krate);
    let no_controller = ("", &Companions::default());
    let mut errors = Vec::new();
    let annotated = Annotated::check(
        role,
        args,
        no_controller,
        &mut function.attrs,
        &function.sig,
        &mut errors,
    );
    let (name, visibility) = (&function.sig.ident, &function.vis);
    let registration = if errors.is_empty() {
        let (ty, variant) = match annotated {
            Annotated::Mapping(_) => (quote!(Mapping), quote!(Function)),
            Annotated::Exception(_) => (quote!(ExceptionHandler), quote!(ExceptionHandler)),
            Annotated::Listener(_) => (quote!(EventListener), quote!(EventListener)),
        };
        let origin = annotated.origin(&name.to_string(), &private);
        let build = annotated.build(&quote!(__ORIGIN), &quote!(#name), &quote!(), &private);
        quote! {
            const __ORIGIN: #private::Origin = #origin;

            fn __build() -> #private::#ty {
                #build
            }

            impl #private::AnnotatedFunction for #name {
                const REGISTRATION: #private::Registration = #private::Registration {
                    origin: __ORIGIN,
                    registered: #private::Registered::#variant(__build),
                };
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
            #registration
        };

        #used
        #(#errors)*
    }
}
