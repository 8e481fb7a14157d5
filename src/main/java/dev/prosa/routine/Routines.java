package dev.prosa.routine;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import com.grack.nanojson.JsonWriter;
import dev.prosa.egress.Egress;
import dev.prosa.provider.CallOptions;
import dev.prosa.provider.ChatAnswer;
import dev.prosa.provider.ChatMessage;
import dev.prosa.provider.ChatRequest;
import dev.prosa.provider.Embeddings;
import dev.prosa.provider.Json;
import dev.prosa.provider.Provider;
import dev.prosa.provider.ProviderConfig;
import dev.prosa.provider.ProviderException;
import dev.prosa.provider.TenantSecrets;
import dev.prosa.provider.Vectors;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * The entry points of PL/Java: each takes one JSON object as text and gives one back. They hold the backend until they
 * return, and nothing can cancel them, so {@code timeout_ms} is the total time of a call and has an upper limit.
 *
 * <p>Errors are SQLExceptions with the SQLSTATE of {@link ProviderException}. PL/Java writes the name of the exception's
 * class before the message, so they are of that very class: a caller in SQL can take the one known prefix off.
 */
public final class Routines {

    /** No caller may hold a backend, and with it a shutdown of the server, for longer: 2 minutes. */
    private static final int MAX_TIMEOUT_MS = 120_000;
    private static final int MAX_ATTEMPTS = 10;
    private static final int MAX_INPUTS = 2048;

    private static final Egress EGRESS = new Egress();
    /** For the embedding queue, whose circuits are the database's. */
    private static final Egress QUEUE_EGRESS = Egress.withoutCircuits(Egress.DEFAULT_CALLS_PER_HOST);
    /** As whoever owns the function that called the routine: prosa_owner. */
    private static final TenantSecrets SECRETS = TenantSecrets.from(() -> DriverManager.getConnection("jdbc:default:connection"));

    private Routines() {
    }

    /**
     * Embeds texts.
     *
     * @param request {@code {"provider":{…},"inputs":["…"],"timeout_ms":10000,"max_attempts":3,"retry_delay_ms":500}};
     *                the last three may be absent: the provider's own timeout, 3 attempts and 500 ms then apply;
     *                with {@code "report":true} a failure is no error, but answered
     *                {@code {"error":{"fault":"item","message":"…","retry_after_ms":null}}}
     * @return {@code {"model":"…","embeddings":["[0.1,…]"],"input_tokens":12,"tokens_estimated":false}}, the
     *         embeddings in the order of the inputs and in pgvector's text form
     * @throws SQLException with the SQLSTATE that says what failed
     */
    public static String embed(String request) throws SQLException {
        return answer(request, json -> {
            if (json.getBoolean("report")) {
                return reported(json);
            }
            ProviderConfig config = config(json);
            List<String> inputs = inputs(json);
            return embeddings(Provider.of(config, EGRESS, SECRETS).embed(inputs, options(json, config)));
        });
    }

    /**
     * Answers a prompt.
     *
     * @param request {@code {"provider":{…},"messages":[{"role":"user","content":"…"}],"model":null,"max_tokens":null,
     *                "temperature":null,"timeout_ms":10000,"max_attempts":3,"retry_delay_ms":500}}; all but the first
     *                two may be absent
     * @return {@code {"role":"assistant","content":"…","tool_calls":null,"finish_reason":"stop","model":"…",
     *         "usage":{"input_tokens":1,"output_tokens":2,"cached_tokens":0,"estimated":false}}}
     * @throws SQLException with the SQLSTATE that says what failed
     */
    public static String chatComplete(String request) throws SQLException {
        return answer(request, json -> {
            ProviderConfig config = config(json);
            ChatRequest chat = new ChatRequest(messages(json), Json.string(json, "model"),
                    Json.integer(json, "max_tokens", 1, Integer.MAX_VALUE),
                    Json.decimal(json, "temperature", 0, 2));
            return completion(Provider.of(config, EGRESS, SECRETS).chat(chat, options(json, config)));
        });
    }

