package parity;

import org.springframework.messaging.Message;
import org.springframework.messaging.MessageChannel;
import org.springframework.messaging.MessageHandler;
import org.springframework.messaging.MessagingException;
import org.springframework.messaging.simp.SimpMessageType;
import org.springframework.messaging.simp.stomp.StompHeaderAccessor;
import org.springframework.messaging.support.ExecutorChannelInterceptor;
import org.springframework.messaging.support.MessageHeaderAccessor;

/** Lets a client ask, by header, for what an inbound interceptor can do. */
class InboundTriggers implements ExecutorChannelInterceptor {

    @Override
    public Message<?> preSend(Message<?> message, MessageChannel channel) {
        StompHeaderAccessor headers = MessageHeaderAccessor.getAccessor(message, StompHeaderAccessor.class);
        if (headers == null) {
            return message;
        }
        if (headers.getFirstNativeHeader("x-veto") != null) {
            return null;
        }
        String thrown = headers.getFirstNativeHeader("x-throw");
        if (thrown != null) {
            throw new IllegalStateException(thrown);
        }
        String messaging = headers.getFirstNativeHeader("x-throw-messaging");
        if (messaging != null) {
            throw new MessagingException(messaging);
        }
        if (headers.getFirstNativeHeader("x-mark") != null) {
            headers.setNativeHeader("marked", "yes");
        }
        String token = headers.getFirstNativeHeader("token");
        if (token != null && headers.getMessageType() == SimpMessageType.CONNECT) {
            headers.setUser(new UserFromQuery.Plain(token));
        }
        String late = headers.getFirstNativeHeader("late-token");
        if (late != null && headers.getMessageType() == SimpMessageType.MESSAGE) {
            headers.setUser(new UserFromQuery.Plain(late));
        }
        return message;
    }

    @Override
    public Message<?> beforeHandle(Message<?> message, MessageChannel channel, MessageHandler handler) {
        StompHeaderAccessor headers = MessageHeaderAccessor.getAccessor(message, StompHeaderAccessor.class);
        return headers != null && headers.getFirstNativeHeader("x-skip") != null ? null : message;
    }
}
