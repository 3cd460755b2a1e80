package parity;

import java.nio.charset.StandardCharsets;
import org.springframework.messaging.Message;
import org.springframework.messaging.simp.stomp.StompCommand;
import org.springframework.messaging.simp.stomp.StompHeaderAccessor;
import org.springframework.web.socket.messaging.StompSubProtocolErrorHandler;

/**
 * Adds a header and a body to the ERROR frame. A failed frame with {@code x-quiet} gets none at all,
 * one with {@code x-default} the one that comes without further work.
 */
class ErrorFrames extends StompSubProtocolErrorHandler {

    @Override
    protected Message<byte[]> handleInternal(StompHeaderAccessor error, byte[] payload, Throwable cause,
            StompHeaderAccessor client) {
        if (client != null && client.getFirstNativeHeader("x-quiet") != null) {
            return null;
        }
        if (client != null && client.getFirstNativeHeader("x-default") != null) {
            return super.handleInternal(error, payload, cause, client);
        }
        error.setNativeHeader("help", "read the manual");
        StompCommand failed = client == null ? null : client.getCommand();
        byte[] body = ("failed: " + failed).getBytes(StandardCharsets.UTF_8);
        return super.handleInternal(error, body, cause, client);
    }
}
