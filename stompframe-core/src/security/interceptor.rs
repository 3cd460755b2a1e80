use std::sync::Arc;

use super::authorizer::Authorizer;
use crate::channel::{ChannelContext, ChannelInterceptor, Step};
use crate::message::Message;

/// Keeps the rules (Spring's `AuthorizationChannelInterceptor`): the last interceptor of the
/// clientInbound channel, so that it judges what the others have made of a message, and nobody changes
/// it afterwards.
pub(crate) struct AuthorizationInterceptor(pub(crate) Arc<Authorizer>);

impl ChannelInterceptor for AuthorizationInterceptor {
    fn pre_send<'a>(&'a self, message: &'a mut Message, context: ChannelContext<'a>) -> Step<'a> {
        self.0.judge(message, context.session)
    }

    fn pre_commit<'a>(&'a self, message: &'a Message, context: ChannelContext<'a>) -> Step<'a> {
        self.0.judge(message, context.session)
    }
}
