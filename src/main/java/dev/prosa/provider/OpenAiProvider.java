package dev.prosa.provider;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import com.grack.nanojson.JsonWriter;
import dev.prosa.egress.Answer;
import dev.prosa.egress.Egress;
import dev.prosa.egress.EgressException;
import dev.prosa.egress.Post;
import dev.prosa.egress.Secrets;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The OpenAI-compatible protocol, which most hosted and local model servers speak (DeepSeek's additions included):
 * {@code POST {base}/embeddings} and {@code POST {base}/chat/completions}. Immutable and thread-safe.
 */
public final class OpenAiProvider implements Provider {

    private final ProviderConfig config;
    private final Egress egress;
    private final Secrets secrets;
    private final TenantSecrets tenants;
    private final String base;

    /**
     * A provider of this protocol.
     *
     * @param config  what to call
     * @param egress  the client that calls it
     * @param secrets where a key of the platform is read from, at each call
     * @param tenants where a key of a tenant is read from, at each call
     * @throws ProviderException 22023 when the configuration names no address
     */
    public OpenAiProvider(ProviderConfig config, Egress egress, Secrets secrets, TenantSecrets tenants) {
        this.config = Objects.requireNonNull(config, "config");
        this.egress = Objects.requireNonNull(egress, "egress");
        this.secrets = Objects.requireNonNull(secrets, "secrets");
        this.tenants = Objects.requireNonNull(tenants, "tenants");
        this.base = config.baseUrl()
                .orElseThrow(() -> ProviderException.invalid("the provider names no address: set \"base_url\""))
                .toString()
                .replaceFirst("/+$", "");
    }

    @Override
    public Embeddings embed(List<String> inputs, CallOptions options) {
        if (inputs.isEmpty()) {
            throw ProviderException.invalid("there is no text to embed");
        }
        JsonObject request = new JsonObject();
        request.put("model", config.model());
        request.put("input", new JsonArray(inputs));
        // Base64 is a quarter of the size of decimal digits. "dimensions" is not sent: many servers refuse it, and a
        // model that gives another length than configured is reported.
        request.put("encoding_format", "base64");
        return EmbeddingsAnswer.read(post("/embeddings", request, options), inputs, config);
    }

    @Override
    public ChatAnswer chat(ChatRequest request, CallOptions options) {
        JsonArray messages = new JsonArray();
        for (ChatMessage message : request.messages()) {
            JsonObject json = new JsonObject();
            json.put("role", message.role());
            json.put("content", message.content());
            messages.add(json);
        }
        String model = request.model().orElse(config.model());
        JsonObject body = new JsonObject();
        body.put("model", model);
        body.put("messages", messages);
        body.put("stream", false);
        request.maxTokens().ifPresent(tokens -> body.put("max_tokens", tokens));
        request.temperature().ifPresent(temperature -> body.put("temperature", temperature));
        return CompletionAnswer.read(post("/chat/completions", body, options), request, model);
    }

    /** Sends a request and gives the object that a success answered. */
    private JsonObject post(String path, JsonObject request, CallOptions options) {
        Optional<String> key = config.secret().map(this::readKey);
        Map<String, String> headers = key.map(k -> Map.of("Authorization", "Bearer " + k)).orElse(Map.of());
        URI uri = URI.create(base + path);
        Answer answer;
        try {
            answer = egress.post(new Post(uri, config.policy(), headers, JsonWriter.string(request),
                    options.timeout(), options.maxAttempts(), options.retryDelay()));
        } catch (EgressException e) {
            throw failure(e);
        }
        // Some servers send blank lines to keep the connection open; the parser skips them.
        String text = new String(answer.body(), StandardCharsets.UTF_8);
        if (answer.status() / 100 != 2) {
            throw ProviderException.refused(answer.status(), Egress.origin(uri) + " answered HTTP " + answer.status()
                    + reason(text, key), answer.retryAfter());
        }
        JsonObject json = Json.object(text, () -> ProviderException.malformed(
                Egress.origin(uri) + " answered something other than a JSON object"));
        if (json.get("error") != null) {
            // Some routers between models report a model's failure under a status of success.
            throw ProviderException.malformed(Egress.origin(uri) + " answered HTTP " + answer.status()
                    + " with an error" + reason(text, key));
        }
        return json;
    }

    private String readKey(SecretName secret) {
        try {
            String key = secret.tenantId().map(tenant -> tenants.reveal(tenant, secret.name()))
                    .orElseGet(() -> secrets.read(secret.name()));
            if (!Secrets.isKey(key)) {
                throw ProviderException.invalid("the secret \"" + secret.name()
                        + "\" is not a key: one word of printable ASCII characters is needed");
            }
            return key;
        } catch (EgressException e) {
            throw failure(e);
        }
    }

    private static ProviderException failure(EgressException e) {
        String sqlState = switch (e.reason()) {
            case CONNECT, OPEN -> "08001";
            case DEADLINE, BROKEN -> "08006";
            case REDIRECT -> "08004";
            case MALFORMED, TOO_LARGE -> "08P01";
            case INVALID, SECRET -> "22023";
            case DENIED, REFUSED -> "42501";
            case BUSY -> "53000";
            case INTERRUPTED -> "57014";
        };
        return ProviderException.failed(sqlState, e.getMessage(), e.retryAfter(), e);
    }

    /** What the endpoint says was wrong, for the end of a message. Endpoints may echo the key: it is taken out. */
    private static String reason(String text, Optional<String> key) {
        String said = errorMessage(text);
        String safe = key.map(k -> said.replace(k, "***")).orElse(said);
        return safe.isBlank() ? "" : ": " + ProviderException.cut(safe);
    }

    /** {@code error.message} of the usual error body, else the body itself. */
    private static String errorMessage(String text) {
        Object parsed;
        try {
            parsed = JsonParser.any().from(text);
        } catch (JsonParserException | StackOverflowError e) {
            // Not JSON (a proxy's page, say): the text itself is the best there is.
            return text;
        }
        if (parsed instanceof JsonObject json) {
            Object error = json.get("error");
            if (error instanceof JsonObject details && details.get("message") instanceof String message) {
                return message;
            }
            for (Object value : new Object[] {error, json.get("message"), json.get("detail")}) {
                if (value instanceof String message) {
                    return message;
                }
            }
        }
        return text;
    }

    /** The protocol and the address; never the key. */
    @Override
    public String toString() {
        return "OpenAiProvider[" + base + ", " + config.model() + "]";
    }
}
