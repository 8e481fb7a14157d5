package dev.prosa.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

import dev.prosa.local.ModelHolder;
import dev.prosa.provider.TenantSecrets;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP server of the gateway. */
public final class Gateway implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

    /** How long requests under way may take when the gateway stops: an answer of a model, not more. */
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(20);

    private final GatewaySettings settings;
    private final Optional<ModelHolder> model;
    private final List<Route> routes;
    private final Javalin server;

    /** A route: what is registered, and what the OpenAPI document must describe. */
    record Route(HandlerType method, String path, Handler handler) {
    }

    /**
     * A gateway that does not listen yet.
     *
     * @param jdbi     connections of the login prosa_gateway, in autocommit mode; the caller closes the pool
     * @param secrets  the tenants' API keys, which that login cannot read
     * @param settings how to listen
     * @param model    the in-process embedding model, if there is one; the caller closes it
     * @param version  the version to report
     */
    public Gateway(Jdbi jdbi, TenantSecrets secrets, GatewaySettings settings, Optional<ModelHolder> model, String version) {
        this.settings = settings;
        this.model = model;
        this.routes = routes(new ProsaDatabase(jdbi), new Endpoints(secrets, model, this::port, settings.callsPerHost()),
                version);
        this.server = Javalin.create(this::configure);
    }

    private List<Route> routes(ProsaDatabase database, Endpoints endpoints, String version) {
        WebhookHandler webhook = new WebhookHandler(database, settings.maxWebhookBytes());
        EmbeddingsHandler embeddings = new EmbeddingsHandler(model, settings.embeddingsKey());
        return List.of(
                new Route(HandlerType.POST, "/webhook/evolution", webhook::withoutInstance),
                new Route(HandlerType.POST, "/webhook/evolution/{instance}", webhook::withInstance),
                new Route(HandlerType.POST, "/webhook/evolution/{instance}/{event}", webhook::withInstanceAndEvent),
                new Route(HandlerType.POST, "/api/chat", new ChatHandler(database, endpoints)::handle),
                new Route(HandlerType.POST, "/api/search", new SearchHandler(database, endpoints)::handle),
                new Route(HandlerType.POST, "/v1/embeddings", embeddings::embeddings),
                new Route(HandlerType.GET, "/v1/models", embeddings::models),
                new Route(HandlerType.GET, "/healthz", new HealthHandler(database, model, version)::handle),
                new Route(HandlerType.GET, "/openapi.json", Gateway::openApi));
    }

    List<Route> routes() {
        return routes;
    }

    private void configure(JavalinConfig config) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.http.prefer405over404 = true;
        config.jetty.host = settings.bind();
        config.jetty.port = settings.port();
        config.jetty.modifyHttpConfiguration(http -> http.setSendServerVersion(false));
        config.jetty.modifyServer(jetty -> {
            jetty.setStopTimeout(STOP_TIMEOUT.toMillis());
            jetty.insertHandler(new GracefulHandler());
        });
        for (Route route : routes) {
            config.routes.addHttpHandler(route.method(), route.path(), route.handler());
        }
        config.routes.exception(ApiException.class, (e, context) -> Answers.error(context, e));
        config.routes.exception(Exception.class, Gateway::unexpected);
        config.routes.error(404, Gateway::unknownPath);
        config.routes.error(405, context -> replaceBody(context,
                ApiException.of(405, "method_not_allowed", "this path has no %s".formatted(context.method()))));
        config.routes.error(400, context -> replaceBody(context, ApiException.badRequest("the request cannot be read")));
    }

    private static void unknownPath(Context context) {
        replaceBody(context, ApiException.of(404, "not_found", "there is nothing at this path")
                .withHint("GET /openapi.json describes what there is."));
    }

    /** Errors of the server itself, which has no JSON for them. */
    private static void replaceBody(Context context, ApiException e) {
        if (!"application/json".equals(context.res().getContentType())) {
            Answers.error(context, e);
        }
    }

    private static void unexpected(Exception e, Context context) {
        String id = UUID.randomUUID().toString();
        LOG.error("request {} failed: {} {}", id, context.method(), context.path(), e);
        Answers.error(context, ApiException.of(500, "internal_error", "the gateway failed on this request")
                .withHint("The gateway's log has the cause under request %s.".formatted(id)));
    }

    private static void openApi(Context context) {
        try (InputStream stream = Gateway.class.getResourceAsStream("openapi.json")) {
            context.contentType("application/json").result(stream.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Listens, and begins to load the model in the background.
     *
     * @throws io.javalin.util.JavalinBindException when the port is taken
     */
    public void start() {
        model.ifPresent(ModelHolder::start);
        server.start();
        LOG.info("gateway listens on http://{}:{}", settings.bind(), port());
    }

    /** The port it listens on. */
    public int port() {
        return server.port();
    }

    /** Takes no more requests, lets those under way end for up to 20 s, and stops. */
    @Override
    public void close() {
        server.stop();
    }
}
