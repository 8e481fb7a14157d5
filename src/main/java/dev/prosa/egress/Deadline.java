package dev.prosa.egress;

import java.time.Duration;

/** The moment at which a request must be over, on the clock that nobody sets. Immutable. */
final class Deadline {

    private final long nanoTime;

    private Deadline(long nanoTime) {
        this.nanoTime = nanoTime;
    }

    static Deadline in(Duration time) {
        return new Deadline(System.nanoTime() + time.toNanos());
    }

    boolean isOver() {
        return nanoTime - System.nanoTime() <= 0;
    }

    Duration remaining() {
        return Duration.ofNanos(Math.max(0, nanoTime - System.nanoTime()));
    }

    /** Milliseconds left, at least 1, for methods that take 0 to mean forever. */
    int remainingMillis() {
        return (int) Math.max(1, Math.min(Integer.MAX_VALUE, remaining().toMillis()));
    }
}
