package dev.prosa.egress;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An HTTP endpoint in this process that gives prepared replies, in order, the last one again and again. */
public final class StubEndpoint implements AutoCloseable {

    /** What to answer. */
    public record Reply(int status, Map<String, String> headers, String body) {

        public static Reply of(int status, String body) {
            return new Reply(status, Map.of(), body);
        }

        public Reply with(String header, String value) {
            return new Reply(status, Map.of(header, value), body);
        }
    }

    /** What was asked. */
    public record Request(String method, String path, Headers headers, String body) {
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Request> requests = new CopyOnWriteArrayList<>();

    private StubEndpoint(List<Reply> replies) throws IOException {
        Iterator<Reply> queue = replies.iterator();
        Reply last = replies.get(replies.size() - 1);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            try (exchange) {
                String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                requests.add(new Request(exchange.getRequestMethod(), exchange.getRequestURI().toString(),
                        exchange.getRequestHeaders(), body));
                Reply reply;
                synchronized (queue) {
                    reply = queue.hasNext() ? queue.next() : last;
                }
                reply.headers().forEach(exchange.getResponseHeaders()::add);
                byte[] bytes = reply.body().getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(reply.status(), bytes.length == 0 ? -1 : bytes.length);
                exchange.getResponseBody().write(bytes);
            }
        });
        server.start();
    }

    public static StubEndpoint replying(Reply... replies) throws IOException {
        return new StubEndpoint(Arrays.asList(replies));
    }

    public static StubEndpoint replying(int status, String body) throws IOException {
        return replying(Reply.of(status, body));
    }

    /** Scheme, host and port. */
    public String origin() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    public List<Request> requests() {
        return requests;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
