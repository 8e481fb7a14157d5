package dev.prosa.egress;

import java.util.Objects;

/** A request that got no usable answer. The message names the endpoint's origin, never a header or the document. */
public final class EgressException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What failed. */
    public enum Reason {
        /** No such host, nobody listens there, or its certificate is not trusted. */
        CONNECT,
        /** The total time is over. */
        DEADLINE,
        /** The connection broke before the answer was whole. */
        BROKEN,
        /** The endpoint answered with a redirect, which is never followed. */
        REDIRECT,
        /** The answer is not HTTP/1.1 as it should be. */
        MALFORMED,
        /** The answer is larger than allowed. */
        TOO_LARGE,
        /** The address or a header cannot be used. */
        INVALID,
        /** The key file cannot be used. */
        SECRET,
        /** The security policy of this process forbids it. */
        DENIED,
        /** The calling thread was interrupted while it waited. */
        INTERRUPTED
    }

    private final Reason reason;
    private final boolean unsent;

    EgressException(Reason reason, String message) {
        this(reason, message, null);
    }

    EgressException(Reason reason, String message, Throwable cause) {
        this(reason, message, cause, false);
    }

    private EgressException(Reason reason, String message, Throwable cause, boolean unsent) {
        super(message, cause);
        this.reason = Objects.requireNonNull(reason, "reason");
        this.unsent = unsent;
    }

    /** A failure before anything was sent that may pass: another attempt cannot double the request. */
    static EgressException unsent(String message, Throwable cause) {
        return new EgressException(Reason.CONNECT, message, cause, true);
    }

    /** What failed. */
    public Reason reason() {
        return reason;
    }

    boolean isUnsent() {
        return unsent;
    }
}
