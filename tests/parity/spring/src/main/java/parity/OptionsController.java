package parity;

import org.springframework.context.annotation.Profile;
import org.springframework.messaging.handler.annotation.DestinationVariable;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.messaging.handler.annotation.MessageMapping;
import org.springframework.messaging.handler.annotation.SendTo;
import org.springframework.messaging.simp.annotation.SendToUser;
import org.springframework.messaging.simp.annotation.SubscribeMapping;
import org.springframework.stereotype.Controller;

/** The variant "options": destinations with dots. */
@Controller
@Profile("options")
class OptionsController {

    @MessageMapping("sync")
    @SendToUser(destinations = "/queue/sync", broadcast = false)
    String sync(String body) {
        return body;
    }

    @SubscribeMapping("session")
    String session(@Header("simpSessionId") String id) {
        return id;
    }

    @MessageMapping("dot.{colour}.*")
    @SendTo("/topic/dots.{colour}")
    String dot(@DestinationVariable String colour) {
        return "dot " + colour;
    }

    @MessageMapping("dot.default")
    String byDefault() {
        return "dot default";
    }

    @MessageMapping("filter")
    @SendTo("/topic/filtered")
    String filter(String body) {
        return "filter " + body;
    }

    @SubscribeMapping("dot.{name}")
    String subscribed(@DestinationVariable String name) {
        return "subscribed " + name;
    }
}
