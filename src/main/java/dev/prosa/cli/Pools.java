package dev.prosa.cli;

import java.time.Duration;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.StatementExceptions;
import org.jdbi.v3.core.statement.StatementExceptions.MessageRendering;

/** Connection pools of the gateway and the worker. */
public final class Pools {

    private static final Duration GATEWAY_STATEMENT_TIMEOUT = Duration.ofSeconds(15);

    private Pools() {
    }

    /** A pool whose users wait 3 s for a connection and 15 s for a statement, and no longer. */
    public static HikariDataSource forGateway(ConnectionSettings settings, int size) {
        return create(settings, "prosa-gateway", size, Math.min(2, size), GATEWAY_STATEMENT_TIMEOUT);
    }

    /** A small pool that reads tenants' secrets for the gateway, whose own login cannot; it connects when one is needed. */
    public static HikariDataSource forSecrets(ConnectionSettings settings) {
        return create(settings, "prosa-secrets", 2, 0, GATEWAY_STATEMENT_TIMEOUT);
    }

    /** A pool whose statements may take as long as they need: maintenance does. */
    public static HikariDataSource forWorker(ConnectionSettings settings, int size) {
        return create(settings, "prosa-worker", size, Math.min(2, size), Duration.ZERO);
    }

    /** JDBI over a pool; its errors hold no statement and no parameter, which may be a key. */
    public static Jdbi jdbi(HikariDataSource pool) {
        Jdbi jdbi = Jdbi.create(pool);
        jdbi.getConfig(StatementExceptions.class).setMessageRendering(MessageRendering.NONE);
        return jdbi;
    }

    private static HikariDataSource create(ConnectionSettings settings, String name, int size, int idle, Duration statementTimeout) {
        HikariConfig config = new HikariConfig();
        config.setPoolName(name);
        config.setJdbcUrl(settings.url());
        config.setDataSourceProperties(settings.properties(name, statementTimeout));
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(idle);
        config.setConnectionTimeout(3_000);
        config.setValidationTimeout(2_000);
        config.setIdleTimeout(60_000);
        config.setMaxLifetime(Duration.ofMinutes(15).toMillis());
        config.setAutoCommit(true);
        // the process starts without its database and finds it later
        config.setInitializationFailTimeout(-1);
        return new HikariDataSource(config);
    }
}
