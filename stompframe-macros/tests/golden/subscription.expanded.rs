/// The rooms that there are.
pub(crate) async fn rooms(State(rooms): State<Rooms>) -> Option<Payload<Vec<Room>>> {
    rooms.list()
}
#[doc(hidden)]
#[allow(dead_code, missing_debug_implementations, non_camel_case_types)]
pub(crate) struct rooms {}
const _: () = {
    const __ORIGIN: ::stompframe::__private::Origin = ::stompframe::__private::Origin {
        module: ::core::module_path!(),
        file: ::core::file!(),
        line: ::core::line!(),
        name: "rooms",
    };
    fn __build() -> ::stompframe::__private::Mapping {
        <::stompframe::__private::Mapping>::new(
                ::stompframe::__private::MappingKind::Subscribe,
                ["/rooms", "/lobbies"],
                __ORIGIN,
                {
                    move |__context: ::stompframe::__private::MessageContext| {
                        async move {
                            let __argument_0: State<Rooms> = match <State<
                                Rooms,
                            > as ::stompframe::__private::FromMessage>::from_message(
                                &__context,
                            ) {
                                ::core::result::Result::Ok(__value) => __value,
                                ::core::result::Result::Err(__error) => {
                                    return ::core::result::Result::Err(__error);
                                }
                            };
                            let __result = rooms(__argument_0).await;
                            <Option<
                                Payload<Vec<Room>>,
                            > as ::stompframe::__private::IntoReply>::into_reply(
                                __result,
                                &__context,
                            )
                        }
                    }
                },
            )
            .variables(&[])
            .send_to_user(::core::option::Option::None, false)
            .describe(|__spec| {
                <State<Rooms> as ::stompframe::__private::FromMessage>::describe(__spec);
                <Option<
                    Payload<Vec<Room>>,
                > as ::stompframe::__private::IntoReply>::describe(__spec);
            })
    }
    impl ::stompframe::__private::AnnotatedFunction for rooms {
        const REGISTRATION: ::stompframe::__private::Registration = ::stompframe::__private::Registration {
            origin: __ORIGIN,
            registered: ::stompframe::__private::Registered::Function(__build),
        };
    }
    ::stompframe::__private::inventory::submit! {
        < rooms as ::stompframe::__private::AnnotatedFunction > ::REGISTRATION
    }
};
const _: () = {
    #[send_to_user]
    fn __stompframe_attribute_is_used() {}
};
