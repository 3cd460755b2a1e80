package parity;

import org.springframework.context.annotation.Profile;
import org.springframework.messaging.handler.annotation.DestinationVariable;
import org.springframework.messaging.handler.annotation.MessageMapping;
import org.springframework.messaging.handler.annotation.SendTo;
import org.springframework.messaging.simp.annotation.SubscribeMapping;
import org.springframework.stereotype.Controller;

/** A prefix with a variable for all handlers of a class, and a reply destination for all. */
@Controller
@Profile("!options")
@MessageMapping({"/room/{room}", "/hall/{room}"})
@SendTo("/topic/class")
class ClassController {

    @MessageMapping("/say/{who}")
    String say(@DestinationVariable String room, @DestinationVariable String who, String body) {
        return room + " " + who + " " + body;
    }

    @MessageMapping
    String root(@DestinationVariable String room) {
        return "root " + room;
    }

    @MessageMapping("/method")
    @SendTo("/topic/method")
    String method() {
        return "method";
    }

    @MessageMapping("/empty")
    @SendTo
    String empty() {
        return "empty";
    }

    @SubscribeMapping("/members")
    String members(@DestinationVariable String room) {
        return "members of " + room;
    }
}
