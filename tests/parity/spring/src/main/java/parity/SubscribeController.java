package parity;

import java.util.concurrent.CompletableFuture;
import org.springframework.context.annotation.Profile;
import org.springframework.messaging.handler.annotation.DestinationVariable;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.messaging.handler.annotation.MessageMapping;
import org.springframework.messaging.handler.annotation.SendTo;
import org.springframework.messaging.simp.annotation.SendToUser;
import org.springframework.messaging.simp.annotation.SubscribeMapping;
import org.springframework.stereotype.Controller;
import parity.Bodies.Note;

/** Handlers of SUBSCRIBE. */
@Controller
@Profile("!options")
class SubscribeController {

    @SubscribeMapping("/sub/hello")
    String hello() {
        return "hello";
    }

    @SubscribeMapping("/sub/note")
    Note note() {
        return new Note(1, "first");
    }

    @SubscribeMapping("/sub/item/{id}")
    String item(@DestinationVariable int id, @Header(name = "colour", defaultValue = "red") String colour) {
        return "item " + id + " " + colour;
    }

    @SubscribeMapping("/sub/null")
    String none() {
        return null;
    }

    @SubscribeMapping("/sub/to")
    @SendTo("/topic/out")
    String to() {
        return "to";
    }

    @SubscribeMapping("/sub/user")
    @SendToUser("/queue/reply")
    String user() {
        return "user";
    }

    @SubscribeMapping("/sub/future")
    CompletableFuture<String> future() {
        return CompletableFuture.supplyAsync(() -> "future");
    }

    @SubscribeMapping("/sub/fails")
    String fails() {
        throw new Failures.Known("subscribe");
    }

    @MessageMapping("/sub/both")
    @SubscribeMapping("/sub/both")
    @SendTo("/topic/out")
    String both() {
        return "both";
    }

    /** A handler on a broker destination: only with an application prefix would it be reached. */
    @SubscribeMapping("/topic/out")
    String broker() {
        return "broker";
    }
}
