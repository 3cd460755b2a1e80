package parity;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.springframework.context.annotation.Profile;
import org.springframework.messaging.handler.annotation.MessageMapping;
import org.springframework.messaging.handler.annotation.SendTo;
import org.springframework.messaging.simp.annotation.SendToUser;
import org.springframework.stereotype.Controller;
import parity.Bodies.Note;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Results and where they go. */
@Controller
@Profile("!options")
@MessageMapping("/ret")
class ReturnController {

    @MessageMapping("/default")
    String byDefault() {
        return "default";
    }

    @MessageMapping("/default/{id}")
    String byDefaultDeep() {
        return "deep default";
    }

    @MessageMapping("/nothing")
    void nothing() {
    }

    @MessageMapping("/null")
    @SendTo("/topic/out")
    String none() {
        return null;
    }

    @MessageMapping("/to")
    @SendTo("/topic/out")
    String to(String body) {
        return "to " + body;
    }

    @MessageMapping("/to-many")
    @SendTo({"/topic/out", "/queue/out"})
    String toMany() {
        return "many";
    }

    @MessageMapping("/to-room/{room}")
    @SendTo("/topic/room-{room}")
    String toRoom() {
        return "room";
    }

    @MessageMapping("/to-unknown/{room}")
    @SendTo("/topic/room-{other}")
    String toUnknown() {
        return "unknown";
    }

    @MessageMapping("/to-nowhere")
    @SendTo("/nowhere/out")
    String toNowhere() {
        return "nowhere";
    }

    @MessageMapping("/to-empty")
    @SendTo
    String toEmpty() {
        return "to empty";
    }

    @MessageMapping("/user")
    @SendToUser
    String user() {
        return "user";
    }

    @MessageMapping("/user-to")
    @SendToUser("/queue/reply")
    String userTo(String body) {
        return "user to " + body;
    }

    @MessageMapping("/user-many")
    @SendToUser({"/queue/reply", "/queue/second"})
    String userMany() {
        return "user many";
    }

    @MessageMapping("/user-here")
    @SendToUser(destinations = "/queue/reply", broadcast = false)
    String userHere() {
        return "user here";
    }

    @MessageMapping("/user-var/{room}")
    @SendToUser("/queue/reply-{room}")
    String userVariable() {
        return "user variable";
    }

    @MessageMapping("/both")
    @SendToUser("/queue/reply")
    @SendTo("/topic/out")
    String both() {
        return "both";
    }

    @MessageMapping("/note")
    @SendTo("/topic/out")
    Note note() {
        return new Note(7, "seven \u00e9 \"quoted\"");
    }

    @MessageMapping("/note-null")
    @SendTo("/topic/out")
    Note noteWithNull() {
        return new Note(7, null);
    }

    @MessageMapping("/list")
    @SendTo("/topic/out")
    List<String> list() {
        return List.of("a", "b");
    }

    @MessageMapping("/number")
    @SendTo("/topic/out")
    int number() {
        return 42;
    }

    @MessageMapping("/flag")
    @SendTo("/topic/out")
    boolean flag() {
        return true;
    }

    @MessageMapping("/empty")
    @SendTo("/topic/out")
    String empty() {
        return "";
    }

    @MessageMapping("/bytes")
    @SendTo("/topic/out")
    byte[] bytes() {
        return new byte[] {0, 1, (byte) 0xff, 10, 0};
    }

    @MessageMapping("/future")
    @SendTo("/topic/out")
    CompletableFuture<String> future() {
        return CompletableFuture.supplyAsync(() -> "future");
    }

    @MessageMapping("/future-null")
    @SendTo("/topic/out")
    CompletableFuture<String> futureNull() {
        return CompletableFuture.completedFuture(null);
    }

    @MessageMapping("/future-fails")
    @SendTo("/topic/out")
    CompletableFuture<String> futureFails() {
        return CompletableFuture.failedFuture(new Failures.Known("future"));
    }

    @MessageMapping("/mono")
    @SendTo("/topic/out")
    Mono<String> mono() {
        return Mono.just("mono");
    }

    @MessageMapping("/flux")
    @SendTo("/topic/out")
    Flux<String> flux() {
        return Flux.just("a", "b");
    }

    @MessageMapping("/stamped")
    StampedHandler.Stamped stamped(String body) {
        return new StampedHandler.Stamped(body);
    }
}
