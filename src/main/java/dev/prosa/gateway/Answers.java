package dev.prosa.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;

/** Writes answers: always JSON, an error always as {@code {"error": {"code", "message", "hint"}}}. */
final class Answers {

    private static final String JSON = "application/json";

    private Answers() {
    }

    static void json(Context context, int status, JsonNode body) {
        context.status(status).contentType(JSON).result(Json.bytes(body));
    }

    static void error(Context context, ApiException e) {
        ObjectNode body = e.context().orElseGet(Json::object);
        ObjectNode error = body.putObject("error");
        error.put("code", e.code());
        error.put("message", e.getMessage());
        e.hint().ifPresent(hint -> error.put("hint", hint));
        headers(context, e);
        json(context, e.status(), body);
    }

    /** The headers that belong to an error, whatever the form of its body. */
    static void headers(Context context, ApiException e) {
        e.retryAfter().ifPresent(wait -> context.header("Retry-After", String.valueOf(Math.max(1, wait.toSeconds()))));
        if (e.status() == 401) {
            context.header("WWW-Authenticate", "Bearer");
        }
    }
}
