package dev.prosa.egress;

import dev.prosa.egress.Circuits.Health;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/** A request that got no usable answer. The message names the endpoint's origin, never a header or the document. */
public final class EgressException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What failed. */
    public enum Reason {
        /** No such host, nobody takes the connection in time, or the certificate is not trusted. */
        CONNECT(Health.FAILS),
        /** The total time is over. */
        DEADLINE(Health.FAILS),
        /** The connection broke before the answer was whole. */
        BROKEN(Health.FAILS),
        /** The answer is not HTTP/1.1 as it should be. */
        MALFORMED(Health.FAILS),
        /** The endpoint answered with a redirect, which is never followed. */
        REDIRECT(Health.WORKS),
        /** The answer is larger than allowed. */
        TOO_LARGE(Health.WORKS),
        /** The address or a header cannot be used. */
        INVALID(Health.UNKNOWN),
        /** The host is, or resolves to, an address that is not to be connected to. */
        REFUSED(Health.UNKNOWN),
        /** The endpoint has failed too often of late and is left alone for now. */
        OPEN(Health.UNKNOWN),
        /** Too many calls of this process to the host are under way. */
        BUSY(Health.UNKNOWN),
        /** The key file cannot be used. */
        SECRET(Health.UNKNOWN),
        /** The security policy of this process forbids it. */
        DENIED(Health.UNKNOWN),
        /** The calling thread was interrupted while it waited. */
        INTERRUPTED(Health.UNKNOWN);

        private final Health health;

        Reason(Health health) {
            this.health = health;
        }

        /** What it says of the endpoint. */
        Health health() {
            return health;
        }
    }

    private final Reason reason;
    private final boolean unsent;
    /** Null where nothing is known; an Optional is not serializable. */
    private final Duration retryAfter;

    EgressException(Reason reason, String message) {
        this(reason, message, null);
    }

    EgressException(Reason reason, String message, Throwable cause) {
        this(reason, message, cause, false, null);
    }

    private EgressException(Reason reason, String message, Throwable cause, boolean unsent, Duration retryAfter) {
        super(message, cause);
        this.reason = Objects.requireNonNull(reason, "reason");
        this.unsent = unsent;
        this.retryAfter = retryAfter;
    }

    /** A failure before anything was sent that may pass: another attempt cannot double the request. */
    static EgressException unsent(Reason reason, String message, Throwable cause) {
        return new EgressException(reason, message, cause, true, null);
    }

    /** A call that was not made, since the endpoint is left alone for a while. */
    static EgressException open(String message, Duration left) {
        return new EgressException(Reason.OPEN, message, null, false, left);
    }

    /** What failed. */
    public Reason reason() {
        return reason;
    }

    /** How long to wait before another call, where that is known. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    boolean isUnsent() {
        return unsent;
    }
}
