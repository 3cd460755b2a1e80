//! `#[send_to]` and `#[send_to_user]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, LitBool, LitStr, Token};

use crate::args::Args;
use crate::destination::read_template;
use crate::role::is_named;
use crate::signature::Handler;
use crate::syntax::Part;

const SEND_TO: &str = "send_to";
const SEND_TO_USER: &str = "send_to_user";

/// Where replies go: what these attributes say together.
#[derive(Clone, Default)]
pub(crate) struct ReplyTo {
    broker: Vec<LitStr>,
    /// Without a destination there is a default, so that it was said at all matters.
    user: Option<UserArgs>,
}

impl ReplyTo {
    /// Takes the attributes out, and reads them.
    pub(crate) fn take(attributes: &mut Vec<Attribute>, errors: &mut Vec<syn::Error>) -> Self {
        let mut all = Self::default();
        let ours = |attribute: &mut Attribute| Self::is_in(attribute);
        for attribute in attributes.extract_if(.., ours) {
            if is_named(&attribute, SEND_TO_USER) {
                match UserArgs::read(&attribute) {
                    Ok(args) => all.user = Some(args),
                    Err(error) => errors.push(error),
                }
                continue;
            }
            match attribute.parse_args::<Args>() {
                Ok(args) if args.strings.is_empty() => errors.push(syn::Error::new_spanned(
                    &attribute,
                    "say where to: `#[send_to(\"/topic/chat\")]`",
                )),
                Ok(args) => all.broker.extend(args.strings),
                Err(error) => errors.push(error),
            }
        }
        all
    }

    /// Whether it is one of these attributes.
    pub(crate) fn is_in(attribute: &Attribute) -> bool {
        is_named(attribute, SEND_TO) || is_named(attribute, SEND_TO_USER)
    }

    /// What a method says, or else what its controller says for all.
    pub(crate) fn or(self, of_controller: &Self) -> Self {
        if self.is_empty() {
            of_controller.clone()
        } else {
            self
        }
    }

    fn is_empty(&self) -> bool {
        self.broker.is_empty() && self.user.is_none()
    }

    fn templates(&self) -> impl Iterator<Item = &LitStr> {
        self.broker
            .iter()
            .chain(self.user.iter().flat_map(|user| &user.destinations))
    }

    /// Checks that the function has something to send. Not for what a controller says for all.
    pub(crate) fn check_result(&self, handler: &Handler<'_>, errors: &mut Vec<syn::Error>) {
        if let (Some(first), true) = (self.templates().next(), handler.returns_nothing()) {
            errors.push(syn::Error::new(
                first.span(),
                format!(
                    "`{}` returns nothing that could be sent: give it a return type",
                    handler.name
                ),
            ));
        }
    }

    /// Checks the templates; `known` are the variables, and where they come from.
    pub(crate) fn check_templates(
        &self,
        known: Option<(&[String], &str)>,
        errors: &mut Vec<syn::Error>,
    ) {
        for literal in self.templates() {
            let parts = match read_template(&literal.value()) {
                Ok(parts) => parts,
                Err(error) => {
                    errors.push(syn::Error::new(literal.span(), error));
                    continue;
                }
            };
            // Without a pattern there is nothing to hold the placeholders against.
            let Some((variables, place)) = known else {
                continue;
            };
            let is_known = |name: &str| variables.iter().any(|variable| variable == name);
            for name in parts
                .iter()
                .filter_map(Part::variable)
                .filter(|name| !is_known(name))
            {
                let has = listed(variables);
                let message = format!("`{{{name}}}` is no variable of {place}: it has {has}");
                errors.push(syn::Error::new(literal.span(), message));
            }
        }
    }

    /// The calls that say so to what is built.
    pub(crate) fn build(&self) -> TokenStream {
        let broker = &self.broker;
        let user = self.user.iter().map(
            |UserArgs {
                 destinations,
                 broadcast,
             }| {
                if destinations.is_empty() {
                    return quote!(.send_to_user(::core::option::Option::None, #broadcast));
                }
                quote!(#(.send_to_user(::core::option::Option::Some(#destinations), #broadcast))*)
            },
        );
        quote!(#(.send_to(#broker))* #(#user)*)
    }
}

/// Names, as they stand in a sentence.
pub(crate) fn listed(names: &[String]) -> String {
    if names.is_empty() {
        "none".to_owned()
    } else {
        format!("`{}`", names.join("`, `"))
    }
}

/// What stands in the parentheses of `#[send_to_user]`.
#[derive(Clone)]
struct UserArgs {
    destinations: Vec<LitStr>,
    broadcast: bool,
}

impl UserArgs {
    fn read(attribute: &Attribute) -> syn::Result<Self> {
        match &attribute.meta {
            // `#[send_to_user]` alone.
            syn::Meta::Path(_) => Ok(Self {
                destinations: Vec::new(),
                broadcast: true,
            }),
            _ => attribute.parse_args(),
        }
    }
}

mod keyword {
    syn::custom_keyword!(broadcast);
}

impl Parse for UserArgs {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let (mut destinations, mut broadcast) = (Vec::new(), true);
        while !input.is_empty() {
            if input.peek(LitStr) {
                destinations.push(input.parse()?);
            } else if input.peek(keyword::broadcast) {
                input.parse::<keyword::broadcast>()?;
                input.parse::<Token![=]>()?;
                broadcast = input.parse::<LitBool>()?.value;
            } else {
                return Err(input.error(
                    "expected a user destination in quotes, such as \"/queue/replies\", or `broadcast = false`",
                ));
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(Self {
            destinations,
            broadcast,
        })
    }
}
