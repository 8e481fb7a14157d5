package dev.prosa.gateway;

import java.util.Optional;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prosa.local.ModelHolder;
import io.javalin.http.Context;

/** {@code GET /healthz}: 200 when the gateway can do its work, 503 when the database does not answer. */
final class HealthHandler {

    private final ProsaDatabase database;
    private final Optional<ModelHolder> model;
    private final String version;

    HealthHandler(ProsaDatabase database, Optional<ModelHolder> model, String version) {
        this.database = database;
        this.model = model;
        this.version = version;
    }

    void handle(Context context) {
        ObjectNode body = Json.object();
        boolean isUp = true;
        try {
            body.put("database", "ok");
            body.put("extension_version", database.version());
        } catch (ApiException e) {
            isUp = false;
            body.put("database", e.status() == 503 ? "unreachable" : "prosa is not installed in it");
        }
        body.put("status", isUp ? "ok" : "unavailable");
        body.put("version", version);
        model.ifPresent(holder -> {
            ObjectNode node = body.putObject("model");
            node.put("name", holder.name());
            node.put("state", holder.state().name().toLowerCase(java.util.Locale.ROOT));
        });
        context.header("Cache-Control", "no-store");
        Answers.json(context, isUp ? 200 : 503, body);
    }
}
