package parity;

/** The application's own exceptions. */
final class Failures {

    private Failures() {
    }

    /** Handled for all controllers. */
    static class Known extends RuntimeException {
        Known(String message) {
            super(message);
        }
    }

    /** Handled by the controller that throws it. */
    static class Local extends RuntimeException {
        Local(String message) {
            super(message);
        }
    }

    /** A kind of {@link Local} with a handler of its own. */
    static class Special extends Local {
        Special(String message) {
            super(message);
        }
    }

    /** A kind of {@link Local} without. */
    static class Derived extends Local {
        Derived(String message) {
            super(message);
        }
    }

    /** Its result goes where a result without annotation goes. */
    static class Loud extends RuntimeException {
    }

    /** Its handler fails. */
    static class Worse extends RuntimeException {
    }

    /** Its handler answers later. */
    static class Later extends RuntimeException {
    }

    /** Nobody handles it. */
    static class Unknown extends RuntimeException {
    }
}
