//! What a mapping attribute says, held against the function that it stands on.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Attribute, LitStr, Signature};

use crate::args::Args;
use crate::signature::Handler;
use crate::syntax::{Part, Segment, parse_pattern, parse_template};

/// Which messages an attribute maps.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Message,
    Subscribe,
}

impl Kind {
    const ALL: [Self; 2] = [Self::Message, Self::Subscribe];

    pub(crate) const fn attribute(self) -> &'static str {
        match self {
            Self::Message => "message_mapping",
            Self::Subscribe => "subscribe_mapping",
        }
    }

    /// The kind of an attribute, if it is a mapping. It goes by the last name, since the path may
    /// be any.
    pub(crate) fn of(attribute: &Attribute) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| is_named(attribute, kind.attribute()))
    }

    fn variant(self) -> TokenStream {
        match self {
            Self::Message => quote!(Message),
            Self::Subscribe => quote!(Subscribe),
        }
    }
}

pub(crate) fn is_named(attribute: &Attribute, name: &str) -> bool {
    attribute
        .path()
        .segments
        .last()
        .is_some_and(|segment| segment.ident == name)
}

/// A mapping and its function, checked against each other.
pub(crate) struct Mapping<'f> {
    kind: Kind,
    patterns: Vec<String>,
    /// Those of the first pattern, in its order, which is the order for all.
    variables: Vec<String>,
    send_to: Vec<LitStr>,
    pub(crate) handler: Handler<'f>,
}

impl<'f> Mapping<'f> {
    /// Checks a mapping; mistakes go to `errors`. `prefix` is that of the controller, or empty.
    pub(crate) fn check(
        kind: Kind,
        args: syn::Result<Args>,
        prefix: &str,
        attributes: &mut Vec<Attribute>,
        signature: &'f Signature,
        errors: &mut Vec<syn::Error>,
    ) -> Self {
        let send_to = take_send_to(attributes, errors);
        if let Some(other) = attributes
            .iter()
            .find(|attribute| Kind::of(attribute).is_some())
        {
            errors.push(syn::Error::new_spanned(
                other,
                "a function has one mapping: write a second function for the second",
            ));
        }
        attributes.retain(|attribute| Kind::of(attribute).is_none());

        let handler = Handler::read(signature, errors);
        let mut mapping = Self {
            kind,
            patterns: Vec::new(),
            variables: Vec::new(),
            send_to,
            handler,
        };
        match args {
            Ok(args) => mapping.check_patterns(&args, prefix, errors),
            Err(error) => errors.push(error),
        }
        mapping.check_send_to(errors);
        mapping
    }

    fn check_patterns(&mut self, args: &Args, prefix: &str, errors: &mut Vec<syn::Error>) {
        if args.strings.is_empty() {
            let missing = format!(
                "say which destination: `#[{}(\"/chat\")]`",
                self.kind.attribute()
            );
            errors.push(syn::Error::new(proc_macro2::Span::call_site(), missing));
        }
        for literal in &args.strings {
            if let Err(error) = self.check_pattern(literal, prefix) {
                errors.push(syn::Error::new(literal.span(), error));
            }
        }
    }

    /// Takes one pattern, or says what is wrong with it.
    fn check_pattern(&mut self, literal: &LitStr, prefix: &str) -> Result<(), String> {
        // On its own first, so that what is wrong with it is told in its own words. The separator
        // is the builder's to say; what can be checked here does not depend on it.
        let pattern = format!("{prefix}{}", literal.value());
        let segments = parse_pattern(&literal.value(), '/')
            .and_then(|_| parse_pattern(&pattern, '/'))
            .map_err(|error| error.to_string())?;
        let variables: Vec<_> = segments
            .iter()
            .flat_map(variables)
            .map(str::to_owned)
            .collect();
        let is_first = self.patterns.is_empty();
        self.patterns.push(pattern);
        if is_first {
            let parameters: Vec<_> = self.handler.parameter_names().collect();
            let missing = variables
                .iter()
                .find(|name| !parameters.contains(&name.as_str()));
            self.variables.clone_from(&variables);
            return match missing {
                Some(name) => Err(format!(
                    "variable `{name}` has no parameter: add `{name}: ...` to `{}`",
                    self.handler.name
                )),
                None => Ok(()),
            };
        }
        let same = variables.len() == self.variables.len()
            && variables.iter().all(|name| self.variables.contains(name));
        if same {
            return Ok(());
        }
        Err(format!(
            "all destinations of a mapping have the same variables: \"{}\" has {}",
            self.patterns[0],
            listed(&self.variables)
        ))
    }

