//! What a mapping attribute says, held against the function that it stands on.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Attribute, LitStr, Signature};

use crate::args::Args;
use crate::companion::Companions;
use crate::destination::read_pattern;
use crate::names::Names;
use crate::reply_to::listed;
use crate::role::{Role, only_one};
use crate::signature::Handler;
use crate::syntax::{Part, Segment};

/// A mapping and its function, checked against each other.
pub(crate) struct Mapping<'f> {
    role: Role,
    patterns: Vec<String>,
    /// Those of the first pattern, in its order, which is the order for all.
    variables: Vec<String>,
    companions: Companions,
    pub(crate) handler: Handler<'f>,
}

impl<'f> Mapping<'f> {
    /// Checks a mapping; mistakes go to `errors`. `prefix` and `defaults` are those of the
    /// controller, or empty.
    pub(crate) fn check(
        role: Role,
        args: syn::Result<Args>,
        (prefix, defaults): (&str, &Companions),
        attributes: &mut Vec<Attribute>,
        signature: &'f Signature,
        errors: &mut Vec<syn::Error>,
    ) -> Self {
        let companions = Companions::take(attributes, errors);
        only_one(attributes, errors);
        let handler = Handler::read(signature, errors);
        companions.reply_to.check_result(&handler, errors);
        let mut mapping = Self {
            role,
            patterns: Vec::new(),
            variables: Vec::new(),
            companions: companions.or(defaults),
            handler,
        };
        match args {
            Ok(args) => mapping.check_patterns(&args, prefix, errors),
            Err(error) => errors.push(error),
        }
        let place = mapping
            .patterns
            .first()
            .map(|pattern| format!("\"{pattern}\""));
        let known = place
            .as_deref()
            .map(|place| (mapping.variables.as_slice(), place));
        mapping.companions.reply_to.check_templates(known, errors);
        mapping
    }

    fn check_patterns(&mut self, args: &Args, prefix: &str, errors: &mut Vec<syn::Error>) {
        if args.strings.is_empty() && !prefix.is_empty() {
            // The controller's destination itself.
            let here = LitStr::new("", proc_macro2::Span::call_site());
            if let Err(error) = self.check_pattern(&here, prefix) {
                errors.push(syn::Error::new(here.span(), error));
            }
        } else if args.strings.is_empty() {
            let missing = format!(
                "say which destination: `#[{}(\"/chat\")]`",
                self.role.attribute()
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
        // On its own first, so that what is wrong with it is told in its own words.
        let pattern = format!("{prefix}{}", literal.value());
        let own = literal.value();
        let is_prefix = own.is_empty() && !prefix.is_empty();
        let segments = if is_prefix {
            Ok(Vec::new())
        } else {
            read_pattern(&own)
        }
        .and_then(|_| read_pattern(&pattern))
        .map_err(|error| error.to_string())?;
        let variables: Vec<_> = segments
            .iter()
            .flat_map(variables)
            .map(str::to_owned)
            .collect();
        let is_first = self.patterns.is_empty();
        self.patterns.push(pattern);
        if is_first {
            let missing = variables
                .iter()
                .find(|name| !self.handler.has_parameter(name));
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

    const fn names(&self) -> Names<'_> {
        Names {
            variables: self.variables.as_slice(),
            ..Names::NONE
        }
    }

    /// The expression that builds the mapping. `call` is the function to call, and `capture` what
    /// has to be captured for it.
    pub(crate) fn build(
        &self,
        origin: &TokenStream,
        call: &TokenStream,
        capture: &TokenStream,
        private: &TokenStream,
    ) -> TokenStream {
        let kind = match self.role {
            Role::Subscribe => quote!(Subscribe),
            _ => quote!(Message),
        };
        let (patterns, variables) = (&self.patterns, &self.variables);
        let companions = self.companions.build();
        let invocation = self.handler.invocation(&self.names(), call, private);
        let descriptions = self.handler.descriptions(&self.names(), private);
        let function = quote!({
            #capture
            move |__context: #private::MessageContext| {
                #capture
                #invocation
            }
        });
        // With the span of the function's name, so that rustc points there when the future is not
        // `Send`. The angle brackets are there to begin with it.
        let mapping = quote_spanned! {self.handler.name.span()=>
            <#private::Mapping>::new(#private::MappingKind::#kind, [#(#patterns),*], #origin, #function)
        };
        quote! {
            #mapping
            .variables(&[#(#variables),*])
            #companions
            .describe(|__spec| {
                #descriptions
            })
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
