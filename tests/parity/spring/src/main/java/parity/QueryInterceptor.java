package parity;

import java.util.Map;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.ServerHttpRequest;
import org.springframework.http.server.ServerHttpResponse;
import org.springframework.util.MultiValueMap;
import org.springframework.web.socket.WebSocketHandler;
import org.springframework.web.socket.server.HandshakeInterceptor;
import org.springframework.web.util.UriComponentsBuilder;

/** {@code ?refuse=418} refuses the handshake; {@code ?colour=red} becomes a session attribute. */
class QueryInterceptor implements HandshakeInterceptor {

    @Override
    public boolean beforeHandshake(ServerHttpRequest request, ServerHttpResponse response,
            WebSocketHandler handler, Map<String, Object> attributes) {
        MultiValueMap<String, String> query = UriComponentsBuilder.fromUri(request.getURI()).build().getQueryParams();
        String refuse = query.getFirst("refuse");
        if (refuse != null) {
            if (!refuse.isEmpty()) {
                response.setStatusCode(HttpStatusCode.valueOf(Integer.parseInt(refuse)));
            }
            return false;
        }
        String colour = query.getFirst("colour");
        if (colour != null) {
            attributes.put("colour", colour);
        }
        return true;
    }

    @Override
    public void afterHandshake(ServerHttpRequest request, ServerHttpResponse response,
            WebSocketHandler handler, Exception exception) {
    }
}
