//! `#[send_to]` when it is expanded on its own.
//!
//! Normally it never is: the mapping attribute takes it off the function. It only happens when it
//! stands above the mapping, or without one.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::ItemFn;

use crate::mapping::Kind;

pub(crate) fn expand(attribute: &TokenStream, item: &TokenStream) -> TokenStream {
    let mapped = syn::parse2::<ItemFn>(item.clone())
        .ok()
        .and_then(|function| {
            let position = function
                .attrs
                .iter()
                .position(|attribute| Kind::of(attribute).is_some())?;
            Some((function, position))
        });
    let Some((mut function, position)) = mapped else {
        let message = "`#[send_to]` goes with `#[message_mapping]` or `#[subscribe_mapping]` on the same function";
        let error = syn::Error::new(proc_macro2::Span::call_site(), message).into_compile_error();
        return quote!(#item #error);
    };
    // Below the mapping, which will find it there.
    function
        .attrs
        .insert(position + 1, syn::parse_quote!(#[send_to(#attribute)]));
    function.into_token_stream()
}
