package dev.prosa.gateway;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;

/** {@code POST /webhook/evolution…}: hands what Evolution API sends to {@code receive_webhook}. */
final class WebhookHandler {

    /** Never stored: they hold the token. */
    private static final Set<String> SECRET_HEADERS =
            Set.of("authorization", "proxy-authorization", "apikey", "x-api-key", "cookie");

    /** Bodies beyond it are large: one of 25 MB takes some 200 MB of memory on its way to the database. */
    private static final int LARGE_BYTES = 1024 * 1024;
    private static final int MAX_CONCURRENT_LARGE = 4;
    private static final Duration LARGE_WAIT = Duration.ofSeconds(5);

    private final ProsaDatabase database;
    private final int maxBytes;
    private final Semaphore largeBodies = new Semaphore(MAX_CONCURRENT_LARGE, true);

    WebhookHandler(ProsaDatabase database, int maxBytes) {
        this.database = database;
        this.maxBytes = maxBytes;
    }

    /** {@code /webhook/evolution}: the inbox is the token's. */
    void withoutInstance(Context context) {
        handle(context, Optional.empty());
    }

    /** {@code /webhook/evolution/{instance}}, which may also be an event's name without an instance. */
    void withInstance(Context context) {
        String segment = context.pathParam("instance");
        handle(context, EvolutionEvents.contains(segment) ? Optional.empty() : Optional.of(segment));
    }

    /** {@code /webhook/evolution/{instance}/{event}}: the event stands in the body too, and counts there. */
    void withInstanceAndEvent(Context context) {
        handle(context, Optional.of(context.pathParam("instance")));
    }

    private void handle(Context context, Optional<String> instance) {
        String token = Credentials.ofWebhook(context);
        long length = context.req().getContentLengthLong();
        boolean isLarge = length > LARGE_BYTES || length < 0;
        if (!isLarge) {
            store(context, token, instance);
            return;
        }
        enterLarge();
        try {
            store(context, token, instance);
        } finally {
            largeBodies.release();
        }
    }

    private void enterLarge() {
        try {
            if (largeBodies.tryAcquire(LARGE_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw ApiException.of(503, "too_busy", "too many large bodies are under way").withRetryAfter(DatabaseErrors.RETRY_AFTER);
    }

    private void store(Context context, String token, Optional<String> instance) {
        String payload = Json.cleanObject(RequestBody.read(context, maxBytes));
        ObjectNode result = Json.parseTrusted(
                database.receiveWebhook(token, instance.map(Json::clean), payload, headers(context)));
        boolean isFailed = "failed".equals(result.path("status").asText());
        if (isFailed && result.get("error") instanceof ObjectNode error) {
            error.put("code", "invalid_data");
        }
        // 422, not 5xx: the event is kept, and sending it again would change nothing
        Answers.json(context, isFailed ? 422 : 200, result);
    }

    private static String headers(Context context) {
        ObjectNode headers = Json.object();
        for (Map.Entry<String, String> header : context.headerMap().entrySet()) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (!SECRET_HEADERS.contains(name)) {
                headers.put(name, Json.clean(header.getValue()));
            }
        }
        return headers.toString();
    }
}
