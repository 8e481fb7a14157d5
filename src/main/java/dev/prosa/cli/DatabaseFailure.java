package dev.prosa.cli;

import java.sql.SQLException;
import java.util.Optional;

import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** Turns an error of the database into what a person at a terminal can act on. */
final class DatabaseFailure {

    private DatabaseFailure() {
    }

    /**
     * The message for a failure.
     *
     * @param failure  the error, as the driver, the pool or JDBI throws it
     * @param settings what it was connected to, or was to be
     */
    static CommandFailedException of(Exception failure, ConnectionSettings settings) {
        // the innermost: the pool wraps what the driver said into a time-out
        SQLException e = null;
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof SQLException sql) {
                e = sql;
            }
        }
        return e == null ? new CommandFailedException(String.valueOf(failure.getMessage())) : of(e, settings);
    }

    private static CommandFailedException of(SQLException e, ConnectionSettings settings) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        Optional<ServerErrorMessage> server =
                e instanceof PSQLException postgres ? Optional.ofNullable(postgres.getServerErrorMessage()) : Optional.empty();
        String message = server.map(ServerErrorMessage::getMessage).orElse(e.getMessage());
        if (state.startsWith("08")) {
            return new CommandFailedException("cannot connect to %s: %s".formatted(settings.describe(), message),
                    "Is the server running, and do PGHOST, PGPORT and PGDATABASE (or --url) name it?");
        }
        return switch (state) {
            case "28P01", "28000" -> new CommandFailedException("%s: %s".formatted(settings.describe(), message),
                    "Set PGUSER (or --user) and PGPASSWORD, PGPASSFILE or ~/.pgpass.");
            case "3D000" -> new CommandFailedException(message,
                    "Set PGDATABASE or --url to the database that Prosa is installed in.");
            case "3F000", "42883", "42P01" -> new CommandFailedException(
                    "Prosa is not installed in %s: %s".formatted(settings.describe(), message),
                    "Run ./install.sh, or CREATE EXTENSION prosa CASCADE; SELECT prosa.install();");
            case "42501" -> new CommandFailedException(message,
                    "The login %s lacks the right: use the one that was made for this command.".formatted(settings.user()));
            default -> server.map(ServerErrorMessage::getHint)
                    .map(hint -> new CommandFailedException(message, hint))
                    .orElseGet(() -> new CommandFailedException("%s (SQLSTATE %s)".formatted(message, state)));
        };
    }
}
