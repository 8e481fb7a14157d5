package dev.prosa.gateway;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a database error means to the client. Senders of webhooks repeat a 5xx, so 503 stands only for what can be
 * better the next time.
 */
final class DatabaseErrors {

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseErrors.class);

    /** Code of the answer when a quota of the tenant's plan is used up. */
    static final String QUOTA_EXCEEDED = "quota_exceeded";

    /** Long enough for a failover or a burst to pass, short enough for a chat. */
    static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    /** Code of the answer where an endpoint that the request needs is not configured. */
    static final String NOT_CONFIGURED = "not_configured";

    private DatabaseErrors() {
    }

    /** The database cannot be reached, or all connections are busy. */
    static ApiException unavailable(Throwable cause) {
        LOG.warn("database unavailable: {}", rootMessage(cause));
        return ApiException.of(503, "database_unavailable", "the database is not reachable or too busy at the moment")
                .withHint("Repeat the request after a moment.")
                .withRetryAfter(RETRY_AFTER);
    }

    /** Whether the statement may succeed when it is run again at once: a serialization failure or a deadlock. */
    static boolean isWorthRepeating(SQLException e) {
        return "40001".equals(e.getSQLState()) || "40P01".equals(e.getSQLState());
    }

    /** The answer to a statement that failed. */
    static ApiException toAnswer(SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        if (isTransient(state)) {
            return unavailable(e);
        }
        return switch (state) {
            case "53400" -> withServerHint(ApiException.of(429, QUOTA_EXCEEDED, serverMessage(e)), e);
            case "28000" -> ApiException.unauthorized();
            case "55000" -> withServerHint(ApiException.of(503, NOT_CONFIGURED, serverMessage(e)), e);
            case "P0002" -> withServerHint(ApiException.of(404, "not_found", serverMessage(e)), e);
            default -> byClass(state, e);
        };
    }

    private static ApiException byClass(String state, SQLException e) {
        if (state.startsWith("22")) {
            return withServerHint(ApiException.of(422, "invalid_data", serverMessage(e)), e);
        }
        if (state.startsWith("23")) {
            // the message of a constraint names tables
            LOG.warn("constraint violated, SQLSTATE {}", state);
            return ApiException.of(422, "invalid_data", "the data contradicts a rule of the database (SQLSTATE %s)".formatted(state));
        }
        if (state.startsWith("54")) {
            return ApiException.of(422, "invalid_data", "the data is larger or more complex than the database takes");
        }
        LOG.error("unexpected database error, SQLSTATE {}: {}", state, serverMessage(e));
        return ApiException.of(500, "internal_error", "the request failed inside the database (SQLSTATE %s)".formatted(state))
                .withHint("The gateway's log has the cause.");
    }

    private static boolean isTransient(String state) {
        return state.startsWith("08") || state.startsWith("53") && !state.equals("53400") || state.startsWith("57P") || state.equals("57014")
                || state.equals("55P03") || state.equals("25006") || state.equals("40001") || state.equals("40P01");
    }

    /** The primary message alone: detail and context may hold data, and the driver adds both to its own. */
    private static String serverMessage(SQLException e) {
        return serverError(e).map(ServerErrorMessage::getMessage).orElseGet(() -> e.getClass().getSimpleName());
    }

    private static ApiException withServerHint(ApiException answer, SQLException e) {
        return serverError(e).map(ServerErrorMessage::getHint).map(answer::withHint).orElse(answer);
    }

    private static Optional<ServerErrorMessage> serverError(SQLException e) {
        return e instanceof PSQLException postgres ? Optional.ofNullable(postgres.getServerErrorMessage()) : Optional.empty();
    }

    /** The first SQL error of a chain, which JDBI and the pool wrap. */
    static Optional<SQLException> sqlException(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof SQLException e) {
                return Optional.of(e);
            }
        }
        return Optional.empty();
    }

    private static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        if (root instanceof SQLException e) {
            return "SQLSTATE %s, %s".formatted(e.getSQLState(), serverError(e).map(ServerErrorMessage::getMessage).orElse(e.getMessage()));
        }
        return String.valueOf(root.getMessage());
    }
}
