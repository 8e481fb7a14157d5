package dev.prosa.gateway;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** A request that is answered with an error: the status, and what the body says. */
final class ApiException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;
    private final String hint;
    private final transient Duration retryAfter;
    private final transient ObjectNode context;

    private ApiException(int status, String code, String message, String hint, Duration retryAfter, ObjectNode context) {
        super(message, null, false, false);
        this.status = status;
        this.code = Objects.requireNonNull(code);
        this.hint = hint;
        this.retryAfter = retryAfter;
        this.context = context;
    }

    /**
     * An error.
     *
     * @param status  the HTTP status
     * @param code    what programs compare, such as {@code invalid_request}
     * @param message what a person reads: what failed
     */
    static ApiException of(int status, String code, String message) {
        return new ApiException(status, code, message, null, null, null);
    }

    static ApiException badRequest(String message) {
        return of(400, "invalid_request", message);
    }

    static ApiException unauthorized() {
        return of(401, "unauthorized", "the key is missing or not valid")
                .withHint("Send a key made for this use as \"Authorization: Bearer KEY\". It may be mistyped, expired or revoked.");
    }

    /** With what to do about it. */
    ApiException withHint(String text) {
        return new ApiException(status, code, getMessage(), text, retryAfter, context);
    }

    /** With the time after which a retry can help. */
    ApiException withRetryAfter(Duration duration) {
        return new ApiException(status, code, getMessage(), hint, duration, context);
    }

    /** With members that stand beside the error in the body. */
    ApiException withContext(ObjectNode members) {
        return new ApiException(status, code, getMessage(), hint, retryAfter, members);
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }

    Optional<String> hint() {
        return Optional.ofNullable(hint);
    }

    Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    Optional<ObjectNode> context() {
        return Optional.ofNullable(context);
    }
}
