package dev.prosa.egress;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;

/** How long an endpoint asks to wait: RFC 9110 (10.2.3) and the {@code retry-after-ms} of model endpoints. */
final class RetryAfter {

    /** Longer than any caller waits; keeps a nonsensical number from overflowing. */
    private static final double MAX_SECONDS = Duration.ofDays(30).toSeconds();

    private RetryAfter() {
    }

    /** The wait from now; empty when nothing understandable is said. A moment that has passed is zero. */
    static Optional<Duration> read(Map<String, String> headers, Instant now) {
        Optional<Duration> precise = Optional.ofNullable(headers.get("retry-after-ms")).flatMap(ms -> number(ms, 1));
        return precise.isPresent() ? precise : Optional.ofNullable(headers.get("retry-after"))
                .flatMap(text -> number(text, 1000).or(() -> date(text, now)));
    }

    private static Optional<Duration> number(String text, int millisPerUnit) {
        // Whole or decimal, as some endpoints send fractions of a second; no exponents, no signs.
        if (!text.matches("[0-9]{1,18}(\\.[0-9]{1,9})?")) {
            return Optional.empty();
        }
        double millis = Math.min(Double.parseDouble(text) * millisPerUnit, MAX_SECONDS * 1000);
        return Optional.of(Duration.ofMillis((long) Math.ceil(millis)));
    }

    private static Optional<Duration> date(String text, Instant now) {
        try {
            Instant then = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
            return Optional.of(then.isAfter(now) ? Duration.between(now, then) : Duration.ZERO);
        } catch (DateTimeException e) {
            // Not understood counts as not said: the caller's own delay applies.
            return Optional.empty();
        }
    }
}
