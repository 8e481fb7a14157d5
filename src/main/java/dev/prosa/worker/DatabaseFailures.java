package dev.prosa.worker;

import java.sql.SQLException;
import java.util.Optional;

/** Tells a database that is away from one that refuses the data. */
final class DatabaseFailures {

    private DatabaseFailures() {
    }

    /** The error of the data (SQLSTATE classes 22 and 23) behind a failure; absent when it is another. */
    static Optional<SQLException> dataError(Throwable failure) {
        return sqlException(failure).filter(e -> e.getSQLState() != null
                && (e.getSQLState().startsWith("22") || e.getSQLState().startsWith("23")));
    }

    /** One line for the log: the innermost message, which names the cause and holds no statement. */
    static String describe(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String state = sqlException(failure).map(SQLException::getSQLState).map(s -> "SQLSTATE " + s + ", ").orElse("");
        return state + (root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage().replaceAll("\\s+", " "));
    }

    private static Optional<SQLException> sqlException(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof SQLException e) {
                return Optional.of(e);
            }
        }
        return Optional.empty();
    }
}
