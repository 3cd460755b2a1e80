package parity;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.annotation.Profile;
import org.springframework.messaging.handler.invocation.HandlerMethodReturnValueHandler;
import org.springframework.messaging.simp.annotation.support.SendToMethodReturnValueHandler;
import org.springframework.messaging.simp.annotation.support.SimpAnnotationMethodMessageHandler;
import org.springframework.messaging.simp.annotation.support.SubscriptionMethodReturnValueHandler;
import org.springframework.stereotype.Component;

/** The variant "options": the header {@code trace} of a request is copied to its replies. */
@Component
@Profile("options")
class OptionsHeaders implements SmartInitializingSingleton {

    private final SimpAnnotationMethodMessageHandler handler;

    OptionsHeaders(SimpAnnotationMethodMessageHandler handler) {
        this.handler = handler;
    }

    @Override
    public void afterSingletonsInstantiated() {
        for (HandlerMethodReturnValueHandler each : handler.getReturnValueHandlers()) {
            if (each instanceof SendToMethodReturnValueHandler sendTo) {
                sendTo.addHeaderFilter("trace"::equals);
            } else if (each instanceof SubscriptionMethodReturnValueHandler direct) {
                direct.addHeaderFilter("trace"::equals);
            }
        }
    }
}