    /** A call for the queue, which needs to know of a failure who is to blame. */
    private static JsonObject reported(JsonObject json) {
        try {
            ProviderConfig config = config(json);
            return embeddings(Provider.of(config, QUEUE_EGRESS, SECRETS).embed(inputs(json), options(json, config)));
        } catch (ProviderException e) {
            JsonObject error = new JsonObject();
            error.put("fault", e.fault().name().toLowerCase(Locale.ROOT));
            error.put("message", e.getMessage());
            error.put("retry_after_ms", e.pause().map(Duration::toMillis).orElse(null));
            JsonObject answer = new JsonObject();
            answer.put("error", error);
            return answer;
        }
    }

    private static String answer(String request, Function<JsonObject, JsonObject> work) throws SQLException {
        Preload.classes();
        try {
            if (request == null) {
                throw ProviderException.invalid("the request is null");
            }
            JsonObject json = Json.object(request, () ->
                    ProviderException.invalid("the request is not a JSON object"));
            return JsonWriter.string(work.apply(json));
        } catch (ProviderException e) {
            // No cause: it adds a stack of Java to the server's log and nothing that the message does not say.
            throw new SQLException(e.getMessage(), e.sqlState());
        }
    }

    private static ProviderConfig config(JsonObject json) {
        return ProviderConfig.of(Json.object(json, "provider").orElseThrow(() ->
                ProviderException.invalid("the request has no \"provider\"")));
    }

    private static CallOptions options(JsonObject json, ProviderConfig config) {
        int configured = (int) Math.min(config.timeout().toMillis(), MAX_TIMEOUT_MS);
        return new CallOptions(
                Duration.ofMillis(Json.integer(json, "timeout_ms", 1, MAX_TIMEOUT_MS).orElse(configured)),
                Json.integer(json, "max_attempts", 1, MAX_ATTEMPTS).orElse(CallOptions.DEFAULT.maxAttempts()),
                Duration.ofMillis(Json.integer(json, "retry_delay_ms", 0, MAX_TIMEOUT_MS)
                        .orElse((int) CallOptions.DEFAULT.retryDelay().toMillis())));
    }

    private static List<String> inputs(JsonObject json) {
        JsonArray array = Json.array(json, "inputs").orElseGet(JsonArray::new);
        if (array.isEmpty() || array.size() > MAX_INPUTS) {
            throw ProviderException.invalid("\"inputs\" must hold 1 to " + MAX_INPUTS + " texts");
        }
        List<String> inputs = new ArrayList<>(array.size());
        for (Object input : array) {
            if (!(input instanceof String text)) {
                throw ProviderException.invalid("\"inputs\" must hold texts only");
            }
            inputs.add(text);
        }
        return inputs;
    }

    private static List<ChatMessage> messages(JsonObject json) {
        JsonArray array = Json.array(json, "messages").orElseGet(JsonArray::new);
        List<ChatMessage> messages = new ArrayList<>(array.size());
        for (Object message : array) {
            if (!(message instanceof JsonObject object) || !(object.get("role") instanceof String role)
                    || !(object.get("content") instanceof String content)) {
                throw ProviderException.invalid("each of \"messages\" must be an object with a \"role\" and a \"content\"");
            }
            messages.add(new ChatMessage(role, content));
        }
        return messages;
    }

    private static JsonObject embeddings(Embeddings embeddings) {
        JsonArray vectors = new JsonArray(embeddings.vectors().size());
        embeddings.vectors().forEach(vector -> vectors.add(Vectors.toText(vector)));
        JsonObject json = new JsonObject();
        json.put("model", embeddings.model());
        json.put("embeddings", vectors);
        json.put("input_tokens", embeddings.inputTokens());
        json.put("tokens_estimated", embeddings.tokensEstimated());
        return json;
    }

    private static JsonObject completion(ChatAnswer answer) {
        JsonObject usage = new JsonObject();
        usage.put("input_tokens", answer.inputTokens());
        usage.put("output_tokens", answer.outputTokens());
        usage.put("cached_tokens", answer.cachedTokens());
        usage.put("estimated", answer.tokensEstimated());
        JsonObject json = new JsonObject();
        json.put("role", "assistant");
        json.put("content", answer.content());
        json.put("tool_calls", answer.toolCallsJson().map(Routines::array).orElse(null));
        json.put("finish_reason", answer.finishReason());
        json.put("model", answer.model());
        json.put("usage", usage);
        return json;
    }

    private static JsonArray array(String text) {
        try {
            return JsonParser.array().from(text);
        } catch (JsonParserException e) {
            throw new IllegalStateException("tool calls that were written cannot be read", e);
        }
    }
}
