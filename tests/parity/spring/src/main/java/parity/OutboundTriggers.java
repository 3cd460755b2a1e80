package parity;

import org.springframework.messaging.Message;
import org.springframework.messaging.MessageChannel;
import org.springframework.messaging.simp.SimpMessageHeaderAccessor;
import org.springframework.messaging.support.ChannelInterceptor;
import org.springframework.messaging.support.MessageHeaderAccessor;

/** Lets a message ask, by header, for what an outbound interceptor can do. */
class OutboundTriggers implements ChannelInterceptor {

    @Override
    public Message<?> preSend(Message<?> message, MessageChannel channel) {
        SimpMessageHeaderAccessor headers =
                MessageHeaderAccessor.getAccessor(message, SimpMessageHeaderAccessor.class);
        if (headers == null) {
            return message;
        }
        if (headers.getFirstNativeHeader("x-drop") != null) {
            return null;
        }
        if (headers.getFirstNativeHeader("x-stamp") != null) {
            headers.setNativeHeader("stamped", "yes");
        }
        return message;
    }
}
