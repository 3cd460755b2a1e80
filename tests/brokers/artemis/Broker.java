import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.config.impl.SecurityConfiguration;
import org.apache.activemq.artemis.core.security.Role;
import org.apache.activemq.artemis.core.server.JournalType;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.spi.core.security.ActiveMQJAASSecurityManager;
import org.apache.activemq.artemis.spi.core.security.jaas.InVMLoginModule;

/** ActiveMQ Artemis with STOMP on loopback: <code>java Broker.java DIRECTORY PORT</code>. */
public final class Broker {
    public static void main(String[] arguments) throws Exception {
        String directory = arguments[0];
        var configuration = new ConfigurationImpl()
            .setJournalType(JournalType.NIO)
            // However full the machine's disk is.
            .setMaxDiskUsage(100)
            .setJournalDirectory(directory + "/journal")
            .setBindingsDirectory(directory + "/bindings")
            .setLargeMessagesDirectory(directory + "/large")
            .setPagingDirectory(directory + "/paging")
            .addAcceptorConfiguration("stomp", "tcp://127.0.0.1:" + arguments[1] + "?protocols=STOMP");
        // Of several, the one that names most is what counts.
        configuration.putSecurityRoles("#", Set.of(all("guests")));
        configuration.putSecurityRoles("*.*.open", Set.of(all("guests"), all("everybody")));

        var users = new SecurityConfiguration(
            Map.of("guest", "guest", "limited", "limited"),
            Map.of("guest", List.of("everybody", "guests"), "limited", List.of("everybody")));
        var broker = new EmbeddedActiveMQ();
        broker.setConfiguration(configuration);
        broker.setSecurityManager(new ActiveMQJAASSecurityManager(InVMLoginModule.class.getName(), users));
        broker.start();
        Thread.currentThread().join();
    }

    private static Role all(String name) {
        return new Role(name, true, true, true, true, true, true, true, true, true, true, true, true);
    }
}
