package parity;

import java.security.Principal;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;
import org.springframework.messaging.simp.SimpMessagingTemplate;
import org.springframework.stereotype.Component;
import org.springframework.web.socket.messaging.AbstractSubProtocolEvent;
import org.springframework.web.socket.messaging.SessionConnectEvent;
import org.springframework.web.socket.messaging.SessionConnectedEvent;
import org.springframework.web.socket.messaging.SessionDisconnectEvent;
import org.springframework.web.socket.messaging.SessionSubscribeEvent;
import org.springframework.web.socket.messaging.SessionUnsubscribeEvent;

/** Tells every session event of a named user on {@code /topic/events/NAME}, after the user registry saw it. */
@Component
@Order(2)
class EventListeners {

    private final SimpMessagingTemplate template;

    EventListeners(SimpMessagingTemplate template) {
        this.template = template;
    }

    @EventListener
    @Order(2)
    public void on(AbstractSubProtocolEvent event) {
        Principal user = event.getUser();
        if (user == null) {
            return;
        }
        String text;
        if (event instanceof SessionConnectEvent) {
            text = "connect";
        } else if (event instanceof SessionConnectedEvent) {
            text = "connected";
        } else if (event instanceof SessionSubscribeEvent) {
            text = "subscribe";
        } else if (event instanceof SessionUnsubscribeEvent) {
            text = "unsubscribe";
        } else if (event instanceof SessionDisconnectEvent disconnect) {
            text = "disconnect " + disconnect.getCloseStatus().getCode();
        } else {
            return;
        }
        template.convertAndSend("/topic/events/" + user.getName(), text);
    }
}
