package parity;

import java.util.Map;
import org.springframework.context.annotation.Profile;
import org.springframework.messaging.MessageHeaders;
import org.springframework.messaging.handler.annotation.DestinationVariable;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.messaging.handler.annotation.MessageMapping;
import org.springframework.messaging.simp.SimpMessageHeaderAccessor;
import org.springframework.messaging.simp.SimpMessageType;
import org.springframework.messaging.simp.SimpMessagingTemplate;
import org.springframework.messaging.support.MessageBuilder;
import org.springframework.stereotype.Controller;
import org.springframework.util.MimeTypeUtils;

/** Sending from the application's own code. */
@Controller
@Profile("!options")
@MessageMapping("/tpl")
class TemplateController {

    private final SimpMessagingTemplate template;

    TemplateController(SimpMessagingTemplate template) {
        this.template = template;
    }

    @MessageMapping("/send")
    void send(String body) {
        template.convertAndSend("/topic/tpl", body);
    }

    @MessageMapping("/note")
    void note() {
        template.convertAndSend("/topic/tpl", new Bodies.Note(3, "three"));
    }

    @MessageMapping("/bytes")
    void bytes(byte[] body) {
        template.convertAndSend("/topic/tpl", body);
    }

    @MessageMapping("/headers")
    void headers() {
        template.convertAndSend("/topic/tpl", "headers", Map.of("colour", (Object) "a:b\\c\nd\re"));
    }

    @MessageMapping("/post")
    void post() {
        template.convertAndSend("/topic/tpl", "post", message -> {
            SimpMessageHeaderAccessor headers = SimpMessageHeaderAccessor.wrap(message);
            headers.setNativeHeader("posted", "yes");
            return MessageBuilder.createMessage(message.getPayload(), headers.getMessageHeaders());
        });
    }

    @MessageMapping("/raw")
    void raw(byte[] body) {
        template.send("/topic/tpl", MessageBuilder.withPayload(body).build());
    }

    @MessageMapping("/many")
    void many() {
        for (int i = 1; i <= 20; i++) {
            template.convertAndSend("/topic/tpl", "number " + i);
        }
    }

    @MessageMapping("/app")
    void app() {
        template.convertAndSend("/app/map/one", "from the application");
    }

    @MessageMapping("/nowhere")
    void nowhere() {
        template.convertAndSend("/nowhere/x", "lost");
    }

    @MessageMapping("/html")
    void html() {
        SimpMessageHeaderAccessor headers = SimpMessageHeaderAccessor.create(SimpMessageType.MESSAGE);
        headers.setContentType(MimeTypeUtils.TEXT_HTML);
        headers.setLeaveMutable(true);
        template.send("/topic/tpl", MessageBuilder.createMessage("<p>".getBytes(), headers.getMessageHeaders()));
    }

    @MessageMapping("/json-text")
    void jsonText() {
        SimpMessageHeaderAccessor headers = SimpMessageHeaderAccessor.create(SimpMessageType.MESSAGE);
        headers.setContentType(MimeTypeUtils.APPLICATION_JSON);
        headers.setLeaveMutable(true);
        template.convertAndSend("/topic/tpl", "a \"text\"", headers.getMessageHeaders());
    }

    @MessageMapping("/user/{name}")
    void user(@DestinationVariable String name, String body) {
        template.convertAndSendToUser(name, "/queue/tpl", body);
    }

    @MessageMapping("/user")
    void userByHeader(@Header String to, String body) {
        template.convertAndSendToUser(to, "queue/tpl", body);
    }

    @MessageMapping("/user-note")
    void userNote(@Header String to) {
        template.convertAndSendToUser(to, "/queue/tpl", new Bodies.Note(4, "four"), Map.of("colour", (Object) "blue"));
    }

    @MessageMapping("/one-session")
    void oneSession(@Header String to, @Header("simpSessionId") String session, String body) {
        SimpMessageHeaderAccessor headers = SimpMessageHeaderAccessor.create(SimpMessageType.MESSAGE);
        headers.setSessionId(session);
        headers.setLeaveMutable(true);
        MessageHeaders map = headers.getMessageHeaders();
        template.convertAndSendToUser(to, "/queue/tpl", body, map);
    }
}
