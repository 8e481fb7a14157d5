package dev.prosa.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

import com.zaxxer.hikari.HikariDataSource;
import dev.prosa.gateway.Gateway;
import dev.prosa.gateway.GatewaySettings;
import dev.prosa.local.ModelHolder;
import dev.prosa.local.ModelSource;
import dev.prosa.provider.TenantSecrets;
import io.javalin.util.JavalinBindException;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code prosa serve}. */
@Command(name = "serve", description = "Run the REST gateway until it is told to stop (SIGTERM).",
        footer = {"", "Environment:",
            "  PROSA_BIND             address to listen on (127.0.0.1)",
            "  PROSA_PORT             port to listen on (8080)",
            "  PROSA_MAX_BODY_BYTES   largest webhook body (26214400)",
            "  PROSA_EMBEDDINGS_KEY   lets other hosts call /v1/embeddings with this bearer token",
            "  PROSA_CALLS_PER_HOST   calls at a time to one endpoint (8)",
            "  PROSA_LOCAL_MODEL=off  run without the in-process embedding model",
            "  PROSA_MODEL_DIR        another model: a directory with model.onnx and tokenizer.json",
            "  PROSA_MODEL_POOLING    how it pools: mean (default) or cls",
            "  PROSA_MODEL_NAME       the name to serve it under (the directory's)",
            "  PROSA_SECRETS_DIR      keys of the platform's endpoints, a file each (/etc/prosa/secrets)",
            "  PROSA_SECRETS_USER     second login, in prosa_worker, that reads the tenants' secrets (prosa_jobs)",
            "  PROSA_SECRETS_PASSWORD its password; default: PGPASSFILE or ~/.pgpass"})
final class ServeCommand implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);

    @Mixin
    private ConnectionOptions connection;

    @Mixin
    private HelpOption help;

    @Option(names = "--bind", paramLabel = "ADDRESS", description = "Address to listen on; default: PROSA_BIND or 127.0.0.1.")
    private String bind;

    @Option(names = "--port", paramLabel = "PORT", description = "Port to listen on, 0 for any free one; default: PROSA_PORT or 8080.")
    private Integer port;

    @Option(names = "--pool-size", paramLabel = "N", defaultValue = "${env:PROSA_POOL_SIZE:-8}",
            description = "Connections to the database; default: PROSA_POOL_SIZE or 8.")
    private int poolSize;

    @Override
    public Integer call() throws InterruptedException {
        ConnectionSettings database = connection.settings(Logins.GATEWAY);
        GatewaySettings settings = settings();
        Optional<ModelHolder> model = ModelSource.fromEnvironment(System.getenv()).map(ModelHolder::new);
        HikariDataSource pool = Pools.forGateway(database, poolSize);
        Jdbi jdbi = Pools.jdbi(pool);
        HikariDataSource secrets = Pools.forSecrets(database.forSecrets(System.getenv()));
        Gateway gateway = new Gateway(jdbi, TenantSecrets.from(secrets::getConnection), settings, model, Version.NUMBER);
        try {
            gateway.start();
        } catch (JavalinBindException e) {
            pool.close();
            secrets.close();
            throw new CommandFailedException("cannot listen on %s:%d: %s".formatted(settings.bind(), settings.port(), e.getMessage()),
                    "Is another gateway running? Choose another port with --port or PROSA_PORT.");
        }
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            gateway.close();
            pool.close();
            secrets.close();
            model.ifPresent(ModelHolder::close);
            stopped.countDown();
        }, "prosa-shutdown"));
        reportDatabase(jdbi, database);
        stopped.await();
        return 0;
    }

    private GatewaySettings settings() {
        GatewaySettings environment = GatewaySettings.fromEnvironment(System.getenv());
        return new GatewaySettings(bind == null ? environment.bind() : bind, port == null ? environment.port() : port,
                environment.maxWebhookBytes(), environment.embeddingsKey(), environment.callsPerHost());
    }

    /** Says at the start what every request would say later. */
    private static void reportDatabase(Jdbi jdbi, ConnectionSettings settings) {
        try {
            String version = jdbi.withHandle(handle -> handle.createQuery("select prosa.version()").mapTo(String.class).one());
            LOG.info("database {}: prosa {}", settings.describe(), version);
        } catch (JdbiException e) {
            Throwable root = e;
            while (root.getCause() != null) {
                root = root.getCause();
            }
            LOG.warn("database {} cannot be used yet, requests get 503 until it can: {}", settings.describe(), root.getMessage());
        }
    }
}
