package parity;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How a handler shows STOMP headers in its reply: names sorted, each with the list of its values. */
final class Headers {

    private Headers() {
    }

    static Map<String, List<String>> sorted(Map<String, List<String>> headers) {
        return new TreeMap<>(headers);
    }
}
