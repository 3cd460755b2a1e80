//! `#[authorize]`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned as _;
use syn::{Attribute, Expr, ExprLit, Lit, Meta, Token};

use crate::role::is_named;

pub(crate) const AUTHORIZE: &str = "authorize";

/// Who may send or subscribe: what the attribute says.
#[derive(Clone, Default)]
pub(crate) struct Guard(Option<Box<Expr>>);

impl Guard {
    /// Takes the attribute out, and reads it.
    pub(crate) fn take(attributes: &mut Vec<Attribute>, errors: &mut Vec<syn::Error>) -> Self {
        let mut guard = Self::default();
        let ours = |attribute: &mut Attribute| Self::is_in(attribute);
        for attribute in attributes.extract_if(.., ours) {
            let rule = match read(&attribute) {
                Ok(rule) => rule,
                Err(error) => {
                    errors.push(error);
                    continue;
                }
            };
            if guard.0.replace(Box::new(rule)).is_some() {
                errors.push(syn::Error::new_spanned(&attribute, ONE));
            }
        }
        guard
    }

    /// Whether it is this attribute.
    pub(crate) fn is_in(attribute: &Attribute) -> bool {
        is_named(attribute, AUTHORIZE)
    }

    /// What a method says, or else what its controller says for all.
    pub(crate) fn or(self, of_controller: &Self) -> Self {
        Self(self.0.or_else(|| of_controller.0.clone()))
    }

    /// Refuses it where nobody from outside comes by.
    pub(crate) fn refuse(&self, errors: &mut Vec<syn::Error>) {
        errors.extend(self.0.iter().map(|rule| {
            let message = "no client calls this function: remove `#[authorize]`";
            syn::Error::new_spanned(rule, message)
        }));
    }

    /// The call that says so to what is built.
    pub(crate) fn build(&self) -> TokenStream {
        let Some(rule) = &self.0 else {
            return TokenStream::new();
        };
        // With the span of the rule, so that rustc points there when it is none.
        let call = quote_spanned!(rule.span()=> authorize(#rule));
        quote!(.#call)
    }
}

const ONE: &str = "a mapping has one rule: write a predicate for what takes several, such as \
                   `async |access: Access| access.has_role(\"A\") && access.has_role(\"B\")`";

fn read(attribute: &Attribute) -> syn::Result<Expr> {
    let missing = || {
        let message = "say who may: `#[authorize(has_role(\"ADMIN\"))]`, `#[authorize(authenticated())]` or a predicate";
        syn::Error::new_spanned(attribute, message)
    };
    let Meta::List(list) = &attribute.meta else {
        return Err(missing());
    };
    let rules = list.parse_args_with(Punctuated::<Expr, Token![,]>::parse_terminated)?;
    let mut rules = rules.into_iter();
    let rule = rules.next().ok_or_else(missing)?;
    if let Some(second) = rules.next() {
        return Err(syn::Error::new_spanned(second, ONE));
    }
    let is_text = |expr: &Expr| {
        let text = |lit: &ExprLit| matches!(lit.lit, Lit::Str(_));
        matches!(expr, Expr::Lit(lit) if text(lit))
    };
    match &rule {
        Expr::Assign(assign) if is_text(&assign.right) => {
            let role = &assign.right;
            let message = format!("a role is written `has_role({})`", quote!(#role));
            Err(syn::Error::new_spanned(&rule, message))
        }
        role if is_text(role) => {
            let message = format!("a role is written `has_role({})`", quote!(#role));
            Err(syn::Error::new_spanned(role, message))
        }
        _ => Ok(rule),
    }
}
