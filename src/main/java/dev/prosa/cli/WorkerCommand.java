package dev.prosa.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

import com.zaxxer.hikari.HikariDataSource;
import dev.prosa.provider.TenantSecrets;
import dev.prosa.worker.Outcome;
import dev.prosa.worker.Worker;
import dev.prosa.worker.WorkerSettings;
import org.jdbi.v3.core.JdbiException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code prosa worker}. */
@Command(name = "worker", description = "Embed what is queued and run scheduled jobs until told to stop (SIGTERM).",
        footer = {"", "Environment:", "  PROSA_SECRETS_DIR      keys of the platform's endpoints, a file each (/etc/prosa/secrets)"})
final class WorkerCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ConnectionOptions connection;

    @Mixin
    private HelpOption help;

    @Option(names = "--once", description = "Run due jobs, embed until nothing is due, and exit.")
    private boolean isOnce;

    @Option(names = "--time-limit", paramLabel = "TIME", defaultValue = "10m", converter = DurationConverter.class,
            description = "With --once: stop after this time, with exit code 1, although work is left (${DEFAULT-VALUE}).")
    private Duration timeLimit;

    @Option(names = "--batch-size", paramLabel = "N", defaultValue = "64",
            description = "Texts in one call of the endpoint, 1 to 2048 (${DEFAULT-VALUE}).")
    private int batchSize;

    @Option(names = "--threads", paramLabel = "N", defaultValue = "1",
            description = "Calls of endpoints at the same time (${DEFAULT-VALUE}); meanwhile one more batch is claimed or stored.")
    private int threads;

    @Option(names = "--poll-min", paramLabel = "TIME", defaultValue = "50ms", converter = DurationConverter.class,
            description = "First wait when there is no work; it doubles (${DEFAULT-VALUE}).")
    private Duration pollMin;

    @Option(names = "--poll-max", paramLabel = "TIME", defaultValue = "5s", converter = DurationConverter.class,
            description = "Longest wait when there is none (${DEFAULT-VALUE}).")
    private Duration pollMax;

    @Override
    public Integer call() throws InterruptedException {
        WorkerSettings settings = settings();
        ConnectionSettings database = connection.settings(Logins.WORKER);
        if (isOnce) {
            return drain(database, settings);
        }
        HikariDataSource pool = Pools.forWorker(database, threads + 2);
        Worker worker = new Worker(Pools.jdbi(pool), TenantSecrets.from(pool::getConnection), settings);
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            worker.close();
            pool.close();
            stopped.countDown();
        }, "prosa-shutdown"));
        worker.start();
        stopped.await();
        return 0;
    }

    private WorkerSettings settings() {
        try {
            return new WorkerSettings(batchSize, threads, pollMin, pollMax, WorkerSettings.DEFAULT.lease());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage());
        }
    }

    private int drain(ConnectionSettings database, WorkerSettings settings) {
        PrintWriter out = spec.commandLine().getOut();
        try (HikariDataSource pool = Pools.forWorker(database, 1)) {
            Worker.Drained drained = new Worker(Pools.jdbi(pool), TenantSecrets.from(pool::getConnection), settings).drain(timeLimit);
            Outcome outcome = drained.outcome();
            out.printf("embedded %d, failed %d, waiting %d%n", outcome.embedded(), outcome.failed(), outcome.waiting());
            if (!drained.isEmpty()) {
                throw new CommandFailedException("the time limit of %d s is over and work is left".formatted(timeLimit.toSeconds()),
                        "Run it again, or with a longer --time-limit.");
            }
            return 0;
        } catch (JdbiException e) {
            throw DatabaseFailure.of(e, database);
        }
    }
}
