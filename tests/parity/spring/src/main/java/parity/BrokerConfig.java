package parity;

import java.util.List;
import org.springframework.core.env.Environment;
import org.springframework.core.env.Profiles;
import org.springframework.context.annotation.Configuration;
import org.springframework.messaging.handler.invocation.HandlerMethodArgumentResolver;
import org.springframework.messaging.handler.invocation.HandlerMethodReturnValueHandler;
import org.springframework.messaging.converter.MessageConverter;
import org.springframework.messaging.simp.config.ChannelRegistration;
import org.springframework.messaging.simp.config.MessageBrokerRegistry;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;
import org.springframework.util.AntPathMatcher;
import org.springframework.web.socket.config.annotation.EnableWebSocketMessageBroker;
import org.springframework.web.socket.config.annotation.StompEndpointRegistry;
import org.springframework.web.socket.config.annotation.WebSocketMessageBrokerConfigurer;
import org.springframework.web.socket.config.annotation.WebSocketTransportRegistration;

/** What every variant shares, and the few switches in which they differ. */
@Configuration
@EnableWebSocketMessageBroker
class BrokerConfig implements WebSocketMessageBrokerConfigurer {

    private final boolean loose;
    private final boolean options;
    private final boolean errors;
    private final boolean beat;

    BrokerConfig(Environment environment) {
        this.loose = environment.acceptsProfiles(Profiles.of("loose", "errors", "secure", "csrf", "options"));
        this.options = environment.acceptsProfiles(Profiles.of("options"));
        this.errors = environment.acceptsProfiles(Profiles.of("errors"));
        this.beat = environment.acceptsProfiles(Profiles.of("beat"));
    }

    @Override
    public void registerStompEndpoints(StompEndpointRegistry registry) {
        // Both ordering switches are on, so that a transcript has one order only.
        registry.setPreserveReceiveOrder(!loose);
        UserFromQuery users = new UserFromQuery();
        QueryInterceptor query = new QueryInterceptor();
        registry.addEndpoint("/ws", "/ws-too").setHandshakeHandler(users).addInterceptors(query);
        registry.addEndpoint("/ws").setHandshakeHandler(users).addInterceptors(query).withSockJS();
        registry.addEndpoint("/ws-listed")
                .setAllowedOrigins("http://good.example")
                .setHandshakeHandler(users);
        registry.addEndpoint("/ws-pattern")
                .setAllowedOriginPatterns("https://*.good.example", "http://port.example:[8080,8081]")
                .setHandshakeHandler(users);
        registry.addEndpoint("/ws-any").setAllowedOrigins("*").setHandshakeHandler(users);
        if (errors) {
            registry.setErrorHandler(new ErrorFrames());
        }
    }

    @Override
    public void configureMessageBroker(MessageBrokerRegistry registry) {
        registry.setPreservePublishOrder(!loose);
        registry.setUserRegistryOrder(1);
        if (options) {
            registry.enableSimpleBroker("/topic", "/queue", "plain").setSelectorHeaderName("selector");
            registry.setApplicationDestinationPrefixes("/app", "/do/");
            registry.setUserDestinationPrefix("/me");
            registry.setPathMatcher(new AntPathMatcher("."));
            return;
        }
        var broker = registry.enableSimpleBroker("/topic", "/queue");
        if (!loose) {
            broker.setHeartbeatValue(beat ? new long[] {300, 200} : new long[] {10_000, 10_000});
            broker.setTaskScheduler(heartbeats());
        }
        registry.setApplicationDestinationPrefixes("/app");
        registry.setUserDestinationPrefix("/user");
    }

    private static TaskScheduler heartbeats() {
        ThreadPoolTaskScheduler scheduler = new ThreadPoolTaskScheduler();
        scheduler.setThreadNamePrefix("heart-beat-");
        scheduler.setDaemon(true);
        scheduler.initialize();
        return scheduler;
    }

    @Override
    public void configureWebSocketTransport(WebSocketTransportRegistration registration) {
        if (options) {
            registration.setMessageSizeLimit(1024);
        }
    }

    @Override
    public void configureClientInboundChannel(ChannelRegistration registration) {
        registration.interceptors(new InboundTriggers());
        oneThread(registration);
    }

    @Override
    public void configureClientOutboundChannel(ChannelRegistration registration) {
        registration.interceptors(new OutboundTriggers());
        oneThread(registration);
    }

    /** Without the ordering switches, one thread for each channel makes the order the only possible one. */
    private void oneThread(ChannelRegistration registration) {
        if (loose) {
            registration.taskExecutor().corePoolSize(1).maxPoolSize(1);
        }
    }

    @Override
    public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
        resolvers.add(new CallerResolver());
    }

    @Override
    public void addReturnValueHandlers(List<HandlerMethodReturnValueHandler> handlers) {
        handlers.add(new StampedHandler());
    }

    @Override
    public boolean configureMessageConverters(List<MessageConverter> converters) {
        converters.add(new PointConverter());
        return true;
    }
}
