package parity;

import jakarta.servlet.Filter;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;
import org.springframework.messaging.Message;
import org.springframework.messaging.simp.SimpMessageHeaderAccessor;
import org.springframework.messaging.simp.SimpMessageType;
import org.springframework.messaging.support.ChannelInterceptor;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.config.annotation.web.socket.EnableWebSocketSecurity;
import org.springframework.security.messaging.access.intercept.MessageMatcherDelegatingAuthorizationManager;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.security.web.csrf.DefaultCsrfToken;
import org.springframework.security.web.csrf.DeferredCsrfToken;

/** The variants "secure", rules without CSRF, and "csrf", CSRF with one rule that permits all. */
@Configuration
@EnableWebSocketSecurity
@Profile({"secure", "csrf"})
class SecurityConfig {

    @Bean
    @Profile("csrf")
    AuthorizationManager<Message<?>> permitAll(MessageMatcherDelegatingAuthorizationManager.Builder messages) {
        return messages.anyMessage().permitAll().build();
    }

    @Bean
    @Profile("secure")
    AuthorizationManager<Message<?>> rules(MessageMatcherDelegatingAuthorizationManager.Builder messages) {
        return messages
                .matchers(message -> nativeHeader(message, "x-pass") != null).permitAll()
                .simpTypeMatchers(SimpMessageType.CONNECT, SimpMessageType.HEARTBEAT).permitAll()
                .nullDestMatcher().authenticated()
                .simpMessageDestMatchers("/app/sync").permitAll()
                .simpSubscribeDestMatchers("/user/queue/sync", "/app/session").permitAll()
                .simpDestMatchers("/app/map/two").denyAll()
                .simpMessageDestMatchers("/app/arg/**").hasRole("ADMIN")
                .simpMessageDestMatchers("/app/ret/**").hasAnyRole("ADMIN", "EDITOR")
                .simpMessageDestMatchers("/app/map/var/{name}").access((user, context) -> new AuthorizationDecision(
                        user.get().getName().equals(context.getVariables().get("name"))))
                .simpMessageDestMatchers("/app/map/**").authenticated()
                .simpMessageDestMatchers("/app/best/**").anonymous()
                .simpDestMatchers("/app/secure/**").authenticated()
                .simpSubscribeDestMatchers("/topic/**", "/user/queue/**").permitAll()
                .build();
    }

    /** A bean of this name replaces the CSRF check. */
    @Bean("csrfChannelInterceptor")
    @Profile("secure")
    ChannelInterceptor noCsrf() {
        return new ChannelInterceptor() {
        };
    }

    /** Gives every handshake the same token, as the HTTP side of an application would give its own. */
    @Bean
    @Profile("csrf")
    Filter fixedToken() {
        CsrfToken token = new DefaultCsrfToken("X-CSRF-TOKEN", "_csrf", "secret-token");
        return (request, response, chain) -> {
            String query = ((jakarta.servlet.http.HttpServletRequest) request).getQueryString();
            if (query == null || !query.contains("token=none")) {
                request.setAttribute(DeferredCsrfToken.class.getName(), new DeferredCsrfToken() {
                    @Override
                    public CsrfToken get() {
                        return token;
                    }

                    @Override
                    public boolean isGenerated() {
                        return false;
                    }
                });
            }
            chain.doFilter(request, response);
        };
    }

    private static String nativeHeader(Message<?> message, String name) {
        return SimpMessageHeaderAccessor.wrap(message).getFirstNativeHeader(name);
    }
}
