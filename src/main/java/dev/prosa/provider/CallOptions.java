package dev.prosa.provider;

import java.time.Duration;
import java.util.Objects;

/**
 * How long and how often one call may try.
 *
 * @param timeout     the total time for all attempts and the waits between them, more than zero
 * @param maxAttempts how many requests may be sent at most, at least 1
 * @param retryDelay  the wait before the second attempt; it doubles with each further one, with jitter, unless the
 *                    endpoint says how long to wait
 */
public record CallOptions(Duration timeout, int maxAttempts, Duration retryDelay) {

    /** What is used where nothing is said: 10 s in total, 3 attempts, 500 ms before the second. */
    public static final CallOptions DEFAULT = new CallOptions(Duration.ofSeconds(10), 3, Duration.ofMillis(500));

    /** @throws ProviderException 22023 when a value is out of its range */
    public CallOptions {
        Objects.requireNonNull(timeout, "timeout");
        Objects.requireNonNull(retryDelay, "retryDelay");
        if (timeout.isZero() || timeout.isNegative()) {
            throw ProviderException.invalid("the timeout must be more than 0 ms");
        }
        if (maxAttempts < 1 || maxAttempts > 100) {
            throw ProviderException.invalid("max_attempts must be from 1 to 100");
        }
        if (retryDelay.isNegative()) {
            throw ProviderException.invalid("the retry delay must not be negative");
        }
    }

    /** These options with another total time. */
    public CallOptions withTimeout(Duration total) {
        return new CallOptions(total, maxAttempts, retryDelay);
    }
}
