impl Rooms {
    async fn say(&self, room: u64, text: String) -> String {
        self.shout(&text)
    }
    async fn members(room: u64) -> Payload<Vec<String>> {
        Payload(Vec::new())
    }
    async fn refused(&self, error: RoomIsFull) -> String {
        error.to_string()
    }
    fn shout(&self, text: &str) -> String {
        text.to_uppercase()
    }
    async fn joined(&self, event: SubscribedEvent) {
        self.members.add(event.id);
    }
}
const _: () = {
    impl ::stompframe::__private::Controller for Rooms {
        fn mappings(
            __controller: &::std::sync::Arc<Self>,
        ) -> ::std::vec::Vec<::stompframe::__private::Mapping> {
            let __exceptions: ::std::sync::Arc<
                [::stompframe::__private::ExceptionHandler],
            > = ::core::convert::From::from([
                <::stompframe::__private::ExceptionHandler>::new(
                        ::stompframe::__private::Origin {
                            module: ::core::module_path!(),
                            file: ::core::file!(),
                            line: ::core::line!(),
                            name: "Rooms::refused",
                        },
                        ::stompframe::__private::exceptions::distance_to_owned::<
                            RoomIsFull,
                        >,
                        {
                            let __controller = <::std::sync::Arc<
                                _,
                            > as ::core::clone::Clone>::clone(&__controller);
                            move |
                                __context: ::stompframe::__private::MessageContext,
                                __exception: ::stompframe::__private::MessagingError|
                            {
                                let __controller = <::std::sync::Arc<
                                    _,
                                > as ::core::clone::Clone>::clone(&__controller);
                                async move {
                                    let __argument_0: RoomIsFull = match ::stompframe::__private::exceptions::take::<
                                        RoomIsFull,
                                    >(__exception) {
                                        ::core::result::Result::Ok(__value) => __value,
                                        ::core::result::Result::Err(__error) => {
                                            return ::core::result::Result::Err(
                                                ::core::convert::From::from(__error),
                                            );
                                        }
                                    };
                                    let __result = __controller.refused(__argument_0).await;
                                    <String as ::stompframe::__private::IntoReply>::into_reply(
                                        __result,
                                        &__context,
                                    )
                                }
                            }
                        },
                    )
                    .describe(|__spec| {
                        <String as ::stompframe::__private::IntoReply>::describe(__spec);
                    }),
            ]);
            ::core::convert::From::from([
                <::stompframe::__private::Mapping>::new(
                        ::stompframe::__private::MappingKind::Message,
                        ["/rooms/{room}/say"],
                        ::stompframe::__private::Origin {
                            module: ::core::module_path!(),
                            file: ::core::file!(),
                            line: ::core::line!(),
                            name: "Rooms::say",
                        },
                        {
                            let __controller = <::std::sync::Arc<
                                _,
                            > as ::core::clone::Clone>::clone(&__controller);
                            move |__context: ::stompframe::__private::MessageContext| {
                                let __controller = <::std::sync::Arc<
                                    _,
                                > as ::core::clone::Clone>::clone(&__controller);
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
                                    let __argument_1: String = match <String as ::stompframe::__private::FromMessage>::from_message(
                                        &__context,
                                    ) {
                                        ::core::result::Result::Ok(__value) => __value,
                                        ::core::result::Result::Err(__error) => {
                                            return ::core::result::Result::Err(__error);
                                        }
                                    };
                                    let __result = __controller
                                        .say(__argument_0, __argument_1)
                                        .await;
                                    <String as ::stompframe::__private::IntoReply>::into_reply(
                                        __result,
                                        &__context,
                                    )
                                }
                            }
                        },
                    )
                    .variables(&["room"])
                    .send_to("/topic/rooms/{room}")
                    .describe(|__spec| {
                        <String as ::stompframe::__private::FromMessage>::describe(
                            __spec,
                        );
                        <String as ::stompframe::__private::IntoReply>::describe(__spec);
                    })
                    .exceptions(&__exceptions),
                <::stompframe::__private::Mapping>::new(
                        ::stompframe::__private::MappingKind::Subscribe,
                        ["/rooms/{room}/members"],
                        ::stompframe::__private::Origin {
                            module: ::core::module_path!(),
                            file: ::core::file!(),
                            line: ::core::line!(),
                            name: "Rooms::members",
                        },
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
                                    let __result = Self::members(__argument_0).await;
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
                    .send_to_user(::core::option::Option::Some("/queue/members"), true)
                    .describe(|__spec| {
                        <Payload<
                            Vec<String>,
                        > as ::stompframe::__private::IntoReply>::describe(__spec);
                    })
                    .exceptions(&__exceptions),
            ])
        }
        fn event_listeners(
            __controller: &::std::sync::Arc<Self>,
        ) -> ::std::vec::Vec<::stompframe::__private::EventListener> {
            ::core::convert::From::from([
                <::stompframe::__private::EventListener>::new(
                        ::stompframe::__private::Origin {
                            module: ::core::module_path!(),
                            file: ::core::file!(),
                            line: ::core::line!(),
                            name: "Rooms::joined",
                        },
                        {
                            let __controller = <::std::sync::Arc<
                                _,
                            > as ::core::clone::Clone>::clone(&__controller);
                            move |
                                __heard: &::stompframe::__private::SessionEvent,
                                __context: ::stompframe::__private::MessageContext|
                            {
                                let __event: SubscribedEvent = <SubscribedEvent as ::stompframe::__private::Event>::of(
                                    __heard,
                                )?;
                                let __controller = <::std::sync::Arc<
                                    _,
                                > as ::core::clone::Clone>::clone(&__controller);
                                ::core::option::Option::Some(async move {
                                    let __result = __controller.joined(__event).await;
                                    ::stompframe::__private::ListenerResult::into_result(
                                        __result,
                                    )
                                })
                            }
                        },
                    )
                    .describe(|__spec| {}),
            ])
        }
    }
    ::stompframe::__private::inventory::submit! {
        ::stompframe::__private::Registration { origin : ::stompframe::__private::Origin
        { module : ::core::module_path!(), file : ::core::file!(), line :
        ::core::line!(), name : "Rooms", }, registered :
        ::stompframe::__private::Registered::Controller(|| ::core::any::TypeId::of:: <
        Rooms > ()), }
    }
};
const _: () = {
    #[message_mapping]
    fn __stompframe_attribute_is_used() {}
};
const _: () = {
    #[subscribe_mapping]
    fn __stompframe_attribute_is_used() {}
};
const _: () = {
    #[send_to_user]
    fn __stompframe_attribute_is_used() {}
};
const _: () = {
    #[message_exception_handler]
    fn __stompframe_attribute_is_used() {}
};
const _: () = {
    #[event_listener]
    fn __stompframe_attribute_is_used() {}
};
const _: () = {
    #[send_to]
    fn __stompframe_attribute_is_used() {}
};
