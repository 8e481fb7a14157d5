package dev.prosa.gateway;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.zaxxer.hikari.HikariDataSource;
import dev.prosa.cli.ConnectionSettings;
import dev.prosa.cli.Pools;
import dev.prosa.cli.TestDatabase;
import dev.prosa.cli.Version;
import dev.prosa.local.ModelHolder;
import dev.prosa.local.ModelSource;
import dev.prosa.provider.TenantSecrets;

/** A gateway in this process on a free port, and a client for it. */
final class TestGateway implements AutoCloseable {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final HikariDataSource pool;
    private final HikariDataSource secrets;
    private final Optional<ModelHolder> model;
    private final Gateway gateway;
    private final HttpClient client = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    /** What the gateway answered. */
    record Answer(int status, JsonNode json, HttpResponse<String> response) {

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }
    }

    TestGateway(ConnectionSettings database, boolean hasModel, int maxWebhookBytes, Optional<String> embeddingsKey) {
        pool = Pools.forGateway(database, 4);
        secrets = Pools.forSecrets(TestDatabase.worker());
        model = hasModel ? Optional.of(new ModelHolder(new ModelSource.Bundled())) : Optional.empty();
        gateway = new Gateway(Pools.jdbi(pool), TenantSecrets.from(secrets::getConnection), new GatewaySettings("127.0.0.1", 0, maxWebhookBytes, embeddingsKey, 8), model,
                Version.NUMBER);
        gateway.start();
    }

    String url() {
        return "http://127.0.0.1:" + gateway.port();
    }

    Answer get(String path, String... headers) throws IOException, InterruptedException {
        return send(request(path, headers).GET());
    }

    Answer post(String path, String body, String... headers) throws IOException, InterruptedException {
        return post(path, body.getBytes(StandardCharsets.UTF_8), headers);
    }

    Answer post(String path, byte[] body, String... headers) throws IOException, InterruptedException {
        return send(request(path, headers).POST(BodyPublishers.ofByteArray(body)));
    }

    /** A call with a key as bearer token. */
    Answer postWithKey(String path, String key, String body) throws IOException, InterruptedException {
        return post(path, body, "Authorization", "Bearer " + key);
    }

    private HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url() + path)).timeout(Duration.ofSeconds(60))
                .header("Content-Type", "application/json");
        if (headers.length > 0) {
            request.headers(headers);
        }
        return request;
    }

    Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
        return new Answer(response.statusCode(), MAPPER.readTree(response.body()), response);
    }

    @Override
    public void close() {
        gateway.close();
        pool.close();
        secrets.close();
        model.ifPresent(ModelHolder::close);
    }
}
