package parity;

import org.springframework.core.MethodParameter;
import org.springframework.messaging.Message;
import org.springframework.messaging.handler.invocation.HandlerMethodReturnValueHandler;

/** A result kind of the application's own: goes to {@code /topic/stamped}. */
class StampedHandler implements HandlerMethodReturnValueHandler {

    /** The text to stamp. */
    record Stamped(String text) {
    }

    @Override
    public boolean supportsReturnType(MethodParameter type) {
        return type.getParameterType() == Stamped.class;
    }

    @Override
    public void handleReturnValue(Object value, MethodParameter type, Message<?> message) {
        Beans.template().convertAndSend("/topic/stamped", "stamped " + ((Stamped) value).text());
    }
}
