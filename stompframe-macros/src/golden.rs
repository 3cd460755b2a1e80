//! What the attributes expand to, held against files that are read like code.
//!
//! For each input in `tests/golden` there is its expansion beside it, `.expanded.rs`.
//! `GOLDEN=overwrite cargo test -p stompframe-macros` writes them anew; read the difference before
//! you commit it.

use std::fs;
use std::path::Path;

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::{Attribute, Item, Meta};

use crate::role::{Role, is_named};

/// Expands the first item of a file as rustc would: the attribute is taken off, and the others are
/// left to it.
fn expand(source: &str) -> TokenStream {
    let mut file = syn::parse_file(source).expect("an input is Rust");
    let item = file.items.first_mut().expect("an input has an item");
    let krate = quote!(::stompframe);
    match item {
        Item::Fn(function) => {
            let position = function.attrs.iter().position(|a| Role::of(a).is_some());
            let attribute = function
                .attrs
                .remove(position.expect("a function is mapped"));
            let role = Role::of(&attribute).expect("it has just been found");
            crate::function::expand(role, &krate, arguments(&attribute), &item.to_token_stream())
        }
        Item::Impl(block) => {
            let position = block.attrs.iter().position(|a| is_named(a, "controller"));
            let attribute = block
                .attrs
                .remove(position.expect("a block is a controller"));
            crate::controller::expand(&krate, arguments(&attribute), &item.to_token_stream())
        }
        _ => panic!("an input is a function or an impl block"),
    }
}

fn arguments(attribute: &Attribute) -> TokenStream {
    match &attribute.meta {
        Meta::List(list) => list.tokens.clone(),
        _ => TokenStream::new(),
    }
}

fn check(name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let source = fs::read_to_string(folder.join(name).with_extension("rs")).expect("an input");
    let expansion = syn::parse2(expand(&source)).expect("an expansion is Rust");
    let expansion = prettyplease::unparse(&expansion);
    let golden = folder.join(name).with_extension("expanded.rs");
    if std::env::var_os("GOLDEN").is_some_and(|value| value == "overwrite") {
        fs::write(golden, expansion).expect("a golden file can be written");
        return;
    }
    let golden = fs::read_to_string(golden).unwrap_or_default();
    assert!(
        golden == expansion,
        "{name} expands to something else than its golden file says:\n{expansion}"
    );
}

macro_rules! golden {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                check(stringify!($name));
            }
        )*
    };
}

golden! { function subscription authorized placeholders exception_handler event_listener controller renamed_crate two_mistakes }
