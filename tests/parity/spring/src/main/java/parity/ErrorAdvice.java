package parity;

import org.springframework.core.convert.ConversionException;
import org.springframework.messaging.MessageHandlingException;
import org.springframework.messaging.converter.MessageConversionException;
import org.springframework.messaging.handler.annotation.MessageExceptionHandler;
import org.springframework.messaging.handler.annotation.support.MethodArgumentNotValidException;
import org.springframework.messaging.handler.annotation.support.MethodArgumentTypeMismatchException;
import org.springframework.messaging.simp.annotation.SendToUser;
import org.springframework.web.bind.annotation.ControllerAdvice;

/**
 * Exception handlers for all controllers. What the framework refuses is reported by kind, since its
 * exceptions' texts are not for clients.
 */
@ControllerAdvice
class ErrorAdvice {

    @MessageExceptionHandler
    @SendToUser(destinations = "/queue/errors", broadcast = false)
    String onKnown(Failures.Known failure) {
        return "known " + failure.getMessage();
    }

    @MessageExceptionHandler
    @SendToUser(destinations = "/queue/errors", broadcast = false)
    String onInvalid(MethodArgumentNotValidException failure) {
        return failure.getBindingResult() == null || !failure.getBindingResult().hasFieldErrors()
                ? "empty"
                : "invalid " + failure.getBindingResult().getFieldErrors().stream()
                        .map(error -> error.getField())
                        .sorted()
                        .collect(java.util.stream.Collectors.joining(" "));
    }

    @MessageExceptionHandler({MessageConversionException.class, MethodArgumentTypeMismatchException.class})
    @SendToUser(destinations = "/queue/errors", broadcast = false)
    String onConversion() {
        return "unreadable";
    }

    @MessageExceptionHandler
    @SendToUser(destinations = "/queue/errors", broadcast = false)
    String onHandling(MessageHandlingException failure) {
        return "unusable";
    }

    @MessageExceptionHandler
    @SendToUser(destinations = "/queue/errors", broadcast = false)
    String onArgument(ConversionException failure) {
        return "inconvertible";
    }
}
