package compare;

import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.messaging.handler.annotation.MessageMapping;
import org.springframework.messaging.handler.annotation.SendTo;
import org.springframework.messaging.simp.annotation.SendToUser;
import org.springframework.messaging.simp.config.MessageBrokerRegistry;
import org.springframework.stereotype.Controller;
import org.springframework.web.socket.config.annotation.EnableWebSocketMessageBroker;
import org.springframework.web.socket.config.annotation.StompEndpointRegistry;
import org.springframework.web.socket.config.annotation.WebSocketMessageBrokerConfigurer;
import org.springframework.web.socket.config.annotation.WebSocketTransportRegistration;

/** The same broker and the same handlers as those of `benches/compare/src/peers/broker.rs`. */
@SpringBootApplication
@EnableWebSocketMessageBroker
public class CompareApplication implements WebSocketMessageBrokerConfigurer {

    /** What stompframe always promises. Unless it is told so, Spring delivers out of order. */
    private final boolean ordered;

    CompareApplication(ApplicationArguments arguments) {
        this.ordered = arguments.containsOption("ordered");
    }

    public static void main(String[] arguments) {
        SpringApplication.run(CompareApplication.class, arguments);
    }

    @Override
    public void registerStompEndpoints(StompEndpointRegistry registry) {
        registry.setPreserveReceiveOrder(ordered);
        registry.addEndpoint("/ws");
    }

    @Override
    public void configureMessageBroker(MessageBrokerRegistry registry) {
        registry.setPreservePublishOrder(ordered);
        registry.enableSimpleBroker("/topic", "/queue");
        registry.setApplicationDestinationPrefixes("/app");
    }

    @Override
    public void configureWebSocketTransport(WebSocketTransportRegistration registration) {
        // More than what waits in any scenario, so that no session ends for being slow.
        registration.setSendBufferSizeLimit(16 * 1024 * 1024).setSendTimeLimit(60_000);
    }

    @Controller
    static class Handlers {

        @MessageMapping("/load/{n}")
        @SendTo("/topic/load.{n}")
        String load(String body) {
            return body;
        }

        @MessageMapping("/echo")
        @SendToUser(destinations = "/queue/reply", broadcast = false)
        String echo(String body) {
            return body;
        }
    }
}
