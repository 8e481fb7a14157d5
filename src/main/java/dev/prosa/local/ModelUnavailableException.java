package dev.prosa.local;

/** The in-process model could not be loaded, or failed while it ran. */
public final class ModelUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ModelUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
