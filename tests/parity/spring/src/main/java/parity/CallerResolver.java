package parity;

import java.security.Principal;
import org.springframework.core.MethodParameter;
import org.springframework.messaging.Message;
import org.springframework.messaging.handler.invocation.HandlerMethodArgumentResolver;
import org.springframework.messaging.simp.SimpMessageHeaderAccessor;

/** An argument kind of the application's own. */
class CallerResolver implements HandlerMethodArgumentResolver {

    /** Who called, in a sentence. */
    record Caller(String sentence) {
    }

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        return parameter.getParameterType() == Caller.class;
    }

    @Override
    public Object resolveArgument(MethodParameter parameter, Message<?> message) {
        Principal user = SimpMessageHeaderAccessor.getUser(message.getHeaders());
        return new Caller("called by " + (user == null ? "nobody" : user.getName()));
    }
}
