package dev.prosa.cli;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

import org.postgresql.util.PGobject;

/**
 * What an operator does in the database, over one plain connection: these commands should start fast. Every method is
 * one transaction.
 */
final class Operator implements AutoCloseable {

    private static final Pattern UUID_TEXT = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    private final Connection connection;
    private final ConnectionSettings settings;

    private Operator(Connection connection, ConnectionSettings settings) {
        this.connection = connection;
        this.settings = settings;
    }

    record Tenant(UUID id, String slug, String name, String plan, String status, String createdAt) {
    }

    record Inbox(UUID id, String name, String channel, boolean isDefault) {
    }

    /** An inbox that was just made, with the token that is shown once. */
    record NewInbox(UUID id, String webhookToken) {
    }

    /** A secret as it is shown: masked. */
    record Secret(String name, String masked, List<String> usedBy, String updatedAt) {
    }

    /** What is to be set of an endpoint; null for what stays as it is. */
    record NewProvider(String name, String protocol, String baseUrl, String chatModel, String embeddingModel, Integer dimensions,
                       Boolean isDefault, String secretName) {
    }

    /**
     * Connects.
     *
     * @throws CommandFailedException when the database cannot be reached
     */
    static Operator connect(ConnectionSettings settings) {
        try {
            Connection connection = DriverManager.getConnection(settings.url(), settings.properties("prosa-cli", Duration.ofMinutes(1)));
            connection.setAutoCommit(false);
            return new Operator(connection, settings);
        } catch (SQLException e) {
            throw DatabaseFailure.of(e, settings);
        }
    }

    UUID createTenant(String name, String plan, Optional<String> slug, String settingsJson) {
        return inTransaction(() -> {
            try (PreparedStatement statement = connection.prepareStatement(
                    "select prosa.create_tenant(name => ?, plan => ?, slug => ?, settings => ?)")) {
                statement.setString(1, name);
                statement.setString(2, plan);
                statement.setString(3, slug.orElse(null));
                statement.setObject(4, jsonb(settingsJson));
                return first(statement, UUID.class);
            }
        });
    }

