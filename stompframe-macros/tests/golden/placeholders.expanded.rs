async fn say(room: u64, Payload(text): Payload<String>) -> Payload<String> {
    Payload(text)
}
#[doc(hidden)]
#[allow(dead_code, missing_debug_implementations, non_camel_case_types)]
struct say {}
const _: () = {
    const __ORIGIN: ::stompframe::__private::Origin = ::stompframe::__private::Origin {
        module: ::core::module_path!(),
        file: ::core::file!(),
        line: ::core::line!(),
        name: "say",
    };
    fn __build() -> ::stompframe::__private::Mapping {
        <::stompframe::__private::Mapping>::new(
                ::stompframe::__private::MappingKind::Message,
                ["${chat.path}/{room:${room.regex:[0-9]+}}"],
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
                            let __argument_1: Payload<String> = match <Payload<
                                String,
                            > as ::stompframe::__private::FromMessage>::from_message(
                                &__context,
                            ) {
                                ::core::result::Result::Ok(__value) => __value,
                                ::core::result::Result::Err(__error) => {
                                    return ::core::result::Result::Err(__error);
                                }
                            };
                            let __result = say(__argument_0, __argument_1).await;
                            <Payload<
                                String,
                            > as ::stompframe::__private::IntoReply>::into_reply(
                                __result,
                                &__context,
                            )
                        }
                    }
                },
            )
            .variables(&["room"])
            .send_to("/topic/${chat.topic}/{room}")
            .describe(|__spec| {
                <Payload<
                    String,
                > as ::stompframe::__private::FromMessage>::describe(__spec);
                <Payload<
                    String,
                > as ::stompframe::__private::IntoReply>::describe(__spec);
            })
    }
    impl ::stompframe::__private::AnnotatedFunction for say {
        const REGISTRATION: ::stompframe::__private::Registration = ::stompframe::__private::Registration {
            origin: __ORIGIN,
            registered: ::stompframe::__private::Registered::Function(__build),
        };
    }
    ::stompframe::__private::inventory::submit! {
        < say as ::stompframe::__private::AnnotatedFunction > ::REGISTRATION
    }
};
const _: () = {
    #[send_to]
    fn __stompframe_attribute_is_used() {}
};
