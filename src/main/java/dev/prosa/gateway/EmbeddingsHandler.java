package dev.prosa.gateway;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prosa.local.LocalModel;
import dev.prosa.local.ModelHolder;
import dev.prosa.local.ModelUnavailableException;
import dev.prosa.local.UnusableTextException;
import io.javalin.http.Context;

/**
 * {@code POST /v1/embeddings} and {@code GET /v1/models}: the in-process model behind OpenAI's protocol, errors
 * included. It is meant for the worker and the database beside it; other hosts need a key.
 */
final class EmbeddingsHandler {

    private static final JsonFactory FACTORY = new JsonFactory();

    private static final List<String> FORWARDING_HEADERS = List.of("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via");

    /** Requests under way at most: behind them a new one would wait longer than its sender does. */
    private static final int MAX_CONCURRENT = 64;

    private final Optional<ModelHolder> model;
    private final Optional<String> key;
    private final Semaphore places = new Semaphore(MAX_CONCURRENT);

    EmbeddingsHandler(Optional<ModelHolder> model, Optional<String> key) {
        this.model = model;
        this.key = key;
    }

    void embeddings(Context context) {
        answer(context, () -> {
            ModelHolder holder = admit(context);
            ObjectNode body = Json.parseObject(RequestBody.read(context, GatewaySettings.MAX_EMBEDDINGS_BYTES));
            boolean isBase64 = isBase64(body);
            checkModel(body, holder);
            List<String> texts = texts(body);
            LocalModel.Result result = embed(holder, texts, body);
            context.status(200).contentType("application/json").result(write(holder.name(), result, isBase64));
        });
    }

    void models(Context context) {
        answer(context, () -> {
            ModelHolder holder = admit(context);
            ObjectNode body = Json.object();
            body.put("object", "list");
            ObjectNode entry = body.putArray("data").addObject();
            entry.put("id", holder.name());
            entry.put("object", "model");
            entry.put("created", 0);
            entry.put("owned_by", "prosa");
            Answers.json(context, 200, body);
        });
    }

    private ModelHolder admit(Context context) {
        boolean hasKey = key.isPresent() && Credentials.bearer(context.header("Authorization"))
                .filter(given -> isEqual(given, key.get())).isPresent();
        if (!hasKey && !isLocal(context)) {
            throw ApiException.of(401, "invalid_api_key", key.isPresent()
                    ? "a client on another host must send the key of PROSA_EMBEDDINGS_KEY as a bearer token"
                    : "this endpoint serves clients on the gateway's own host alone; set PROSA_EMBEDDINGS_KEY to serve others");
        }
        return model.orElseThrow(() ->
                ApiException.of(404, "model_not_found", "this gateway runs without an in-process model (PROSA_LOCAL_MODEL=off)"));
    }

    private static boolean isEqual(String a, String b) {
        return MessageDigest.isEqual(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
    }

    /** A peer on this host that speaks for itself: a proxy on this host would look like one. */
    private static boolean isLocal(Context context) {
        try {
            return FORWARDING_HEADERS.stream().allMatch(name -> context.header(name) == null)
                    && InetAddress.getByName(context.req().getRemoteAddr()).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static boolean isBase64(ObjectNode body) {
        return new Fields(body).choice("encoding_format", "float", List.of("float", "base64")).equals("base64");
    }

    private static void checkModel(ObjectNode body, ModelHolder holder) {
        String name = new Fields(body).text("model", 200);
        if (!name.equals(holder.name())) {
            throw ApiException.of(404, "model_not_found",
                    "this gateway serves the model %s, not %s".formatted(holder.name(), name));
        }
    }

    private static List<String> texts(ObjectNode body) {
        JsonNode input = body.path("input");
        if (input.isTextual()) {
            return List.of(input.textValue());
        }
        if (!input.isArray() || input.isEmpty()) {
            throw ApiException.badRequest("\"input\" must be a string or an array of strings, not empty");
        }
        if (input.size() > GatewaySettings.MAX_EMBEDDINGS_INPUTS) {
            throw ApiException.badRequest("\"input\" has %d texts, more than %d"
                    .formatted(input.size(), GatewaySettings.MAX_EMBEDDINGS_INPUTS));
        }
        List<String> texts = new ArrayList<>(input.size());
        for (JsonNode text : input) {
            if (!text.isTextual()) {
                throw ApiException.badRequest("\"input\" must hold strings; arrays of tokens are not supported");
            }
            texts.add(text.textValue());
        }
        return texts;
    }

    private LocalModel.Result embed(ModelHolder holder, List<String> texts, ObjectNode body) {
        if (!places.tryAcquire()) {
            throw ApiException.of(429, "rate_limit_exceeded", "%d requests are under way already".formatted(MAX_CONCURRENT))
                    .withRetryAfter(Duration.ofSeconds(1));
        }
        try {
            LocalModel local = holder.get();
            int dimensions = new Fields(body).integer("dimensions", local.dimensions(), 1, Integer.MAX_VALUE);
            if (dimensions != local.dimensions()) {
                throw ApiException.badRequest("the model %s has %d dimensions and no others".formatted(local.name(), local.dimensions()));
            }
            return local.embed(texts);
        } catch (UnusableTextException e) {
            throw ApiException.badRequest(e.getMessage());
        } catch (ModelUnavailableException e) {
            throw ApiException.of(500, "model_failed", e.getMessage());
        } finally {
            places.release();
        }
    }

    private static byte[] write(String model, LocalModel.Result result, boolean isBase64) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(result.vectors().size() * 8192);
        try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("object", "list");
            json.writeArrayFieldStart("data");
            int index = 0;
            for (float[] vector : result.vectors()) {
                json.writeStartObject();
                json.writeStringField("object", "embedding");
                json.writeNumberField("index", index++);
                writeVector(json, vector, isBase64);
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeStringField("model", model);
            json.writeObjectFieldStart("usage");
            json.writeNumberField("prompt_tokens", result.inputTokens());
            json.writeNumberField("total_tokens", result.inputTokens());
            json.writeEndObject();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void writeVector(JsonGenerator json, float[] vector, boolean isBase64) throws IOException {
        if (isBase64) {
            ByteBuffer buffer = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            buffer.asFloatBuffer().put(vector);
            json.writeStringField("embedding", Base64.getEncoder().encodeToString(buffer.array()));
            return;
        }
        json.writeArrayFieldStart("embedding");
        for (float value : vector) {
            json.writeNumber(value);
        }
        json.writeEndArray();
    }

    /** Errors in the form that OpenAI's clients read. */
    private static void answer(Context context, Runnable work) {
        try {
            work.run();
        } catch (ApiException e) {
            ObjectNode body = Json.object();
            ObjectNode error = body.putObject("error");
            error.put("message", e.getMessage());
            error.put("type", e.status() >= 500 ? "server_error" : e.status() == 429 ? "rate_limit_error" : "invalid_request_error");
            error.putNull("param");
            error.put("code", e.code());
            Answers.headers(context, e);
            Answers.json(context, e.status(), body);
        }
    }
}
