use std::future::Future;

use futures_util::future::BoxFuture;

use super::{
    Exception, ExceptionFunction, FromMessage, HandlerError, HandlerSpec, IntoReply,
    MessageContext, Reply,
};

/// A plain asynchronous function or closure that can be a handler, for
/// [`route`](crate::MessagingBuilder::route): its arguments, twelve at most, are anything that
/// implements [`FromMessage`], and its result is anything that implements [`IntoReply`].
///
/// It is implemented for all of them and for nothing else, and `Args` is only there to tell them
/// apart. Where rustc says that a function is not one, put `#[message_mapping("/...")]` on the
/// function: that says which argument it is.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a handler",
    label = "not a handler",
    note = "a handler is an `async fn`, or a closure that returns a future; its future is `Send`",
    note = "each of its arguments, 12 at most, implements `FromMessage` (a body is a `Payload<T>`), and its result \
            implements `IntoReply`",
    note = "put `#[message_mapping(\"/...\")]` on the function to learn which of them does not"
)]
pub trait Handler<Args>: Send + Sync + 'static {
    /// Reads the arguments from the message and calls the function with them.
    fn call(
        &self,
        context: MessageContext,
    ) -> impl Future<Output = Result<Reply, HandlerError>> + Send + use<Self, Args> + 'static;

    /// Lets arguments and result say what they need of the application.
    fn describe(spec: &mut HandlerSpec);
}

macro_rules! functions_of {
    ($($argument:ident),*) => {
        #[diagnostic::do_not_recommend]
        impl<F, Fut, R, $($argument),*> Handler<($($argument,)*)> for F
        where
            F: Fn($($argument),*) -> Fut + Send + Sync + 'static,
            Fut: Future<Output = R> + Send + 'static,
            R: IntoReply,
            $($argument: FromMessage,)*
        {
            fn call(
                &self,
                context: MessageContext,
            ) -> impl Future<Output = Result<Reply, HandlerError>>
            + Send
            + use<F, Fut, R, $($argument),*>
            + 'static {
                // Here and not in the future, so that what is read need not be `Send` by itself.
                let call = || Ok::<_, HandlerError>(self($($argument::from_message(&context)?),*));
                let called = call();
                async move { called?.await.into_reply(&context) }
            }

            fn describe(spec: &mut HandlerSpec) {
                $($argument::describe(spec);)*
                R::describe(spec);
            }
        }

        #[diagnostic::do_not_recommend]
        impl<X, F, Fut, R, $($argument),*> ExceptionFunction<X, ($($argument,)*)> for F
        where
            F: Fn(Exception<X>, $($argument),*) -> Fut + Send + Sync + 'static,
            Fut: Future<Output = R> + Send + 'static,
            R: IntoReply,
            $($argument: FromMessage,)*
        {
            fn call(
                &self,
                error: Exception<X>,
                context: MessageContext,
            ) -> BoxFuture<'static, Result<Reply, HandlerError>> {
                let call = || {
                    Ok::<_, HandlerError>(self(error, $($argument::from_message(&context)?),*))
                };
                let called = call();
                Box::pin(async move { called?.await.into_reply(&context) })
            }

            fn describe(spec: &mut HandlerSpec) {
                $($argument::describe(spec);)*
                R::describe(spec);
            }
        }
    };
}

functions_of!();
functions_of!(A);
functions_of!(A, B);
functions_of!(A, B, C);
functions_of!(A, B, C, D);
functions_of!(A, B, C, D, E);
functions_of!(A, B, C, D, E, G);
functions_of!(A, B, C, D, E, G, H);
functions_of!(A, B, C, D, E, G, H, I);
functions_of!(A, B, C, D, E, G, H, I, J);
functions_of!(A, B, C, D, E, G, H, I, J, K);
functions_of!(A, B, C, D, E, G, H, I, J, K, L);
functions_of!(A, B, C, D, E, G, H, I, J, K, L, M);
