package parity;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.context.annotation.Profile;
import org.springframework.messaging.handler.annotation.DestinationVariable;
import org.springframework.messaging.handler.annotation.MessageMapping;
import org.springframework.messaging.simp.annotation.SendToUser;
import org.springframework.messaging.simp.user.SimpUser;
import org.springframework.messaging.simp.user.SimpUserRegistry;
import org.springframework.stereotype.Controller;

/** Questions to the user registry; answers go to the asking session's {@code /user/queue/reg}. */
@Controller
@Profile("!options")
@MessageMapping("/reg")
@SendToUser(destinations = "/queue/reg", broadcast = false)
class RegistryController {

    private final SimpUserRegistry registry;

    RegistryController(SimpUserRegistry registry) {
        this.registry = registry;
    }

    @MessageMapping("/users/{start}")
    List<String> users(@DestinationVariable String start) {
        return registry.getUsers().stream().map(SimpUser::getName).filter(n -> n.startsWith(start)).sorted().toList();
    }

    @MessageMapping("/sessions/{name}")
    int sessions(@DestinationVariable String name) {
        SimpUser user = registry.getUser(name);
        return user == null ? -1 : user.getSessions().size();
    }

    @MessageMapping("/subscriptions/{name}")
    Map<String, String> subscriptions(@DestinationVariable String name) {
        Map<String, String> found = new TreeMap<>();
        registry.findSubscriptions(s -> s.getSession().getUser().getName().equals(name))
                .forEach(s -> found.put(s.getId(), s.getDestination()));
        return found;
    }
}
