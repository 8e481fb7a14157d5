package dev.prosa.cli;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * How to reach the database. The password stands in {@code PGPASSWORD}, in the file {@code PGPASSFILE} or in
 * {@code ~/.pgpass}, which the driver reads itself; it is never an argument, which other users could see.
 *
 * @param url      a JDBC address, such as {@code jdbc:postgresql://localhost:5432/prosa}
 * @param user     the login
 * @param password the password, when the environment has it
 * @param ssl      TLS settings for the driver, by their names there
 */
public record ConnectionSettings(String url, String user, Optional<String> password, Map<String, String> ssl) {

    private static final String PREFIX = "jdbc:postgresql:";

    /**
     * Reads {@code PGHOST} (default localhost), {@code PGPORT} (5432), {@code PGDATABASE} (prosa), {@code PGUSER},
     * {@code PGPASSWORD}, {@code PGSSLMODE} and {@code PGSSLROOTCERT}.
     *
     * @param url         replaces host, port and database, when present
     * @param user        replaces {@code PGUSER}, when present
     * @param defaultUser the login where neither is given
     * @param environment the process's environment variables
     * @throws CommandFailedException when they name something that a JDBC driver cannot reach
     */
    static ConnectionSettings of(Optional<String> url, Optional<String> user, String defaultUser, Map<String, String> environment) {
        String login = user.orElseGet(() -> value(environment, "PGUSER", defaultUser));
        Optional<String> password = Optional.ofNullable(environment.get("PGPASSWORD")).filter(text -> !text.isEmpty());
        Properties ssl = new Properties();
        putIfSet(environment, "PGSSLMODE", ssl, "sslmode");
        putIfSet(environment, "PGSSLROOTCERT", ssl, "sslrootcert");
        @SuppressWarnings({"unchecked", "rawtypes"})
        Map<String, String> tls = Map.copyOf((Map) ssl);
        return new ConnectionSettings(url.map(ConnectionSettings::check).orElseGet(() -> url(environment)), login, password, tls);
    }

    /**
     * The same database under the login that may read tenants' secrets: {@code PROSA_SECRETS_USER} (default prosa_jobs), its
     * password in {@code PROSA_SECRETS_PASSWORD}, in the file {@code PGPASSFILE} or in {@code ~/.pgpass}.
     */
    ConnectionSettings forSecrets(Map<String, String> environment) {
        return new ConnectionSettings(url, value(environment, "PROSA_SECRETS_USER", Logins.WORKER),
                Optional.ofNullable(environment.get("PROSA_SECRETS_PASSWORD")).filter(text -> !text.isEmpty()), ssl);
    }

    private static String check(String url) {
        if (!url.startsWith(PREFIX)) {
            throw new CommandFailedException("--url does not begin with " + PREFIX,
                    "Write it as jdbc:postgresql://HOST:PORT/DATABASE.");
        }
        return url;
    }

    private static String url(Map<String, String> environment) {
        String host = value(environment, "PGHOST", "localhost");
        if (host.startsWith("/")) {
            throw new CommandFailedException("PGHOST is %s, a socket directory, but Java connects over TCP only".formatted(host),
                    "Set PGHOST=127.0.0.1 (and listen_addresses in postgresql.conf), or give --url.");
        }
        String bracketed = host.contains(":") ? "[" + host + "]" : host;
        return "%s//%s:%s/%s".formatted(PREFIX, bracketed, value(environment, "PGPORT", "5432"),
                java.net.URLEncoder.encode(value(environment, "PGDATABASE", "prosa"), java.nio.charset.StandardCharsets.UTF_8)
                        .replace("+", "%20"));
    }

    private static String value(Map<String, String> environment, String name, String absent) {
        String text = environment.getOrDefault(name, "").strip();
        return text.isEmpty() ? absent : text;
    }

    private static void putIfSet(Map<String, String> environment, String name, Properties properties, String key) {
        String text = environment.getOrDefault(name, "").strip();
        if (!text.isEmpty()) {
            properties.put(key, text);
        }
    }

    /**
     * Properties for the driver.
     *
     * @param application      what pg_stat_activity shows
     * @param statementTimeout longest a statement may run; zero for no limit
     */
    Properties properties(String application, Duration statementTimeout) {
        Properties properties = new Properties();
        properties.putAll(ssl);
        properties.put("user", user);
        password.ifPresent(text -> properties.put("password", text));
        properties.put("ApplicationName", application);
        properties.put("connectTimeout", "3");
        properties.put("tcpKeepAlive", "true");
        // details of an error hold rows and parameters
        properties.put("logServerErrorDetail", "false");
        properties.put("assumeMinServerVersion", "15");
        if (!statementTimeout.isZero()) {
            properties.put("options", "-c statement_timeout=" + statementTimeout.toMillis());
            // longer than the server's own limit: for a server that does not even say that it gave up
            properties.put("socketTimeout", String.valueOf(statementTimeout.toSeconds() + 10));
        }
        return properties;
    }

    /** The address without what a URL may carry after it, and the login. */
    String describe() {
        return url.replaceFirst("\\?.*$", "").replaceFirst("//[^/@]*@", "//") + " as " + user;
    }

    /** Without the password. */
    @Override
    public String toString() {
        return describe();
    }
}
