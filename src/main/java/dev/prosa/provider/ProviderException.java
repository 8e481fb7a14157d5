package dev.prosa.provider;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A call to a provider that failed. The message says what failed and, where a person can do something, what; it never
 * holds an API key. The SQLSTATE is what a caller of the SQL functions sees:
 *
 * <table><caption>SQLSTATEs</caption>
 * <tr><td>08001</td><td>cannot connect, no such host, or the endpoint has failed so often that it is left alone</td></tr>
 * <tr><td>08004</td><td>the endpoint refused the request (3xx, 4xx)</td></tr>
 * <tr><td>08006</td><td>the total time is over, the connection broke, or the endpoint failed (5xx)</td></tr>
 * <tr><td>08P01</td><td>the answer is malformed or too large</td></tr>
 * <tr><td>22023</td><td>the configuration or the request is wrong</td></tr>
 * <tr><td>42501</td><td>this process may not read the key or open the connection, or not to such an address</td></tr>
 * <tr><td>53000</td><td>rate limited or overloaded (429, 503, 529), still so at the last attempt, or too many calls of this
 * process to the endpoint at a time</td></tr>
 * </table>
 */
public final class ProviderException extends RuntimeException {

    private static final long serialVersionUID = 1L;
    private static final int MAX_QUOTE = 300;
    /** How long a busy endpoint is left alone that does not say. */
    private static final Duration BUSY_WAIT = Duration.ofSeconds(10);

    /** Who is to blame. */
    public enum Fault {
        /** The input: another one may well be taken. */
        ITEM,
        /** The endpoint or its configuration: another input would have fared no better. */
        ENDPOINT,
        /** Either: an error of the server, no answer in time, an answer that makes no sense. */
        UNKNOWN
    }

    private final String sqlState;
    /** 0 when no answer came. */
    private final int httpStatus;
    /** Null when the endpoint did not say; an Optional is not serializable. */
    private final Duration retryAfter;

    private ProviderException(String sqlState, String message, int httpStatus, Duration retryAfter, Throwable cause) {
        super(message, cause);
        this.sqlState = Objects.requireNonNull(sqlState, "sqlState");
        this.httpStatus = httpStatus;
        this.retryAfter = retryAfter;
    }

    /** A wrong configuration or request: 22023. */
    public static ProviderException invalid(String message) {
        return new ProviderException("22023", message, 0, null, null);
    }

    /** An answer that does not keep to the protocol: 08P01. */
    static ProviderException malformed(String message) {
        return new ProviderException("08P01", message, 0, null, null);
    }

    /** A call that got no answer. */
    static ProviderException failed(String sqlState, String message, Optional<Duration> retryAfter, Throwable cause) {
        return new ProviderException(sqlState, message, 0, retryAfter.orElse(null), cause);
    }

    /** An answer with a status other than success. */
    static ProviderException refused(int status, String message, Optional<Duration> retryAfter) {
        String sqlState;
        if (isRateLimit(status)) {
            sqlState = "53000";
        } else if (status >= 500 || status == 408) {
            sqlState = "08006";
        } else {
            sqlState = "08004";
        }
        return new ProviderException(sqlState, message, status, retryAfter.orElse(null), null);
    }

    /** The five-character SQLSTATE of the failure. */
    public String sqlState() {
        return sqlState;
    }

    /** The HTTP status that the endpoint answered, when it answered. */
    public OptionalInt httpStatus() {
        return httpStatus == 0 ? OptionalInt.empty() : OptionalInt.of(httpStatus);
    }

    /** How long to wait: as the endpoint asked, or until it is called again after many failures. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /** Whether the same call may succeed later: no connection, no answer in time, 408, 429, 5xx. */
    public boolean isRetryable() {
        return switch (sqlState) {
            case "08001", "08006", "53000" -> true;
            default -> false;
        };
    }

    /** Whether the endpoint only asked to come back later (429, 503, 529): nothing to count against the input. */
    public boolean isRateLimited() {
        return isRateLimit(httpStatus);
    }

    /** Whether the input is at fault: a 4xx other than 401, 403, 404, 408 and 429. */
    public boolean isItemFault() {
        return httpStatus >= 400 && httpStatus < 500 && switch (httpStatus) {
            case 401, 403, 404, 408, 429 -> false;
            default -> true;
        };
    }

    /** Who is to blame, as far as the failure tells. */
    public Fault fault() {
        return switch (sqlState) {
            case "08004" -> isItemFault() ? Fault.ITEM : Fault.ENDPOINT;
            case "08006", "08P01" -> Fault.UNKNOWN;
            default -> Fault.ENDPOINT;
        };
    }

    /** How long to leave the endpoint alone: as it asked, or 10 s when it is busy and does not say; empty when nothing is known. */
    public Optional<Duration> pause() {
        return isRateLimited() || sqlState.equals("53000") ? Optional.of(retryAfter().orElse(BUSY_WAIT)) : retryAfter();
    }

    private static boolean isRateLimit(int status) {
        return status == 429 || status == 503 || status == 529;
    }

    /** Text of others for a message: one line, without control characters, at most 300 characters. */
    static String cut(String text) {
        String line = text.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
        return line.length() <= MAX_QUOTE ? line : line.substring(0, MAX_QUOTE - 1) + "…";
    }
}
