package dev.prosa.egress;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Endpoints that are left alone for a while because they do not answer: a dead one then costs nobody a whole timeout. A
 * circuit opens after so many failures in a row, for a first pause or for as long as the endpoint asks; every failure after
 * a pause doubles it, up to the longest; a success closes the circuit and forgets. Each key is a circuit of its own.
 *
 * <p>{@link Egress} has circuits by tenant and origin, and lets one call at a time find out whether the endpoint is back. The
 * worker, which tells an endpoint at fault from an item at fault, has its own. Thread-safe.
 */
public final class Circuits {

    /** Keys come from configurations; this many are kept before those that are closed or over go. */
    private static final int MAX_ENTRIES = 10_000;
    /** A call finds out whether the endpoint is back: how long the others are told to wait for it. */
    private static final Duration PROBE_WAIT = Duration.ofSeconds(1);

    /** What a call said of its endpoint. */
    enum Health { WORKS, FAILS, UNKNOWN }

    private final int threshold;
    private final Duration first;
    private final Duration longest;
    private final LongSupplier nanoTime;
    private final Map<String, Circuit> circuits = new ConcurrentHashMap<>();

    /**
     * A circuit that is not in its first state.
     *
     * @param failures  in a row; open from the threshold on
     * @param end       of the pause, in nanoseconds
     * @param length    of the pause
     * @param isProbed  whether a call is finding out
     */
    private record Circuit(int failures, long end, Duration length, boolean isProbed) {
    }

    /**
     * Circuits that are all closed.
     *
     * @param threshold failures in a row that open one, at least 1
     * @param first     the first pause, more than zero
     * @param longest   the longest pause, also where an endpoint asks for more
     */
    public Circuits(int threshold, Duration first, Duration longest) {
        this(threshold, first, longest, System::nanoTime);
    }

    Circuits(int threshold, Duration first, Duration longest, LongSupplier nanoTime) {
        this.threshold = threshold;
        this.first = Objects.requireNonNull(first, "first");
        this.longest = Objects.requireNonNull(longest, "longest");
        this.nanoTime = Objects.requireNonNull(nanoTime, "nanoTime");
    }

    /** How long a circuit stays open; empty when calls may go. */
    public Optional<Duration> remaining(String key) {
        return Optional.ofNullable(circuits.get(key)).map(circuit -> left(circuit, nanoTime.getAsLong()))
                .filter(left -> !left.isZero());
    }

    /**
     * Asks for one call, whose end must be {@linkplain #report reported}.
     *
     * @return how long to wait before asking again; empty when the call may go
     */
    Optional<Duration> enter(String key) {
        long now = nanoTime.getAsLong();
        Duration[] wait = {Duration.ZERO};
        circuits.computeIfPresent(key, (k, known) -> {
            wait[0] = known.isProbed() ? PROBE_WAIT : left(known, now);
            return known.failures() < threshold || !wait[0].isZero() ? known
                    : new Circuit(known.failures(), known.end(), known.length(), true);
        });
        return Optional.of(wait[0]).filter(left -> !left.isZero());
    }

    /** The endpoint works: closes its circuit. */
    public void succeeded(String key) {
        circuits.remove(key);
    }

    /**
     * The endpoint failed.
     *
     * @param asked how long it asks to be left alone, if it says
     * @return how long it is left alone; zero while the circuit is closed
     */
    public Duration failed(String key, Optional<Duration> asked) {
        long now = nanoTime.getAsLong();
        if (circuits.size() >= MAX_ENTRIES) {
            circuits.values().removeIf(circuit -> left(circuit, now).isZero() && !circuit.isProbed());
        }
        return left(circuits.compute(key, (k, known) -> {
            int failures = known == null ? 1 : Math.min(known.failures(), threshold) + 1;
            if (failures < threshold) {
                return new Circuit(failures, now, Duration.ZERO, false);
            }
            if (known != null && !left(known, now).isZero() && asked.isEmpty()) {
                // A call that was under way when the circuit opened says nothing new.
                return known;
            }
            Duration length = shorter(asked.orElseGet(() -> known == null ? first : doubled(known.length())), longest);
            return new Circuit(failures, now + length.toNanos(), length, false);
        }), now);
    }

    /** The end of a call; one that says nothing of the endpoint leaves it to the next to find out. */
    void report(String key, Health health, Optional<Duration> asked) {
        if (health == Health.WORKS) {
            succeeded(key);
        } else if (health == Health.FAILS) {
            failed(key, asked);
        } else {
            circuits.computeIfPresent(key, (k, known) ->
                    new Circuit(known.failures(), known.end(), known.length(), false));
        }
    }

    /** How many are kept. */
    int size() {
        return circuits.size();
    }

    private Duration doubled(Duration length) {
        Duration twice = length.multipliedBy(2);
        return twice.compareTo(first) < 0 ? first : twice;
    }

    /** What is left of the pause of an open circuit, else zero. */
    private Duration left(Circuit circuit, long now) {
        return circuit.failures() < threshold ? Duration.ZERO : Duration.ofNanos(Math.max(0, circuit.end() - now));
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
