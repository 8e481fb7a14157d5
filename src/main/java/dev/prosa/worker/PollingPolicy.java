package dev.prosa.worker;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * How long to wait before the queue is asked again: not at all while there is work, then a moment, and twice as long after
 * each time there was none. Not thread-safe.
 */
public final class PollingPolicy {

    private static final double JITTER = 0.2;

    private final Duration shortest;
    private final Duration longest;
    private final DoubleSupplier random;
    private Duration next;

    /**
     * A policy that has just seen work.
     *
     * @param shortest the wait after the queue was found empty for the first time, more than zero
     * @param longest  the wait that an empty queue leads to
     * @param random   numbers from 0 to 1, so that many workers do not ask at the same moment
     * @throws IllegalArgumentException when the waits are not in order
     */
    public PollingPolicy(Duration shortest, Duration longest, DoubleSupplier random) {
        if (shortest.isZero() || shortest.isNegative() || longest.compareTo(shortest) < 0) {
            throw new IllegalArgumentException("the shortest wait must be more than 0 and at most the longest");
        }
        this.shortest = shortest;
        this.longest = longest;
        this.random = random;
        this.next = shortest;
    }

    /** The wait after the queue gave work: none, since there may be more. */
    public Duration afterWork() {
        next = shortest;
        return Duration.ZERO;
    }

    /** The wait after the queue was empty. */
    public Duration afterNothing() {
        Duration wait = next;
        Duration doubled = next.multipliedBy(2);
        next = doubled.compareTo(longest) > 0 ? longest : doubled;
        return jittered(wait);
    }

    private Duration jittered(Duration wait) {
        double factor = 1 - JITTER + 2 * JITTER * random.getAsDouble();
        return Duration.ofNanos(Math.round(wait.toNanos() * factor));
    }
}
