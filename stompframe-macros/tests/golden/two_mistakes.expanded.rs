async fn say(room: u64, text: String) -> String {
    text
}
#[doc(hidden)]
#[allow(dead_code, missing_debug_implementations, non_camel_case_types)]
struct say {}
const _: () = {
    impl ::stompframe::__private::AnnotatedFunction for say {
        const REGISTRATION: ::stompframe::__private::Registration = ::core::unreachable!();
    }
};
const _: () = {
    #[send_to]
    fn __stompframe_attribute_is_used() {}
};
::core::compile_error! {
    "variable `member` has no parameter: add `member: ...` to `say`"
}
::core::compile_error! {
    "`{rom}` is no variable of \"/rooms/{room}/{member}\": it has `room`, `member`"
}
