package parity;

import java.security.Principal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.context.annotation.Profile;
import org.springframework.messaging.MessageHeaders;
import org.springframework.messaging.handler.annotation.DestinationVariable;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.messaging.handler.annotation.Headers;
import org.springframework.messaging.handler.annotation.MessageMapping;
import org.springframework.messaging.handler.annotation.SendTo;
import org.springframework.messaging.simp.SimpMessageHeaderAccessor;
import org.springframework.messaging.simp.stomp.StompHeaderAccessor;
import org.springframework.stereotype.Controller;

/** Headers, path variables, user and session as arguments; every reply goes to {@code /topic/out}. */
@Controller
@Profile("!options")
@MessageMapping("/arg")
@SendTo("/topic/out")
class HeaderController {

    @MessageMapping("/header")
    String header(@Header String colour) {
        return "colour " + colour;
    }

    @MessageMapping("/header-default")
    String headerDefault(@Header(name = "colour", defaultValue = "red") String colour) {
        return "colour " + colour;
    }

    @MessageMapping("/header-maybe")
    String headerMaybe(@Header(name = "colour", required = false) String colour) {
        return colour == null ? "absent" : "colour " + colour;
    }

    @MessageMapping("/header-optional")
    String headerOptional(@Header("colour") Optional<String> colour) {
        return colour.map(c -> "colour " + c).orElse("absent");
    }

    @MessageMapping("/header-number")
    String headerNumber(@Header("count") int count) {
        return "count " + (count + 1);
    }

    @MessageMapping("/header-flag")
    String headerFlag(@Header("flag") boolean flag) {
        return "flag " + flag;
    }

    @MessageMapping("/header-level")
    String headerLevel(@Header("level") Bodies.Level level) {
        return "level " + level;
    }

    @MessageMapping("/header-list")
    String headerList(@Header("colour") List<String> colours) {
        return String.join("+", colours);
    }

    @MessageMapping("/header-native")
    String headerNative(@Header("nativeHeaders.destination") String destination) {
        return "native " + destination;
    }

    @MessageMapping("/headers")
    Map<String, List<String>> headers(@Headers Map<String, Object> headers) {
        @SuppressWarnings("unchecked")
        Map<String, List<String>> stomp =
                (Map<String, List<String>>) headers.get(StompHeaderAccessor.NATIVE_HEADERS);
        return parity.Headers.sorted(stomp);
    }

    @MessageMapping("/message-headers")
    String messageHeaders(MessageHeaders headers) {
        return "destination " + headers.get("simpDestination");
    }

    @MessageMapping("/accessor")
    String accessor(SimpMessageHeaderAccessor headers) {
        return headers.getMessageType() + " " + headers.getDestination();
    }

    @MessageMapping("/stomp-accessor")
    String stompAccessor(StompHeaderAccessor headers) {
        return headers.getCommand() + " " + headers.getReceipt();
    }

    @MessageMapping("/var/{id}")
    String variable(@DestinationVariable int id) {
        return "id " + (id + 1);
    }

    @MessageMapping("/vars/{a}/{b}")
    String variables(@DestinationVariable("b") String second, @DestinationVariable("a") String first) {
        return first + " " + second;
    }

    @MessageMapping("/user")
    String user(Principal user) {
        return "user " + (user == null ? "nobody" : user.getName());
    }

    @MessageMapping("/user-optional")
    String userOptional(Optional<Principal> user) {
        return "user " + user.map(Principal::getName).orElse("nobody");
    }

    @MessageMapping("/caller")
    String caller(CallerResolver.Caller caller) {
        return caller.sentence();
    }

    @MessageMapping("/visits")
    String visits(SimpMessageHeaderAccessor headers) {
        Map<String, Object> attributes = headers.getSessionAttributes();
        int visits = (int) attributes.getOrDefault("visits", 0) + 1;
        attributes.put("visits", visits);
        return "visits " + visits;
    }

    @MessageMapping("/attribute")
    String attribute(SimpMessageHeaderAccessor headers) {
        return "colour " + headers.getSessionAttributes().get("colour");
    }

    @MessageMapping("/everything/{id}")
    String everything(@DestinationVariable long id, @Header String colour, Principal user, Bodies.Note note) {
        return id + " " + colour + " " + (user == null ? "nobody" : user.getName()) + " " + note.text();
    }
}
