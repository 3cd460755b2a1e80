//! What stands in the parentheses of an attribute.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{LitStr, Path, Token};

/// Strings, and where `crate = path` may stand, that too.
#[derive(Default)]
pub(crate) struct Args {
    pub(crate) strings: Vec<LitStr>,
    krate: Option<Path>,
}

enum Arg {
    String(LitStr),
    Crate(Path),
}

impl Parse for Arg {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let lookahead = input.lookahead1();
        if lookahead.peek(LitStr) {
            input.parse().map(Self::String)
        } else if lookahead.peek(Token![crate]) {
            input.parse::<Token![crate]>()?;
            input.parse::<Token![=]>()?;
            input.call(Path::parse_mod_style).map(Self::Crate)
        } else {
            Err(input.error("expected a destination in quotes, such as \"/chat\""))
        }
    }
}

impl Parse for Args {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut args = Self::default();
        for arg in Punctuated::<Arg, Token![,]>::parse_terminated(input)? {
            match arg {
                Arg::String(string) => args.strings.push(string),
                Arg::Crate(path) if args.krate.is_some() => {
                    return Err(syn::Error::new_spanned(path, "`crate` is given twice"));
                }
                Arg::Crate(path) => args.krate = Some(path),
            }
        }
        Ok(args)
    }
}

impl Args {
    /// Those of an attribute, which may have none.
    pub(crate) fn read(attribute: &syn::Attribute) -> syn::Result<Self> {
        match &attribute.meta {
            syn::Meta::Path(_) => Ok(Self::default()),
            _ => attribute.parse_args(),
        }
    }
}

/// The module that the expansion takes everything from.
pub(crate) fn private(args: &syn::Result<Args>, default: &TokenStream) -> TokenStream {
    match args {
        Ok(Args {
            krate: Some(path), ..
        }) => quote!(#path::__private),
        _ => quote!(#default::__private),
    }
}
