package parity;

import java.security.Principal;
import java.util.Map;
import org.springframework.http.server.ServerHttpRequest;
import org.springframework.messaging.simp.user.DestinationUserNameProvider;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.web.socket.WebSocketHandler;
import org.springframework.web.socket.server.support.DefaultHandshakeHandler;
import org.springframework.web.util.UriComponentsBuilder;
import org.springframework.util.MultiValueMap;

/**
 * Takes the user from the query: {@code ?user=ann}, with {@code alias=zoe} a user whose destinations
 * are under another name, with {@code roles=ADMIN} one that Spring Security knows.
 */
class UserFromQuery extends DefaultHandshakeHandler {

    @Override
    protected Principal determineUser(
            ServerHttpRequest request, WebSocketHandler handler, Map<String, Object> attributes) {
        MultiValueMap<String, String> query = UriComponentsBuilder.fromUri(request.getURI()).build().getQueryParams();
        String name = decode(query.getFirst("user"));
        if (name == null) {
            return null;
        }
        String roles = query.getFirst("roles");
        if (roles != null) {
            String[] names = roles.isEmpty() ? new String[0] : ("ROLE_" + roles).split(",");
            return UsernamePasswordAuthenticationToken.authenticated(name, "", AuthorityUtils.createAuthorityList(names));
        }
        String alias = query.getFirst("alias");
        return alias == null ? new Plain(name) : new Aliased(name, alias);
    }

    static String decode(String text) {
        return text == null ? null : java.net.URLDecoder.decode(text, java.nio.charset.StandardCharsets.UTF_8);
    }

    /** A user with a name and nothing else. */
    record Plain(String name) implements Principal {
        @Override
        public String getName() {
            return name;
        }
    }

    /** A user whose user destinations go by another name. */
    record Aliased(String name, String alias) implements Principal, DestinationUserNameProvider {
        @Override
        public String getName() {
            return name;
        }

        @Override
        public String getDestinationUserName() {
            return alias;
        }
    }
}
