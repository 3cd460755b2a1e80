package parity;

import java.nio.charset.StandardCharsets;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageHeaders;
import org.springframework.messaging.converter.AbstractMessageConverter;
import org.springframework.util.MimeType;

/** A converter of the application's own: {@code application/x-point}, body {@code 3;4}. */
class PointConverter extends AbstractMessageConverter {

    /** Two numbers. */
    record Point(int x, int y) {
    }

    PointConverter() {
        super(new MimeType("application", "x-point"));
        setStrictContentTypeMatch(true);
    }

    @Override
    protected boolean supports(Class<?> type) {
        return type == Point.class;
    }

    @Override
    protected Object convertFromInternal(Message<?> message, Class<?> target, Object hint) {
        String[] parts = new String((byte[]) message.getPayload(), StandardCharsets.UTF_8).split(";");
        return new Point(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
    }

    @Override
    protected Object convertToInternal(Object payload, MessageHeaders headers, Object hint) {
        Point point = (Point) payload;
        return (point.x() + ";" + point.y()).getBytes(StandardCharsets.UTF_8);
    }
}
