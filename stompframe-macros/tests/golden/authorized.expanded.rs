async fn members(room: u64) -> Payload<Vec<String>> {
    Payload(Vec::new())
}
#[doc(hidden)]
#[allow(dead_code, missing_debug_implementations, non_camel_case_types)]
struct members {}
const _: () = {
    const __ORIGIN: ::stompframe::__private::Origin = ::stompframe::__private::Origin {
        module: ::core::module_path!(),
        file: ::core::file!(),
        line: ::core::line!(),
        name: "members",
    };
    fn __build() -> ::stompframe::__private::Mapping {
        <::stompframe::__private::Mapping>::new(
                ::stompframe::__private::MappingKind::Subscribe,
                ["/rooms/{room}/members"],
                __ORIGIN,
                {
                    move |__context: ::stompframe::__private::MessageContext| {
                        async move {
                            let __argument_0: u64 = match <u64 as ::core::str::FromStr>::from_str(
                                __context.variable(0usize),
                            ) {
                                ::core::result::Result::Ok(__value) => __value,
                                ::core::result::Result::Err(__error) => {
                                    return ::core::result::Result::Err(
                                        ::stompframe::__private::MessageContext::bad_variable(
                                            "room",
                                            &__error,
                                        ),
                                    );
                                }
                            };
                            let __result = members(__argument_0).await;
                            <Payload<
                                Vec<String>,
                            > as ::stompframe::__private::IntoReply>::into_reply(
                                __result,
                                &__context,
                            )
                        }
                    }
                },
            )
            .variables(&["room"])
            .authorize(is_member)
            .describe(|__spec| {
                <Payload<
                    Vec<String>,
                > as ::stompframe::__private::IntoReply>::describe(__spec);
            })
    }
    impl ::stompframe::__private::AnnotatedFunction for members {
        const REGISTRATION: ::stompframe::__private::Registration = ::stompframe::__private::Registration {
            origin: __ORIGIN,
            registered: ::stompframe::__private::Registered::Function(__build),
        };
    }
    ::stompframe::__private::inventory::submit! {
        < members as ::stompframe::__private::AnnotatedFunction > ::REGISTRATION
    }
};
const _: () = {
    #[authorize]
    fn __stompframe_attribute_is_used() {}
};
