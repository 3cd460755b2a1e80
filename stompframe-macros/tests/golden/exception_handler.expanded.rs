async fn refused(error: &RoomIsFull, Destination(place): Destination) -> String {
    format!("{place}: {error}")
}
#[doc(hidden)]
#[allow(dead_code, missing_debug_implementations, non_camel_case_types)]
struct refused {}
const _: () = {
    const __ORIGIN: ::stompframe::__private::Origin = ::stompframe::__private::Origin {
        module: ::core::module_path!(),
        file: ::core::file!(),
        line: ::core::line!(),
        name: "refused",
    };
    fn __build() -> ::stompframe::__private::ExceptionHandler {
        <::stompframe::__private::ExceptionHandler>::new(
                __ORIGIN,
                ::stompframe::__private::exceptions::distance_to::<RoomIsFull>,
                {
                    move |
                        __context: ::stompframe::__private::MessageContext,
                        __exception: ::stompframe::__private::MessagingError|
                    {
                        async move {
                            let __argument_0: &RoomIsFull = match ::stompframe::__private::exceptions::find::<
                                RoomIsFull,
                            >(&__exception)
                                .ok_or(::stompframe::__private::exceptions::NotThis)
                            {
                                ::core::result::Result::Ok(__value) => __value,
                                ::core::result::Result::Err(__error) => {
                                    return ::core::result::Result::Err(
                                        ::core::convert::From::from(__error),
                                    );
                                }
                            };
                            let __argument_1: Destination = match <Destination as ::stompframe::__private::FromMessage>::from_message(
                                &__context,
                            ) {
                                ::core::result::Result::Ok(__value) => __value,
                                ::core::result::Result::Err(__error) => {
                                    return ::core::result::Result::Err(__error);
                                }
                            };
                            let __result = refused(__argument_0, __argument_1).await;
                            <String as ::stompframe::__private::IntoReply>::into_reply(
                                __result,
                                &__context,
                            )
                        }
                    }
                },
            )
            .send_to_user(::core::option::Option::Some("/queue/problems"), true)
            .describe(|__spec| {
                <Destination as ::stompframe::__private::FromMessage>::describe(__spec);
                <String as ::stompframe::__private::IntoReply>::describe(__spec);
            })
    }
    impl ::stompframe::__private::AnnotatedFunction for refused {
        const REGISTRATION: ::stompframe::__private::Registration = ::stompframe::__private::Registration {
            origin: __ORIGIN,
            registered: ::stompframe::__private::Registered::ExceptionHandler(__build),
        };
    }
    ::stompframe::__private::inventory::submit! {
        < refused as ::stompframe::__private::AnnotatedFunction > ::REGISTRATION
    }
};
const _: () = {
    #[send_to_user]
    fn __stompframe_attribute_is_used() {}
};
