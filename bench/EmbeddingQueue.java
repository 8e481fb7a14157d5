import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import com.zaxxer.hikari.HikariDataSource;
import dev.prosa.cli.ConnectionSettings;
import dev.prosa.cli.Pools;
import dev.prosa.local.LocalModel;
import dev.prosa.local.ModelSource;
import dev.prosa.provider.TenantSecrets;
import dev.prosa.worker.Worker;
import dev.prosa.worker.WorkerSettings;

/**
 * The embedding queue, by a worker with its default settings and an endpoint of this process that runs the built-in model,
 * against the model called directly in a loop with the same texts in batches of the same size; the two in turn. Prints a line
 * a round: texts a second through the queue, texts a second of the loop.
 *
 * <p>Arguments: JDBC address, login, rounds, texts a round. The login's password stands in PROSA_BENCH_PASSWORD.
 */
final class EmbeddingQueue {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Connection database;
    private final LocalModel model;

    private EmbeddingQueue(Connection database, LocalModel model) {
        this.database = database;
        this.model = model;
    }

    public static void main(String[] arguments) throws Exception {
        String password = System.getenv("PROSA_BENCH_PASSWORD");
        ConnectionSettings settings = new ConnectionSettings(arguments[0], arguments[1], Optional.of(password), Map.of());
        int rounds = Integer.parseInt(arguments[2]);
        int texts = Integer.parseInt(arguments[3]);
        try (Connection database = DriverManager.getConnection(arguments[0], arguments[1], password);
                LocalModel model = LocalModel.load(new ModelSource.Bundled());
                HikariDataSource pool = Pools.forWorker(settings, 3)) {
            new EmbeddingQueue(database, model).run(pool, rounds, texts);
        }
        System.exit(0);
    }

    private void run(HikariDataSource pool, int rounds, int texts) throws Exception {
        HttpServer endpoint = endpoint();
        query("select prosa.set_config_value('embedding_provider', jsonb_build_object('protocol', 'openai', 'model', ?, 'timeout_ms', 60000, 'base_url', ?))::text",
                model.name(), "http://127.0.0.1:" + endpoint.getAddress().getPort() + "/v1");
        for (int round = 0; round <= rounds; round++) {
            query("select bench.enqueue(?)::text", texts);
            List<String> inputs = inputs();
            long start = System.nanoTime();
            for (int i = 0; i < inputs.size(); i += WorkerSettings.DEFAULT.batchSize()) {
                model.embed(inputs.subList(i, Math.min(inputs.size(), i + WorkerSettings.DEFAULT.batchSize())));
            }
            double direct = texts / ((System.nanoTime() - start) / 1e9);
            start = System.nanoTime();
            try (Worker worker = new Worker(Pools.jdbi(pool), TenantSecrets.from(pool::getConnection), WorkerSettings.DEFAULT)) {
                worker.start();
                while (!query("select count(*)::text from prosa.embedding_queue").equals("0")) {
                    Thread.sleep(10);
                }
            }
            double queue = texts / ((System.nanoTime() - start) / 1e9);
            // the first round warms both
            if (round > 0) {
                System.out.printf("%.1f %.1f%n", queue, direct);
            }
        }
    }

    private HttpServer endpoint() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/v1/embeddings", exchange -> {
            try (exchange) {
                List<String> texts = new ArrayList<>();
                for (JsonNode text : JSON.readTree(exchange.getRequestBody()).get("input")) {
                    texts.add(text.textValue());
                }
                LocalModel.Result result = model.embed(texts);
                ObjectNode answer = JSON.createObjectNode().put("model", model.name());
                var data = answer.putArray("data");
                for (float[] vector : result.vectors()) {
                    ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                    bytes.asFloatBuffer().put(vector);
                    data.addObject().put("index", data.size() - 1).put("embedding", Base64.getEncoder().encodeToString(bytes.array()));
                }
                answer.putObject("usage").put("prompt_tokens", result.inputTokens());
                byte[] body = JSON.writeValueAsBytes(answer);
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        });
        server.start();
        return server;
    }

    private List<String> inputs() throws SQLException {
        List<String> inputs = new ArrayList<>();
        try (PreparedStatement statement = database.prepareStatement("select i from bench.queued() i");
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                inputs.add(rows.getString(1));
            }
        }
        return inputs;
    }

    private String query(String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = database.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getString(1);
            }
        }
    }
}