    List<Tenant> tenants() {
        return inTransaction(() -> {
            List<Tenant> tenants = new ArrayList<>();
            try (PreparedStatement statement = connection.prepareStatement("""
                    select id, slug, name, plan, status,
                           to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as created_at
                      from prosa.tenants order by slug""");
                    ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    tenants.add(new Tenant(row.getObject("id", UUID.class), row.getString("slug"), row.getString("name"),
                            row.getString("plan"), row.getString("status"), row.getString("created_at")));
                }
            }
            return tenants;
        });
    }

    NewInbox createInbox(String tenant, String name, String channel, boolean isDefault, String config) {
        return inTransaction(() -> {
            UUID tenantId = enter(tenant);
            UUID id;
            try (PreparedStatement statement = connection.prepareStatement(
                    "select prosa.create_inbox(name => ?, channel => ?, is_default => ?, config => ?)")) {
                statement.setString(1, name);
                statement.setString(2, channel);
                statement.setBoolean(3, isDefault);
                statement.setObject(4, jsonb(config));
                id = first(statement, UUID.class);
            }
            return new NewInbox(id, key(tenantId, "webhook of " + name, "webhook", Optional.of(id)));
        });
    }

    List<Inbox> inboxes(String tenant) {
        return inTransaction(() -> {
            UUID tenantId = enter(tenant);
            List<Inbox> inboxes = new ArrayList<>();
            try (PreparedStatement statement = connection.prepareStatement(
                    "select id, name, channel, is_default from prosa.inboxes where tenant_id = ? order by name")) {
                statement.setObject(1, tenantId);
                try (ResultSet row = statement.executeQuery()) {
                    while (row.next()) {
                        inboxes.add(new Inbox(row.getObject("id", UUID.class), row.getString("name"),
                                row.getString("channel"), row.getBoolean("is_default")));
                    }
                }
            }
            return inboxes;
        });
    }

    String createKey(String tenant, String name, String scope, Optional<String> inbox) {
        return inTransaction(() -> {
            UUID tenantId = enter(tenant);
            Optional<UUID> inboxId = Optional.empty();
            if (inbox.isPresent()) {
                inboxId = Optional.of(inboxId(tenantId, inbox.get()));
            }
            return key(tenantId, name, scope, inboxId);
        });
    }

    private String key(UUID tenantId, String name, String scope, Optional<UUID> inboxId) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "select prosa.create_api_key(p_tenant_id => ?, name => ?, scopes => array[?]::text[], inbox_id => ?)")) {
            statement.setObject(1, tenantId);
            statement.setString(2, name);
            statement.setString(3, scope);
            statement.setObject(4, inboxId.orElse(null), java.sql.Types.OTHER);
            return first(statement, String.class);
        }
    }

    /** The key that secrets are sealed to. */
    String publicKey() {
        return inTransaction(this::serverKey);
    }

    private String serverKey() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select prosa.public_key()")) {
            return first(statement, String.class);
        }
    }

    /** Seals a secret and keeps it; what is sent is of no use for another tenant or name. */
    Secret setSecret(String tenant, String name, String secret) {
        return inTransaction(() -> {
            UUID tenantId = find(tenant);
            try (PreparedStatement statement = connection.prepareStatement("select prosa.set_secret(?, ?, ?)")) {
                statement.setObject(1, tenantId);
                statement.setString(2, name);
                statement.setString(3, Seal.seal(SecretInput.addressed(secret, tenantId.toString(), name), serverKey()));
                statement.execute();
            }
            return secretsOf(tenantId).stream().filter(kept -> kept.name().equals(name)).findFirst().orElseThrow();
        });
    }

    List<Secret> secrets(String tenant) {
        return inTransaction(() -> secretsOf(find(tenant)));
    }

    private List<Secret> secretsOf(UUID tenantId) throws SQLException {
        List<Secret> secrets = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement("""
                select name, masked, used_by, to_char(updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as updated_at
                  from prosa.list_secrets(?)""")) {
            statement.setObject(1, tenantId);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    secrets.add(new Secret(row.getString("name"), row.getString("masked"),
                            List.of((String[]) row.getArray("used_by").getArray()), row.getString("updated_at")));
                }
            }
        }
        return secrets;
    }

    void deleteSecret(String tenant, String name) {
        inTransaction(() -> {
            try (PreparedStatement statement = connection.prepareStatement("select prosa.delete_secret(?, ?)")) {
                statement.setObject(1, find(tenant));
                statement.setString(2, name);
                return statement.execute();
            }
        });
    }

    /** Sets an endpoint of a tenant; its API key is sealed here. */
    UUID setProvider(String tenant, NewProvider provider, Optional<String> secret) {
        return inTransaction(() -> {
            UUID tenantId = find(tenant);
            String sealed = secret.isPresent() ? Seal.seal(secret.get(), serverKey()) : null;
            try (PreparedStatement statement = connection.prepareStatement("""
                    select prosa.set_llm_provider(p_tenant_id => ?, name => ?, protocol => ?, base_url => ?, model_chat => ?,
                               model_embed => ?, dimensions => ?, is_default => ?, secret_name => ?, sealed_secret => ?)""")) {
                statement.setObject(1, tenantId);
                statement.setString(2, provider.name());
                statement.setString(3, provider.protocol());
                statement.setString(4, provider.baseUrl());
                statement.setString(5, provider.chatModel());
                statement.setString(6, provider.embeddingModel());
                statement.setObject(7, provider.dimensions(), java.sql.Types.INTEGER);
                statement.setObject(8, provider.isDefault(), java.sql.Types.BOOLEAN);
                statement.setString(9, provider.secretName());
                statement.setString(10, sealed);
                return first(statement, UUID.class);
            }
        });
    }

    private UUID inboxId(UUID tenantId, String name) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "select id from prosa.inboxes where tenant_id = ? and name = ?")) {
            statement.setObject(1, tenantId);
            statement.setString(2, name);
            try (ResultSet row = statement.executeQuery()) {
                if (row.next()) {
                    return row.getObject(1, UUID.class);
                }
            }
        }
        throw new CommandFailedException("the tenant has no inbox \"%s\"".formatted(name), "See: prosa inbox list --tenant …");
    }

    /** A tenant's id; it is named by that or its slug. */
    private UUID find(String tenant) throws SQLException {
        boolean isId = UUID_TEXT.matcher(tenant).matches();
        try (PreparedStatement statement = connection.prepareStatement(
                "select id from prosa.tenants where " + (isId ? "id = ?" : "slug = ?"))) {
            statement.setObject(1, isId ? UUID.fromString(tenant) : tenant);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    throw new CommandFailedException("there is no tenant \"%s\"".formatted(tenant), "See: prosa tenant list");
                }
                return row.getObject(1, UUID.class);
            }
        }
    }

    /** Makes a tenant the transaction's. */
    private UUID enter(String tenant) throws SQLException {
        UUID id = find(tenant);
        try (PreparedStatement statement = connection.prepareStatement("select prosa.set_tenant(?)")) {
            statement.setObject(1, id);
            statement.execute();
        }
        return id;
    }

    private static <T> T first(PreparedStatement statement, Class<T> type) throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getObject(1, type);
        }
    }

    private static PGobject jsonb(String json) throws SQLException {
        PGobject object = new PGobject();
        object.setType("jsonb");
        object.setValue(json);
        return object;
    }

    @FunctionalInterface
    private interface Work<T> {
        T run() throws SQLException;
    }

    private <T> T inTransaction(Work<T> work) {
        try {
            T result = work.run();
            connection.commit();
            return result;
        } catch (SQLException e) {
            throw DatabaseFailure.of(e, settings);
        }
    }

    /** Closes the connection; what was not committed is undone. */
    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new CommandFailedException("the connection did not close: " + e.getMessage());
        }
    }
}
