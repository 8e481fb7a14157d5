package dev.prosa.egress;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What an endpoint answered, whatever the status.
 *
 * @param status  the HTTP status, never a redirect
 * @param headers the headers, names in lower case; of a repeated header the first
 * @param body    the body, decompressed; not copied: treat it as read-only
 */
public record Answer(int status, Map<String, String> headers, byte[] body) {

    public Answer {
        headers = Map.copyOf(headers);
        Objects.requireNonNull(body, "body");
    }

    /** How long the endpoint asks to wait ({@code retry-after-ms}, else {@code Retry-After} in seconds or as a date). */
    public Optional<Duration> retryAfter() {
        return RetryAfter.read(headers, Instant.now());
    }

    @Override
    public String toString() {
        return "Answer[" + status + ", " + body.length + " bytes]";
    }
}
