package dev.prosa.gateway;

import java.util.List;
import java.util.Optional;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code POST /api/search}: what the key's tenant has said and remembers about a question. */
final class SearchHandler {

    private static final Logger LOG = LoggerFactory.getLogger(SearchHandler.class);

    private static final String HYBRID = "hybrid";
    private static final String SEMANTIC = "semantic";
    private static final String MEMORY = "memory";

    private static final int MAX_QUERY = 8_000;
    private static final int MAX_LIMIT = 200;
    private static final int MAX_KINDS = 20;
    private static final int MAX_KIND = 32;

    private final ProsaDatabase database;
    private final Endpoints endpoints;

    SearchHandler(ProsaDatabase database, Endpoints endpoints) {
        this.database = database;
        this.endpoints = endpoints;
    }

    void handle(Context context) {
        String key = Credentials.ofApplication(context);
        Fields fields = new Fields(Json.parseObject(RequestBody.read(context, GatewaySettings.MAX_API_BYTES)));
        String query = fields.text("query", MAX_QUERY);
        String mode = fields.choice("mode", HYBRID, List.of(HYBRID, SEMANTIC, MEMORY));
        int limit = fields.integer("limit", 10, 1, MAX_LIMIT);
        double alpha = fields.number("alpha", 0.5, 0, 1);
        double threshold = fields.number("threshold", 0.7, -1, 1);
        List<String> memoryKinds = fields.texts("memory_kinds", MAX_KINDS, MAX_KIND);

        ObjectNode body = Json.object();
        body.put("mode", mode);
        String hits = switch (mode) {
            case SEMANTIC -> database.semanticSearch(key, embed(key, query), limit, threshold);
            case MEMORY -> database.searchMemory(key, embed(key, query), limit, memoryKinds);
            default -> hybrid(key, query, limit, alpha, body);
        };
        Answers.json(context, 200, body.setAll(Json.parseTrusted("{\"hits\":" + hits + "}")));
    }

    /** By meaning and words; where the question cannot be embedded, by words alone, and the answer says so. */
    private String hybrid(String key, String query, int limit, double alpha, ObjectNode body) {
        Optional<QueryEmbedding> embedding = Optional.empty();
        Optional<String> provider = database.provider(key, "embedding");
        if (provider.isPresent() && alpha > 0) {
            try {
                embedding = Optional.of(endpoints.embedQuery(provider.get(), query));
            } catch (ApiException e) {
                LOG.warn("searching by words alone: {}", e.getMessage());
            }
        }
        body.put("is_text_only", embedding.isEmpty());
        // alpha 0 keeps the database from trying the same endpoint again, inside a transaction
        return database.hybridSearch(key, query, embedding, limit, embedding.isEmpty() ? 0 : alpha);
    }

    private QueryEmbedding embed(String key, String query) {
        String provider = database.provider(key, "embedding").orElseThrow(() ->
                ApiException.of(503, DatabaseErrors.NOT_CONFIGURED, "no embedding endpoint is configured")
                        .withHint("Search with \"mode\": \"hybrid\", which goes by words without one."));
        return endpoints.embedQuery(provider, query);
    }
}
