package parity;

import org.springframework.context.annotation.Profile;
import org.springframework.messaging.handler.annotation.MessageMapping;
import org.springframework.messaging.handler.annotation.SendTo;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Controller;

/** The variant "secure": who the security context says is calling. */
@Controller
@Profile("secure")
@SendTo("/topic/out")
class SecureController {

    @MessageMapping("/secure/principal")
    String principal(@AuthenticationPrincipal String principal) {
        return "principal " + principal;
    }

    @MessageMapping("/secure/context")
    String context() {
        return "context " + SecurityContextHolder.getContext().getAuthentication().getName();
    }
}
