async fn joined(
    event: SubscribedEvent,
    user: Principal,
    template: MessagingTemplate,
) -> Result<(), MessagingError> {
    template.send(event.destination, user.name().to_owned()).await
}
#[doc(hidden)]
#[allow(dead_code, missing_debug_implementations, non_camel_case_types)]
struct joined {}
const _: () = {
    const __ORIGIN: ::stompframe::__private::Origin = ::stompframe::__private::Origin {
        module: ::core::module_path!(),
        file: ::core::file!(),
        line: ::core::line!(),
        name: "joined",
    };
    fn __build() -> ::stompframe::__private::EventListener {
        <::stompframe::__private::EventListener>::new(
                __ORIGIN,
                {
                    move |
                        __heard: &::stompframe::__private::SessionEvent,
                        __context: ::stompframe::__private::MessageContext|
                    {
                        let __event: SubscribedEvent = <SubscribedEvent as ::stompframe::__private::Event>::of(
                            __heard,
                        )?;
                        ::core::option::Option::Some(async move {
                            let __argument_1: Principal = match <Principal as ::stompframe::__private::FromMessage>::from_message(
                                &__context,
                            ) {
                                ::core::result::Result::Ok(__value) => __value,
                                ::core::result::Result::Err(__error) => {
                                    return ::core::result::Result::Err(__error);
                                }
                            };
                            let __argument_2: MessagingTemplate = match <MessagingTemplate as ::stompframe::__private::FromMessage>::from_message(
                                &__context,
                            ) {
                                ::core::result::Result::Ok(__value) => __value,
                                ::core::result::Result::Err(__error) => {
                                    return ::core::result::Result::Err(__error);
                                }
                            };
                            let __result = joined(__event, __argument_1, __argument_2)
                                .await;
                            <Result<
                                (),
                                MessagingError,
                            > as ::stompframe::__private::ListenerResult>::into_result(
                                __result,
                            )
                        })
                    }
                },
            )
            .describe(|__spec| {
                <Principal as ::stompframe::__private::FromMessage>::describe(__spec);
                <MessagingTemplate as ::stompframe::__private::FromMessage>::describe(
                    __spec,
                );
            })
    }
    impl ::stompframe::__private::AnnotatedFunction for joined {
        const REGISTRATION: ::stompframe::__private::Registration = ::stompframe::__private::Registration {
            origin: __ORIGIN,
            registered: ::stompframe::__private::Registered::EventListener(__build),
        };
    }
    ::stompframe::__private::inventory::submit! {
        < joined as ::stompframe::__private::AnnotatedFunction > ::REGISTRATION
    }
};
