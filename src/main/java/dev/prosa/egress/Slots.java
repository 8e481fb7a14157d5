package dev.prosa.egress;

import dev.prosa.egress.EgressException.Reason;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Lets only so many requests go to one host and port at a time; the others wait in line. Thread-safe. */
final class Slots {

    private final int perHost;
    private final Map<String, Line> lines = new ConcurrentHashMap<>();

    /**
     * The slots of a host.
     *
     * @param users who has one or waits for one; at none the line is forgotten
     */
    private record Line(Semaphore free, int users) {
    }

    Slots(int perHost) {
        if (perHost < 1) {
            throw new IllegalArgumentException("there must be at least 1 call at a time, not " + perHost);
        }
        this.perHost = perHost;
    }

    /**
     * Takes a slot; {@link #leave} gives it back.
     *
     * @throws EgressException {@link Reason#BUSY} when none comes free before the deadline
     */
    void enter(String hostAndPort, Deadline deadline) {
        Line line = lines.compute(hostAndPort, (key, known) -> known == null
                ? new Line(new Semaphore(perHost, true), 1)
                : new Line(known.free(), known.users() + 1));
        boolean entered = false;
        try {
            entered = line.free().tryAcquire(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EgressException(Reason.INTERRUPTED, "interrupted while waiting to call " + hostAndPort, e);
        } finally {
            if (!entered) {
                forget(hostAndPort);
            }
        }
        if (!entered) {
            throw EgressException.unsent(Reason.BUSY, "the time was over while " + perHost
                    + " other calls of this process to " + hostAndPort + " were under way", null);
        }
    }

    void leave(String hostAndPort) {
        lines.get(hostAndPort).free().release();
        forget(hostAndPort);
    }

    private void forget(String hostAndPort) {
        lines.computeIfPresent(hostAndPort, (key, line) ->
                line.users() == 1 ? null : new Line(line.free(), line.users() - 1));
    }

    /** How many hosts are being called. */
    int size() {
        return lines.size();
    }
}
