//! The attributes of stompframe.
//!
//! They are documented where they are used from: the `stompframe` crate. Each stands here twice,
//! because it has to name the crate that its expansion refers to: once for `stompframe`, and once
//! (`core_`) for `stompframe-core` alone.
//!
//! An attribute goes through these stages, a file each: what it says (`args`), what the function
//! takes (`signature`), whether the two fit together (`mapping`), and the code that comes out
//! (`function`, `controller`). Mistakes are collected on the way, all of them are reported, and
//! what the user wrote is always given back, so that one mistake does not look like ten.

mod annotated;
mod args;
mod companion;
mod controller;
mod destination;
mod exception;
mod function;
#[cfg(test)]
mod golden;
mod guard;
mod listener;
mod mapping;
mod names;
mod placeholders;
mod reply_to;
mod role;
mod signature;
mod syntax;
mod used;

use proc_macro::TokenStream;
use proc_macro2::TokenStream as TokenStream2;
use quote::quote;

use self::role::Role;

macro_rules! attributes {
    ($($name:ident, $core_name:ident => |$default:ident, $attribute:ident, $item:ident| $expand:expr;)*) => {
        $(
            #[allow(missing_docs, reason = "documented where it is re-exported")]
            #[proc_macro_attribute]
            pub fn $name(attribute: TokenStream, item: TokenStream) -> TokenStream {
                let ($default, $attribute, $item) =
                    (quote!(::stompframe), TokenStream2::from(attribute), TokenStream2::from(item));
                $expand.into()
            }

            #[allow(missing_docs, reason = "documented where it is re-exported")]
            #[proc_macro_attribute]
            pub fn $core_name(attribute: TokenStream, item: TokenStream) -> TokenStream {
                let ($default, $attribute, $item) =
                    (quote!(::stompframe_core), TokenStream2::from(attribute), TokenStream2::from(item));
                $expand.into()
            }
        )*
    };
}

attributes! {
    message_mapping, core_message_mapping => |krate, attribute, item|
        function::expand(Role::Message, &krate, attribute, &item);
    subscribe_mapping, core_subscribe_mapping => |krate, attribute, item|
        function::expand(Role::Subscribe, &krate, attribute, &item);
    message_exception_handler, core_message_exception_handler => |krate, attribute, item|
        function::expand(Role::Exception, &krate, attribute, &item);
    event_listener, core_event_listener => |krate, attribute, item|
        function::expand(Role::Event, &krate, attribute, &item);
    controller, core_controller => |krate, attribute, item|
        controller::expand(&krate, attribute, &item);
    send_to, core_send_to => |_krate, attribute, item|
        companion::expand("send_to", &attribute, &item);
    send_to_user, core_send_to_user => |_krate, attribute, item|
        companion::expand("send_to_user", &attribute, &item);
    authorize, core_authorize => |_krate, attribute, item|
        companion::expand("authorize", &attribute, &item);
}
