package parity;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;

/**
 * The recorded application. A profile selects the variant; none is the variant "main".
 *
 * <p>Prints {@code ready PORT} once it accepts connections: the recorder waits for that line.
 */
@SpringBootApplication
public class ParityApplication {

    public static void main(String[] args) {
        SpringApplication.run(ParityApplication.class, args);
    }

    @EventListener
    void ready(ApplicationReadyEvent event) {
        System.out.println("ready " + event.getApplicationContext().getEnvironment().getProperty("local.server.port"));
    }
}