    fn check_send_to(&self, errors: &mut Vec<syn::Error>) {
        for literal in &self.send_to {
            let parts = match parse_template(&literal.value()) {
                Ok(parts) => parts,
                Err(error) => {
                    errors.push(syn::Error::new(literal.span(), error));
                    continue;
                }
            };
            // Without a pattern there is nothing to hold the placeholders against.
            let Some(pattern) = self.patterns.first() else {
                continue;
            };
            let known = |name: &str| self.variables.iter().any(|variable| variable == name);
            for name in parts
                .iter()
                .filter_map(Part::variable)
                .filter(|name| !known(name))
            {
                errors.push(syn::Error::new(
                    literal.span(),
                    format!(
                        "`{{{name}}}` is no variable of \"{pattern}\": it has {}",
                        listed(&self.variables)
                    ),
                ));
            }
        }
        if let (Some(first), true) = (self.send_to.first(), self.handler.returns_nothing()) {
            errors.push(syn::Error::new(
                first.span(),
                format!(
                    "`{}` returns nothing that could be sent: give it a return type",
                    self.handler.name
                ),
            ));
        }
    }

    /// The body of the invoking function: from `__context` to the future of the reply. `call` is
    /// the function to call.
    pub(crate) fn invocation(&self, call: &TokenStream, private: &TokenStream) -> TokenStream {
        let (statements, arguments) = self.handler.arguments(&self.variables, private);
        let reply = self.handler.reply(private);
        // With the span of the function's name, so that rustc points there when the future is not
        // `Send`.
        quote_spanned! {self.handler.name.span()=>
            ::std::boxed::Box::pin(async move {
                #statements
                let __result = #call(#(#arguments),*).await;
                #reply
            })
        }
    }

    /// The expression that builds the mapping.
    pub(crate) fn build(
        &self,
        origin: &TokenStream,
        invoke: &TokenStream,
        private: &TokenStream,
    ) -> TokenStream {
        let (kind, patterns, send_to) = (self.kind.variant(), &self.patterns, &self.send_to);
        let variables = &self.variables;
        let descriptions = self.handler.descriptions(&self.variables, private);
        quote! {
            #private::Mapping::new(#private::MappingKind::#kind, [#(#patterns),*], #origin, #invoke)
                .variables(&[#(#variables),*])
                #(.send_to(#send_to))*
                .describe(|__spec| {
                    #descriptions
                })
        }
    }

    /// The expression that says where the function stands.
    pub(crate) fn origin(&self, name: &str, private: &TokenStream) -> TokenStream {
        let line = quote_spanned!(self.handler.name.span()=> ::core::line!());
        quote! {
            #private::Origin {
                module: ::core::module_path!(),
                file: ::core::file!(),
                line: #line,
                name: #name,
            }
        }
    }
}

fn variables(segment: &Segment) -> impl Iterator<Item = &str> {
    let parts = match segment {
        Segment::Deep => &[],
        Segment::Parts(parts) => parts.as_slice(),
    };
    parts.iter().filter_map(Part::variable)
}

/// Names, as they stand in a sentence.
fn listed(names: &[String]) -> String {
    if names.is_empty() {
        "none".to_owned()
    } else {
        format!("`{}`", names.join("`, `"))
    }
}

/// Takes the `send_to` attributes out, and gives what they say.
fn take_send_to(attributes: &mut Vec<Attribute>, errors: &mut Vec<syn::Error>) -> Vec<LitStr> {
    let mut destinations = Vec::new();
    for attribute in attributes.extract_if(.., |attribute| is_named(attribute, "send_to")) {
        match attribute.parse_args::<Args>() {
            Ok(args) if args.strings.is_empty() => errors.push(syn::Error::new_spanned(
                &attribute,
                "say where to: `#[send_to(\"/topic/chat\")]`",
            )),
            Ok(args) => destinations.extend(args.strings),
            Err(error) => errors.push(error),
        }
    }
    destinations
}
