//! Attributes that an expansion takes off are used all the same.
//!
//! rustc sees only what an expansion leaves. Where `send_to` was imported by name and the mapping
//! has taken it off its function, rustc would call the import unused. So each such attribute is left
//! on a function of this name, from which it takes itself off.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, ItemFn};

use crate::companion::Companions;
use crate::role::Role;

const NAME: &str = "__stompframe_attribute_is_used";

/// Code that uses those of these attributes that an expansion takes off, and is nothing.
pub(crate) fn keep<'a>(attributes: impl IntoIterator<Item = &'a Attribute>) -> TokenStream {
    let name = syn::Ident::new(NAME, proc_macro2::Span::call_site());
    let ours =
        |attribute: &&Attribute| Role::of(attribute).is_some() || Companions::is_in(attribute);
    let paths = attributes.into_iter().filter(ours).map(Attribute::path);
    quote!(#(const _: () = { #[#paths] fn #name() {} };)*)
}

/// Whether an attribute stands on such a function.
pub(crate) fn is_kept(item: &TokenStream) -> bool {
    syn::parse2::<ItemFn>(item.clone()).is_ok_and(|function| function.sig.ident == NAME)
}
