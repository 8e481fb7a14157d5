package dev.prosa.worker;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Endpoints (or tenants) that are left alone for a while, because they asked for it or did not answer. Batches that the
 * queue still gives for them go back at once, so one tenant's dead endpoint does not keep the others waiting.
 * Thread-safe.
 */
final class EndpointPauses {

    private static final Duration LONGEST = Duration.ofMinutes(15);
    private static final int MAX_ENTRIES = 10_000;

    private final Clock clock;
    private final Map<String, Pause> pauses = new ConcurrentHashMap<>();

    private record Pause(Instant end, Duration length) {
    }

    EndpointPauses(Clock clock) {
        this.clock = clock;
    }

    /**
     * Leaves an endpoint alone for a time, 15 minutes at most.
     *
     * @return how long it is left alone
     */
    Duration pause(String endpoint, Duration wanted) {
        Duration length = wanted.compareTo(LONGEST) > 0 ? LONGEST : wanted;
        if (pauses.size() >= MAX_ENTRIES) {
            Instant now = clock.instant();
            pauses.values().removeIf(pause -> !pause.end().isAfter(now));
        }
        pauses.put(endpoint, new Pause(clock.instant().plus(length), length));
        return length;
    }

    /**
     * Leaves an endpoint alone: for the shortest time, or twice as long as the last time when it has not answered since.
     *
     * @return how long it is left alone
     */
    Duration pauseLonger(String endpoint, Duration shortest) {
        Pause last = pauses.get(endpoint);
        Duration doubled = last == null ? shortest : last.length().multipliedBy(2);
        return pause(endpoint, doubled.compareTo(shortest) < 0 ? shortest : doubled);
    }

    /** How long an endpoint is still left alone; absent when it may be called. */
    Optional<Duration> remaining(String endpoint) {
        Pause pause = pauses.get(endpoint);
        if (pause == null) {
            return Optional.empty();
        }
        Duration left = Duration.between(clock.instant(), pause.end());
        return left.isZero() || left.isNegative() ? Optional.empty() : Optional.of(left);
    }

    /** Forgets the pauses of an endpoint that has answered. */
    void clear(String endpoint) {
        pauses.remove(endpoint);
    }
}
