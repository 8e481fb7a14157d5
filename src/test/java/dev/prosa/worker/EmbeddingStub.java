package dev.prosa.worker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/** An OpenAI-compatible endpoint on a port of this machine that fails as a test wants. */
public final class EmbeddingStub implements AutoCloseable {

    /** The model it says it is. */
    public static final String MODEL = "stub";

    private static final int DIMENSIONS = 8;

    /** What to answer. */
    public interface Behaviour {
        /** The answer to a call with these texts; it may take its time. */
        Reply answer(List<String> texts) throws InterruptedException;
    }

    /** Vectors (status 200), or an error with this status and Retry-After (none when negative). */
    public record Reply(int status, int retryAfterSeconds) {
        /** Vectors. */
        public static final Reply OK = new Reply(200, -1);

        /** An error. */
        public static Reply error(int status) {
            return new Reply(status, -1);
        }
    }

    private final ObjectMapper mapper = new ObjectMapper();
    private final HttpServer server;
    private final ExecutorService executor = Executors.newCachedThreadPool();
    private final AtomicInteger calls = new AtomicInteger();
    private volatile Behaviour behaviour = texts -> Reply.OK;

    /** Listens on a free port. */
    public EmbeddingStub() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        server.createContext("/v1/embeddings", this::handle);
        server.setExecutor(executor);
        server.start();
    }

    /** Its base address. */
    public String url() {
        return "http://" + authority() + "/v1";
    }

    /** Its host and port. */
    public String authority() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    /** Changes what it answers. */
    public void behave(Behaviour wanted) {
        behaviour = wanted;
    }

    /** How many calls it has had. */
    public int calls() {
        return calls.get();
    }

    private void handle(HttpExchange exchange) throws IOException {
        calls.incrementAndGet();
        try (exchange) {
            List<String> texts = new ArrayList<>();
            JsonNode request = mapper.readTree(exchange.getRequestBody());
            request.get("input").forEach(text -> texts.add(text.textValue()));
            Reply reply = behaviour.answer(texts);
            ObjectNode body = reply.status() == 200 ? vectors(texts.size()) : error(reply.status());
            if (reply.retryAfterSeconds() >= 0) {
                exchange.getResponseHeaders().add("Retry-After", String.valueOf(reply.retryAfterSeconds()));
            }
            byte[] bytes = body.toString().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(reply.status(), bytes.length);
            exchange.getResponseBody().write(bytes);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private ObjectNode error(int status) {
        ObjectNode body = mapper.createObjectNode();
        body.putObject("error").put("message", "stub says " + status).put("type", "stub").putNull("code");
        return body;
    }

    private ObjectNode vectors(int count) {
        ObjectNode body = mapper.createObjectNode();
        var data = body.putArray("data");
        for (int i = 0; i < count; i++) {
            ObjectNode entry = data.addObject();
            entry.put("index", i);
            var vector = entry.putArray("embedding");
            for (int d = 0; d < DIMENSIONS; d++) {
                vector.add(d == i % DIMENSIONS ? 1.0 : 0.1);
            }
        }
        body.put("model", MODEL);
        body.putObject("usage").put("prompt_tokens", count).put("total_tokens", count);
        return body;
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }
}
