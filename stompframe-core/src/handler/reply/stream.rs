use std::fmt;

use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream};

use super::{IntoReply, Reply};
use crate::handler::{HandlerError, HandlerSpec, MessageContext};

/// A reply that goes on: each item of the stream is sent when it comes, as if it were the reply.
///
/// The message counts as handled as soon as the stream is there, and the session's next messages do
/// not wait for it. It ends when the stream does, with the session, with its first error, and, where
/// it answers a SUBSCRIBE straight, with the subscription. A session has as many at a time as the
/// [limits](crate::Limits) allow. An exception handler cannot give one.
///
/// ```
/// use futures_util::stream;
/// use stompframe_core::handler::Stream;
/// use stompframe_core::{Payload, message_mapping};
///
/// #[message_mapping("/countdown/{from}")]
/// async fn countdown(from: u32) -> Stream<impl stream::Stream<Item = Payload<u32>>> {
///     Stream(stream::iter((0..=from).rev().map(Payload)))
/// }
/// ```
pub struct Stream<S>(pub S);

impl<S> IntoReply for Stream<S>
where
    S: futures_util::Stream<Item: IntoReply> + Send + 'static,
{
    fn into_reply(self, context: &MessageContext) -> Result<Reply, HandlerError> {
        let context = context.clone();
        let items = self
            .0
            .flat_map(move |item| in_turn(item.into_reply(&context)));
        let items: Items = items.boxed();
        Ok(Reply {
            stream: Some(items),
            ..Reply::none()
        })
    }

    fn describe(spec: &mut HandlerSpec) {
        spec.goes_on();
        <S::Item as IntoReply>::describe(spec);
    }
}

/// An item, and if that goes on itself, all that it gives, before the next item.
fn in_turn(
    item: Result<Reply, HandlerError>,
) -> impl futures_util::Stream<Item = Result<Reply, HandlerError>> {
    let (first, rest) = match item {
        Ok(mut reply) => {
            let rest = reply.stream.take();
            (Ok(reply), rest)
        }
        Err(error) => (Err(error), None),
    };
    stream::iter([first]).chain(stream::iter(rest).flatten())
}

/// The replies that are still to come.
pub(in crate::handler) type Items = BoxStream<'static, Result<Reply, HandlerError>>;

impl<S> fmt::Debug for Stream<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stream")
    }
}
