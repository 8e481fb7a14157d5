package dev.prosa.worker;

import java.util.Optional;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the jobs of {@code prosa.jobs} that are due. Where pg_cron runs them the database gives none. Several workers may
 * ask: each due job is given to one. Thread-safe.
 */
final class JobScheduler {

    private static final Logger LOG = LoggerFactory.getLogger(JobScheduler.class);

    private final Jdbi jdbi;

    JobScheduler(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    private record Job(String name, String command) {
    }

    /**
     * Runs one due job to its end.
     *
     * @return whether there was one
     * @throws JdbiException when the database fails; a job that fails is reported to the database instead
     */
    boolean runOne() {
        Optional<Job> due = jdbi.withHandle(handle -> handle
                .createQuery("select j.name, j.command from prosa.due_job() j")
                .map((row, context) -> new Job(row.getString("name"), row.getString("command")))
                .findFirst());
        due.ifPresent(this::run);
        return due.isPresent();
    }

    private void run(Job job) {
        Optional<String> error = Optional.empty();
        long start = System.nanoTime();
        try {
            jdbi.useHandle(handle -> execute(handle, job.command()));
            LOG.info("job \"{}\" done in {} ms", job.name(), (System.nanoTime() - start) / 1_000_000);
        } catch (JdbiException e) {
            error = Optional.of(DatabaseFailures.describe(e));
            LOG.error("job \"{}\" failed: {}", job.name(), error.get());
        }
        String message = error.orElse(null);
        jdbi.useHandle(handle -> handle.createQuery("select prosa.finish_job(:name, :error)::text")
                .bind("name", job.name())
                .bind("error", message)
                .mapTo(String.class).findFirst());
    }

    /** In autocommit mode, so that a procedure may commit by itself. The command is the database's own, not a template. */
    private static void execute(Handle handle, String command) {
        try (var statement = handle.getConnection().createStatement()) {
            statement.execute(command);
        } catch (java.sql.SQLException e) {
            throw new JobFailedException(e);
        }
    }

    private static final class JobFailedException extends JdbiException {

        private static final long serialVersionUID = 1L;

        JobFailedException(java.sql.SQLException cause) {
            super("job failed", cause);
        }
    }
}
