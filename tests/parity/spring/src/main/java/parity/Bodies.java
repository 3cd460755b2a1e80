package parity;

import com.fasterxml.jackson.annotation.JsonView;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;

/** The JSON bodies. Their properties are in alphabetical order, on the wire as well. */
final class Bodies {

    private Bodies() {
    }

    /** A number and a text. */
    record Note(int number, String text) {
    }

    /** A body with rules. */
    record Purchase(@Min(1) int count, @NotBlank(groups = {jakarta.validation.groups.Default.class, Strict.class}) String item) {
    }

    /** A group of rules that leaves the count alone. */
    interface Strict {
    }

    /** The part of a person that everybody sees. */
    interface Public {
    }

    /** A person of whom one property is private. */
    record Person(@JsonView(Public.class) String name, String secret) {
    }

    /** A word of a fixed list. */
    enum Level {
        LOW, HIGH
    }
}
