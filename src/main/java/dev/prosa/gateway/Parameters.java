package dev.prosa.gateway;

import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;

import dev.prosa.provider.Vectors;
import org.jdbi.v3.core.argument.Argument;
import org.postgresql.util.PGobject;

/**
 * Parameters with their PostgreSQL type. A vector bound as text and cast in the statement would be parsed again for
 * every row once the driver prepares the statement.
 */
final class Parameters {

    private Parameters() {
    }

    static Argument jsonb(String json) {
        return typed("jsonb", json);
    }

    static Argument vector(float[] vector) {
        return typed("vector", Vectors.toText(vector));
    }

    /** A null of type {@code vector}. */
    static Argument noVector() {
        return typed("vector", null);
    }

    static Argument uuid(Optional<UUID> value) {
        return typed("uuid", value.map(UUID::toString).orElse(null));
    }

    private static Argument typed(String type, String value) {
        return (position, statement, context) -> statement.setObject(position, object(type, value));
    }

    private static PGobject object(String type, String value) throws SQLException {
        PGobject object = new PGobject();
        object.setType(type);
        object.setValue(value);
        return object;
    }
}
