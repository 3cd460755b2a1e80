package parity;

import org.springframework.context.annotation.Profile;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.messaging.handler.annotation.MessageMapping;
import org.springframework.messaging.simp.annotation.SendToUser;
import org.springframework.messaging.simp.annotation.SubscribeMapping;
import org.springframework.stereotype.Controller;

/** What the harness needs in every session: a round trip and the session's id. */
@Controller
@Profile("!options")
class HarnessController {

    @MessageMapping("/sync")
    @SendToUser(destinations = "/queue/sync", broadcast = false)
    String sync(String body) {
        return body;
    }

    @SubscribeMapping("/session")
    String session(@Header("simpSessionId") String id) {
        return id;
    }
}
