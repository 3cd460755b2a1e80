package parity;

import java.util.concurrent.CompletableFuture;
import org.springframework.context.annotation.Profile;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.messaging.handler.annotation.MessageExceptionHandler;
import org.springframework.messaging.handler.annotation.MessageMapping;
import org.springframework.messaging.simp.annotation.SendToUser;
import org.springframework.stereotype.Controller;

/** Handlers that fail, and exception handlers beside them. */
@Controller
@Profile("!options")
@MessageMapping("/err")
class ErrorController {

    @MessageMapping("/local")
    void local(String body) {
        throw new Failures.Local(body);
    }

    @MessageMapping("/special")
    void special() {
        throw new Failures.Special("s");
    }

    @MessageMapping("/derived")
    void derived() {
        throw new Failures.Derived("d");
    }

    @MessageMapping("/cause")
    void cause() {
        throw new IllegalStateException("outer", new Failures.Local("inner"));
    }

    @MessageMapping("/known")
    void known() {
        throw new Failures.Known("k");
    }

    @MessageMapping("/loud")
    void loud() {
        throw new Failures.Loud();
    }

    @MessageMapping("/worse")
    void worse() {
        throw new Failures.Worse();
    }

    @MessageMapping("/later")
    void later() {
        throw new Failures.Later();
    }

    @MessageMapping("/unknown")
    void unknown() {
        throw new Failures.Unknown();
    }

    @MessageMapping("/panic")
    void panic() {
        throw new AssertionError("panic");
    }

    @MessageExceptionHandler
    @SendToUser(destinations = "/queue/errors", broadcast = false)
    String onLocal(Failures.Local failure) {
        return "local " + failure.getMessage();
    }

    @MessageExceptionHandler
    @SendToUser(destinations = "/queue/errors", broadcast = false)
    String onSpecial(Failures.Special failure, String body, @Header("destination") String destination) {
        return "special " + failure.getMessage() + " " + body + " " + destination;
    }

    @MessageExceptionHandler(Failures.Loud.class)
    String onLoud() {
        return "loud";
    }

    @MessageExceptionHandler(Failures.Worse.class)
    @SendToUser("/queue/errors")
    String onWorse() {
        throw new IllegalStateException("even worse");
    }

    @MessageExceptionHandler(Failures.Later.class)
    @SendToUser("/queue/errors")
    CompletableFuture<String> onLater() {
        return CompletableFuture.completedFuture("later");
    }
}
