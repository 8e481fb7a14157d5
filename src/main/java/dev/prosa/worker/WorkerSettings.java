package dev.prosa.worker;

import java.time.Duration;

/**
 * How a worker works.
 *
 * @param batchSize    most items claimed at a time, 1 to 2048
 * @param threads      calls of endpoints at the same time; meanwhile one more batch is claimed or stored
 * @param shortestPoll first wait when the queue is empty
 * @param longestPoll  wait that an empty queue leads to
 * @param lease        how long a claim holds its items, at least 10 s
 */
public record WorkerSettings(int batchSize, int threads, Duration shortestPoll, Duration longestPoll, Duration lease) {

    /** What is used where nothing is said. */
    public static final WorkerSettings DEFAULT =
            new WorkerSettings(64, 1, Duration.ofMillis(50), Duration.ofSeconds(5), Duration.ofMinutes(2));

    /** @throws IllegalArgumentException when a value is out of its range */
    public WorkerSettings {
        if (batchSize < 1 || batchSize > 2048) {
            throw new IllegalArgumentException("the batch size must be from 1 to 2048");
        }
        if (threads < 1 || threads > 64) {
            throw new IllegalArgumentException("the number of threads must be from 1 to 64");
        }
        if (shortestPoll.isZero() || shortestPoll.isNegative() || longestPoll.compareTo(shortestPoll) < 0) {
            throw new IllegalArgumentException("the shortest poll must be more than 0 and at most the longest");
        }
        if (lease.compareTo(Duration.ofSeconds(10)) < 0) {
            throw new IllegalArgumentException("the lease must be at least 10 s");
        }
    }
}
