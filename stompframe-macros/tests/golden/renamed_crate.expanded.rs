async fn ping() {}
#[doc(hidden)]
#[allow(dead_code, missing_debug_implementations, non_camel_case_types)]
struct ping {}
const _: () = {
    const __ORIGIN: crate::deps::stomp::__private::Origin = crate::deps::stomp::__private::Origin {
        module: ::core::module_path!(),
        file: ::core::file!(),
        line: ::core::line!(),
        name: "ping",
    };
    fn __build() -> crate::deps::stomp::__private::Mapping {
        <crate::deps::stomp::__private::Mapping>::new(
                crate::deps::stomp::__private::MappingKind::Message,
                ["/ping"],
                __ORIGIN,
                {
                    move |__context: crate::deps::stomp::__private::MessageContext| {
                        async move {
                            let __result = ping().await;
                            crate::deps::stomp::__private::IntoReply::into_reply(
                                __result,
                                &__context,
                            )
                        }
                    }
                },
            )
            .variables(&[])
            .describe(|__spec| {
                <() as crate::deps::stomp::__private::IntoReply>::describe(__spec);
            })
    }
    impl crate::deps::stomp::__private::AnnotatedFunction for ping {
        const REGISTRATION: crate::deps::stomp::__private::Registration = crate::deps::stomp::__private::Registration {
            origin: __ORIGIN,
            registered: crate::deps::stomp::__private::Registered::Function(__build),
        };
    }
    crate::deps::stomp::__private::inventory::submit! {
        < ping as crate ::deps::stomp::__private::AnnotatedFunction > ::REGISTRATION
    }
};
