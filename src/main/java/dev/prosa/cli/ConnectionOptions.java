package dev.prosa.cli;

import java.util.Map;
import java.util.Optional;

import picocli.CommandLine.Option;

/** Options of every command that connects. */
final class ConnectionOptions {

    @Option(names = "--url", paramLabel = "URL",
            description = "JDBC address of the database; default: from PGHOST, PGPORT and PGDATABASE (localhost, 5432, prosa).")
    private String url;

    @Option(names = "--user", paramLabel = "NAME",
            description = "Login; default: PGUSER, else the login made for this command. The password comes from PGPASSWORD, "
                    + "PGPASSFILE or ~/.pgpass.")
    private String user;

    ConnectionSettings settings(String defaultUser) {
        return settings(defaultUser, System.getenv());
    }

    ConnectionSettings settings(String defaultUser, Map<String, String> environment) {
        return ConnectionSettings.of(Optional.ofNullable(url), Optional.ofNullable(user), defaultUser, environment);
    }
}
