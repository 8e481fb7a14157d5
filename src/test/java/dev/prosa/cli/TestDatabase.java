package dev.prosa.cli;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The database that the environment names for tests, with Prosa installed in it. Each test class makes tenants of its
 * own, so that classes do not see each other.
 */
public final class TestDatabase {

    /** The variable without which tests of a database are skipped. */
    public static final String URL_VARIABLE = "PROSA_TEST_JDBC_URL";

    /** Why they are skipped. */
    public static final String SKIP_REASON =
            "no test database: set PROSA_TEST_JDBC_URL and PROSA_TEST_{ADMIN,GATEWAY,WORKER,OPERATOR}_{USER,PASSWORD}";

    private TestDatabase() {
    }

    /** A tenant made for a test. */
    public record TestTenant(UUID id, String slug, String inbox, String webhookToken, String apiKey) {
    }

    /** The gateway's login. */
    public static ConnectionSettings gateway() {
        return settings("GATEWAY");
    }

    /** The worker's login. */
    public static ConnectionSettings worker() {
        return settings("WORKER");
    }

    /** The operator's login. */
    public static ConnectionSettings operator() {
        return settings("OPERATOR");
    }

    private static ConnectionSettings settings(String role) {
        return new ConnectionSettings(variable(URL_VARIABLE), variable("PROSA_TEST_" + role + "_USER"),
                Optional.ofNullable(System.getenv("PROSA_TEST_" + role + "_PASSWORD")), Map.of());
    }

    private static String variable(String name) {
        return Optional.ofNullable(System.getenv(name)).orElseThrow(() -> new IllegalStateException(name + " is not set"));
    }

    /** A tenant with one inbox, its webhook token and an API key. */
    public static TestTenant createTenant(String name) throws SQLException {
        // without windows of turns: the job that makes them runs when it is due, and would add to what is counted
        UUID id = UUID.fromString(admin("select prosa.create_tenant(?, 'pro', ?, '{\"language\": \"portuguese\", \"memory_window_turns\": 0}')",
                name, "t-" + UUID.randomUUID()));
        String inbox = "inbox-" + id;
        UUID inboxId = UUID.fromString(inTenant(id, "select prosa.create_inbox(?, is_default => true)", inbox));
        String slug = admin("select slug from prosa.tenants where id = ?", id);
        return new TestTenant(id, slug, inbox,
                admin("select prosa.create_api_key(?, 'webhook', '{webhook}', null, ?)", id, inboxId),
                admin("select prosa.create_api_key(?, 'api')", id));
    }

    /** Sets the endpoints of a tenant; an absent address means the mock. */
    public static void setProvider(TestTenant tenant, Optional<String> embeddingUrl, Optional<String> chatUrl, String model,
            int timeoutMs) throws SQLException {
        admin("delete from prosa.llm_providers where tenant_id = ? returning 1", tenant.id());
        boolean isMock = embeddingUrl.isEmpty() && chatUrl.isEmpty();
        admin("""
                insert into prosa.llm_providers (tenant_id, name, protocol, base_url, model_embed, model_chat, is_default, config)
                values (?, 'test', ?, ?, ?, ?, true, jsonb_build_object('timeout_ms', ?::integer)) returning 1""",
                tenant.id(), isMock ? "mock" : "openai", embeddingUrl.or(() -> chatUrl).orElse(null),
                embeddingUrl.isPresent() || isMock ? model : null, chatUrl.isPresent() || isMock ? model : null, timeoutMs);
    }

    /** Gives tenants without an endpoint of their own the mock, unless the platform has one already. */
    public static void ensurePlatformProvider() throws SQLException {
        admin("""
                update prosa.system_config set value = '{"protocol": "mock", "model": "mock", "dimensions": 384}'
                 where key = 'embedding_provider' and jsonb_typeof(value) <> 'object' returning 1""");
    }

    /** The first column of the first row as the superuser, as text; null when there is none. */
    public static String admin(String sql, Object... parameters) throws SQLException {
        try (Connection connection = connect()) {
            return first(connection, sql, parameters);
        }
    }

    /** The same with the tenant set. */
    public static String inTenant(UUID tenant, String sql, Object... parameters) throws SQLException {
        try (Connection connection = connect()) {
            connection.setAutoCommit(false);
            first(connection, "select prosa.set_tenant(?)::text", tenant);
            String result = first(connection, sql, parameters);
            connection.commit();
            return result;
        }
    }

    private static Connection connect() throws SQLException {
        return DriverManager.getConnection(variable(URL_VARIABLE), variable("PROSA_TEST_ADMIN_USER"),
                System.getenv("PROSA_TEST_ADMIN_PASSWORD"));
    }

    private static String first(Connection connection, String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getString(1) : null;
            }
        }
    }
}
