//! `#[controller]` on an impl block.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::{ImplItem, ItemImpl};

use crate::annotated::Annotated;
use crate::args::{self, Args};
use crate::companion::Companions;
use crate::destination::read_pattern;
use crate::role::Role;
use crate::used;

pub(crate) fn expand(
    krate: &TokenStream,
    attribute: TokenStream,
    item: &TokenStream,
) -> TokenStream {
    let Ok(mut block) = syn::parse2::<ItemImpl>(item.clone()) else {
        let message = "`#[controller]` goes on the `impl` block with the mapped methods";
        let error = syn::Error::new_spanned(item, message).into_compile_error();
        return quote!(#item #error);
    };
    let methods = block.items.iter().filter_map(|item| match item {
        ImplItem::Fn(method) => Some(&method.attrs),
        _ => None,
    });
    let used = used::keep(methods.flatten().chain(&block.attrs));
    let args = syn::parse2::<Args>(attribute);
    let private = args::private(&args, krate);
    let mut errors = Vec::new();
    if let Some((path, _)) = &block.trait_ {
        errors.push(syn::Error::new_spanned(
            path,
            "`#[controller]` goes on an impl block without a trait",
        ));
    }
    let prefix = prefix(args, &mut errors);
    let type_name = block.self_ty.to_token_stream().to_string().replace(' ', "");
    let defaults = Companions::take(&mut block.attrs, &mut errors);

    let mut mappings = Vec::new();
    let mut exceptions = Vec::new();
    let mut listeners = Vec::new();
    let mut mapped = 0;
    for item in &mut block.items {
        let ImplItem::Fn(method) = item else { continue };
        let Some(position) = method
            .attrs
            .iter()
            .position(|other| Role::of(other).is_some())
        else {
            continue;
        };
        let attribute = method.attrs.remove(position);
        let Some(role) = Role::of(&attribute) else {
            continue;
        };
        mapped += usize::from(role != Role::Exception);
        let before = errors.len();
        let annotated = Annotated::check(
            role,
            Args::read(&attribute),
            (&prefix, &defaults),
            &mut method.attrs,
            &method.sig,
            &mut errors,
        );
        if errors.len() == before {
            let build = build(&annotated, &type_name, &private);
            match annotated {
                Annotated::Mapping(_) => mappings.push(build),
                Annotated::Exception(_) => exceptions.push(build),
                Annotated::Listener(_) => listeners.push(build),
            }
        }
    }
    if mapped == 0 && block.trait_.is_none() {
        errors.push(syn::Error::new_spanned(
            &block.self_ty,
            "this controller maps nothing: put `#[message_mapping(\"/...\")]` or `#[subscribe_mapping(\"/...\")]` on a \
             method",
        ));
    }

    let event_listeners = (!listeners.is_empty()).then(|| {
        quote! {
            fn event_listeners(
                __controller: &::std::sync::Arc<Self>,
            ) -> ::std::vec::Vec<#private::EventListener> {
                ::core::convert::From::from([#(#listeners),*])
            }
        }
    });
    let (self_type, generics) = (&block.self_ty, &block.generics);
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    // A generic controller has no one type that could be asked for.
    let registration = generics.params.is_empty().then(|| {
        quote! {
            #private::inventory::submit! {
                #private::Registration {
                    origin: #private::Origin {
                        module: ::core::module_path!(),
                        file: ::core::file!(),
                        line: ::core::line!(),
                        name: #type_name,
                    },
                    registered: #private::Registered::Controller(|| ::core::any::TypeId::of::<#self_type>()),
                }
            }
        }
    });
    let registration = errors.is_empty().then_some(registration);
    let errors = errors.iter().map(syn::Error::to_compile_error);
    quote! {
        #block

        const _: () = {
            impl #impl_generics #private::Controller for #self_type #where_clause {
                fn mappings(__controller: &::std::sync::Arc<Self>) -> ::std::vec::Vec<#private::Mapping> {
                    let __exceptions: ::std::sync::Arc<[#private::ExceptionHandler]> =
                        ::core::convert::From::from([#(#exceptions),*]);
                    ::core::convert::From::from([#(#mappings.exceptions(&__exceptions)),*])
                }

                #event_listeners
            }

            #registration
        };

        #used
        #(#errors)*
    }
}

/// The controller's own part of every destination.
fn prefix(args: syn::Result<Args>, errors: &mut Vec<syn::Error>) -> String {
    let args = args.unwrap_or_else(|error| {
        errors.push(error);
        Args::default()
    });
    if let Some(second) = args.strings.get(1) {
        errors.push(syn::Error::new(
            second.span(),
            "a controller has one prefix: remove this one",
        ));
    }
    let Some(prefix) = args.strings.first() else {
        return String::new();
    };
    match read_pattern(&prefix.value()) {
        Ok(_) => prefix.value(),
        Err(error) => {
            errors.push(syn::Error::new(prefix.span(), error));
            String::new()
        }
    }
}

/// The expression that builds what a method is.
fn build(annotated: &Annotated<'_>, type_name: &str, private: &TokenStream) -> TokenStream {
    let handler = annotated.handler();
    let name = handler.name;
    let origin = annotated.origin(&format!("{type_name}::{name}"), private);
    if handler.has_receiver {
        let capture = quote!(let __controller = <::std::sync::Arc<_> as ::core::clone::Clone>::clone(&__controller););
        annotated.build(&origin, &quote!(__controller.#name), &capture, private)
    } else {
        annotated.build(&origin, &quote!(Self::#name), &quote!(), private)
    }
}
