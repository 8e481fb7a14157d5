package dev.prosa.provider;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;

/**
 * The secrets that the database keeps for tenants. It gives them to its owner and to members of prosa_worker only, as a
 * row of a result: what travels as a parameter could be logged.
 */
@FunctionalInterface
public interface TenantSecrets {

    /**
     * A secret in clear.
     *
     * @throws ProviderException 22023 when there is none, or it cannot be decrypted; 42501 when this process may not read it;
     *                           08001 when the database does not answer
     */
    String reveal(UUID tenantId, String name);

    /** Opens or borrows a connection. */
    @FunctionalInterface
    interface Source {
        Connection open() throws SQLException;
    }

    /** Secrets read over a connection of each call's own. */
    static TenantSecrets from(Source source) {
        return (tenantId, name) -> {
            try (Connection connection = source.open();
                    PreparedStatement statement = connection.prepareStatement("select prosa._reveal_secret(?::uuid, ?)")) {
                // as text: PL/Java does not know UUID
                statement.setString(1, tenantId.toString());
                statement.setString(2, name);
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    return row.getString(1);
                }
            } catch (SQLException e) {
                throw failure(name, e);
            }
        };
    }

    private static ProviderException failure(String name, SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        if (state.startsWith("08") || state.startsWith("28") || state.startsWith("57")) {
            // what the driver says names the server and the login, and this message may reach a client of the gateway
            return ProviderException.failed("08001", "the tenant's secret \"" + name
                    + "\" cannot be read: no connection under the login for secrets (SQLSTATE " + state + ")", Optional.empty(), e);
        }
        return ProviderException.failed(state.equals("42501") ? state : "22023",
                "the tenant's secret \"" + name + "\" cannot be read: " + e.getMessage(), Optional.empty(), e);
    }
}
