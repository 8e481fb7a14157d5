package dev.prosa.worker;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import dev.prosa.provider.TenantSecrets;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Threads that embed, and one that runs scheduled jobs. They outlive a database that goes away and comes back.
 */
public final class Worker implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

    private static final Duration SHORTEST_JOB_POLL = Duration.ofSeconds(1);
    private static final Duration LONGEST_JOB_POLL = Duration.ofSeconds(20);
    private static final Duration SHORTEST_OUTAGE_WAIT = Duration.ofMillis(500);
    private static final Duration LONGEST_OUTAGE_WAIT = Duration.ofSeconds(15);

    private final WorkerSettings settings;
    private final Embedder embedder;
    private final JobScheduler jobs;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final List<Thread> threads = new ArrayList<>();

    /**
     * A worker that does nothing yet.
     *
     * @param jdbi     connections of the login prosa_jobs, in autocommit mode, two more than {@code settings.threads()};
     *                 the caller closes the pool
     * @param secrets  the tenants' API keys
     * @param settings how to work
     */
    public Worker(Jdbi jdbi, TenantSecrets secrets, WorkerSettings settings) {
        this.settings = settings;
        this.embedder = new Embedder(new EmbeddingQueue(jdbi, settings.lease()), secrets, settings.lease(), settings.threads(),
                Clock.systemUTC());
        this.jobs = new JobScheduler(jdbi);
    }

    /** Starts the threads; returns at once. */
    public void start() {
        // one more than there are calls: it claims and stores while the others wait for an endpoint
        for (int i = 1; i <= settings.threads() + 1; i++) {
            startThread("prosa-embed-" + i, settings.shortestPoll(), settings.longestPoll(),
                    () -> embedder.runOnce(settings.batchSize()).isPresent());
        }
        startThread("prosa-jobs", SHORTEST_JOB_POLL, LONGEST_JOB_POLL, jobs::runOne);
        LOG.info("worker started: {} calls at a time, batches of {}", settings.threads(), settings.batchSize());
    }

    /**
     * Runs due jobs, then embeds until nothing is due, in the caller's thread.
     *
     * @param limit    when to stop although there is work left; the batch under way is finished
     * @return what became of the items
     * @throws JdbiException when the database fails
     */
    public Drained drain(Duration limit) {
        Instant deadline = Instant.now().plus(limit);
        while (Instant.now().isBefore(deadline) && !isStopping() && jobs.runOne()) {
            LOG.debug("one more job may be due");
        }
        Outcome total = Outcome.NONE;
        while (Instant.now().isBefore(deadline) && !isStopping()) {
            Optional<Outcome> outcome = embedder.runOnce(settings.batchSize());
            if (outcome.isEmpty()) {
                return new Drained(total, true);
            }
            total = total.plus(outcome.get());
        }
        return new Drained(total, false);
    }

    /**
     * The end of {@link #drain}.
     *
     * @param outcome what became of the items
     * @param isEmpty whether nothing was due any more; else the time was over
     */
    public record Drained(Outcome outcome, boolean isEmpty) {
    }

    private void startThread(String name, Duration shortest, Duration longest, BooleanSupplier work) {
        PollingPolicy polling = new PollingPolicy(shortest, longest, ThreadLocalRandom.current()::nextDouble);
        PollingPolicy outages = new PollingPolicy(SHORTEST_OUTAGE_WAIT, LONGEST_OUTAGE_WAIT, Math::random);
        Thread thread = new Thread(() -> loop(name, polling, outages, work), name);
        threads.add(thread);
        thread.start();
    }

    private void loop(String name, PollingPolicy polling, PollingPolicy outages, BooleanSupplier work) {
        String outage = "";
        while (!isStopping()) {
            Duration wait;
            try {
                wait = work.getAsBoolean() ? polling.afterWork() : polling.afterNothing();
                if (!outage.isEmpty()) {
                    LOG.info("{}: the database answers again", name);
                    outage = "";
                    outages.afterWork();
                }
            } catch (RuntimeException e) {
                wait = outages.afterNothing();
                String description = DatabaseFailures.describe(e);
                if (outage.isEmpty()) {
                    // one line an outage, however long it lasts
                    logFailure(name, e, description);
                }
                outage = description;
            }
            pause(wait);
        }
    }

    private static void logFailure(String name, RuntimeException e, String description) {
        if (e instanceof JdbiException) {
            LOG.warn("{}: {}; trying again until it works", name, description);
        } else {
            LOG.error("{}: unexpected failure; trying again", name, e);
        }
    }

    private void pause(Duration wait) {
        try {
            stop.await(wait.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            // nobody interrupts these threads but a process that is ending
            stop.countDown();
        }
    }

    private boolean isStopping() {
        return stop.getCount() == 0;
    }

    /** Asks the threads to end; each finishes its batch. */
    public void stop() {
        stop.countDown();
    }

    /**
     * Waits for the threads to end.
     *
     * @param limit how long
     * @return whether all have ended
     * @throws InterruptedException when the caller is interrupted
     */
    public boolean join(Duration limit) throws InterruptedException {
        Instant deadline = Instant.now().plus(limit);
        for (Thread thread : threads) {
            long left = Duration.between(Instant.now(), deadline).toMillis();
            if (left > 0) {
                thread.join(left);
            }
            if (thread.isAlive()) {
                return false;
            }
        }
        return true;
    }

    /** Stops, and waits up to a minute. */
    @Override
    public void close() {
        stop();
        try {
            if (!join(Duration.ofMinutes(1))) {
                LOG.warn("a batch is still under way; its items come back when the lease ends");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
