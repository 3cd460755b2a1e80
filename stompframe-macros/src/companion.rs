//! The attributes that go with a mapping: `#[send_to]`, `#[send_to_user]`, `#[authorize]`.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::{Attribute, ItemFn, ItemImpl};

use crate::guard::{AUTHORIZE, Guard};
use crate::reply_to::ReplyTo;
use crate::role::{Role, is_named};
use crate::used;

/// What they say together.
#[derive(Clone, Default)]
pub(crate) struct Companions {
    pub(crate) reply_to: ReplyTo,
    pub(crate) guard: Guard,
}

impl Companions {
    /// Takes the attributes out, and reads them.
    pub(crate) fn take(attributes: &mut Vec<Attribute>, errors: &mut Vec<syn::Error>) -> Self {
        Self {
            reply_to: ReplyTo::take(attributes, errors),
            guard: Guard::take(attributes, errors),
        }
    }

    /// Whether it is one of these attributes.
    pub(crate) fn is_in(attribute: &Attribute) -> bool {
        ReplyTo::is_in(attribute) || Guard::is_in(attribute)
    }

    /// What a method says, or else what its controller says for all.
    pub(crate) fn or(self, of_controller: &Self) -> Self {
        Self {
            reply_to: self.reply_to.or(&of_controller.reply_to),
            guard: self.guard.or(&of_controller.guard),
        }
    }

    /// The calls that say so to what is built.
    pub(crate) fn build(&self) -> TokenStream {
        let (reply_to, guard) = (self.reply_to.build(), self.guard.build());
        quote!(#reply_to #guard)
    }
}

/// One of these attributes when it is expanded on its own.
///
/// Normally it never is: the mapping attribute takes it off the function. It only happens when it
/// stands above the mapping, or without one.
pub(crate) fn expand(name: &str, attribute: &TokenStream, item: &TokenStream) -> TokenStream {
    if used::is_kept(item) {
        return TokenStream::new();
    }
    let own: Attribute = {
        let name = syn::Ident::new(name, proc_macro2::Span::call_site());
        if attribute.is_empty() {
            syn::parse_quote!(#[#name])
        } else {
            syn::parse_quote!(#[#name(#attribute)])
        }
    };
    // Below the attribute that it goes with, which will find it there.
    if let Ok(mut function) = syn::parse2::<ItemFn>(item.clone())
        && let Some(place) = function
            .attrs
            .iter()
            .position(|other| Role::of(other).is_some())
    {
        function.attrs.insert(place + 1, own);
        return function.into_token_stream();
    }
    if let Ok(mut block) = syn::parse2::<ItemImpl>(item.clone())
        && let Some(place) = block
            .attrs
            .iter()
            .position(|other| is_named(other, "controller"))
    {
        block.attrs.insert(place + 1, own);
        return block.into_token_stream();
    }
    let with = match name {
        AUTHORIZE => "`#[message_mapping]` or `#[subscribe_mapping]`",
        _ => "`#[message_mapping]`, `#[subscribe_mapping]` or `#[message_exception_handler]`",
    };
    let message = format!("`#[{name}]` goes with {with} on a function, or with `#[controller]`");
    let error = syn::Error::new(proc_macro2::Span::call_site(), message).into_compile_error();
    quote!(#item #error)
}
