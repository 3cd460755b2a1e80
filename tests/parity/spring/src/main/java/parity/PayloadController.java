package parity;

import com.fasterxml.jackson.annotation.JsonView;
import jakarta.validation.Valid;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.context.annotation.Profile;
import org.springframework.messaging.Message;
import org.springframework.messaging.handler.annotation.MessageMapping;
import org.springframework.messaging.handler.annotation.Payload;
import org.springframework.messaging.handler.annotation.SendTo;
import org.springframework.stereotype.Controller;
import org.springframework.validation.annotation.Validated;
import parity.Bodies.Note;
import parity.Bodies.Person;
import parity.Bodies.Purchase;

/** Bodies as arguments; every reply goes to {@code /topic/out}. */
@Controller
@Profile("!options")
@MessageMapping("/body")
@SendTo("/topic/out")
class PayloadController {

    @MessageMapping("/text")
    String text(@Payload String body) {
        return "text " + body;
    }

    @MessageMapping("/note")
    Note note(Note note) {
        return new Note(note.number() + 1, note.text());
    }

    @MessageMapping("/bytes")
    String bytes(byte[] body) {
        return "bytes " + body.length;
    }

    @MessageMapping("/echo-bytes")
    byte[] echo(byte[] body) {
        return body;
    }

    @MessageMapping("/maybe")
    String maybe(@Payload(required = false) String body) {
        return body == null ? "absent" : "present " + body;
    }

    @MessageMapping("/optional")
    String optional(Optional<Note> note) {
        return note.map(n -> "present " + n.text()).orElse("absent");
    }

    @MessageMapping("/list")
    int list(List<Note> notes) {
        return notes.stream().mapToInt(Note::number).sum();
    }

    @MessageMapping("/map")
    Map<String, Object> map(Map<String, Object> body) {
        return new java.util.TreeMap<>(body);
    }

    @MessageMapping("/number")
    int number(Integer number) {
        return number + 1;
    }

    @MessageMapping("/valid")
    String valid(@Valid Purchase purchase) {
        return "bought " + purchase.item();
    }

    @MessageMapping("/valid-group")
    String validGroup(@Validated(Bodies.Strict.class) Purchase purchase) {
        return "bought " + purchase.item();
    }

    @MessageMapping("/point")
    PointConverter.Point point(PointConverter.Point point) {
        return new PointConverter.Point(point.y(), point.x());
    }

    @MessageMapping("/view")
    @JsonView(Bodies.Public.class)
    Person view() {
        return new Person("ann", "hidden");
    }

    @MessageMapping("/view-in")
    String viewIn(@JsonView(Bodies.Public.class) Person person) {
        return person.name() + " " + person.secret();
    }

    @MessageMapping("/message")
    String message(Message<Note> message) {
        return "message " + message.getPayload().text();
    }

    @MessageMapping("/message-text")
    String messageText(Message<String> message) {
        return "message " + message.getPayload();
    }
}
