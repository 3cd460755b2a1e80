package parity;

import org.springframework.messaging.simp.SimpMessagingTemplate;
import org.springframework.stereotype.Component;

/** Reaches the template from objects that the configuration makes by hand. */
@Component
class Beans {

    private static SimpMessagingTemplate template;

    Beans(SimpMessagingTemplate template) {
        Beans.template = template;
    }

    static SimpMessagingTemplate template() {
        return template;
    }
}
