package dev.prosa.cli;

/** A command that failed for a reason a person can act on; the message is what standard error shows. */
final class CommandFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * A failure.
     *
     * @param message what failed
     * @param next    what to do about it
     */
    CommandFailedException(String message, String next) {
        super(message + System.lineSeparator() + "  " + next);
    }

    CommandFailedException(String message) {
        super(message);
    }
}
