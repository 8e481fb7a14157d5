package dev.prosa.gateway;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.IntSupplier;

import com.fasterxml.jackson.databind.JsonNode;
import dev.prosa.egress.Egress;
import dev.prosa.local.LocalModel;
import dev.prosa.local.ModelHolder;
import dev.prosa.local.ModelUnavailableException;
import dev.prosa.local.UnusableTextException;
import dev.prosa.provider.CallOptions;
import dev.prosa.provider.ChatAnswer;
import dev.prosa.provider.ChatRequest;
import dev.prosa.provider.Protocol;
import dev.prosa.provider.Provider;
import dev.prosa.provider.ProviderConfig;
import dev.prosa.provider.ProviderException;
import dev.prosa.provider.TenantSecrets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls the endpoints that the tenants' configurations name. Thread-safe. */
final class Endpoints {

    private static final Logger LOG = LoggerFactory.getLogger(Endpoints.class);

    /** A person waits for the answer: retrieval must not take long, whatever the configuration allows the worker. */
    private static final Duration QUERY_TIMEOUT = Duration.ofSeconds(5);

    /** Beyond it no model reads a question, and some refuse. */
    private static final int MAX_QUERY_CHARACTERS = 8_000;

    private static final Set<String> OWN_HOSTS = Set.of("127.0.0.1", "localhost", "[::1]");

    private final Egress egress;
    private final TenantSecrets secrets;
    private final Optional<ModelHolder> model;
    private final IntSupplier ownPort;

    /**
     * Endpoints of a gateway.
     *
     * @param secrets      the tenants' API keys
     * @param model        the in-process model, if the gateway has one
     * @param ownPort      the port that the gateway listens on
     * @param callsPerHost calls at a time to one host and port
     */
    Endpoints(TenantSecrets secrets, Optional<ModelHolder> model, IntSupplier ownPort, int callsPerHost) {
        this.egress = new Egress(callsPerHost);
        this.secrets = secrets;
        this.model = model;
        this.ownPort = ownPort;
    }

    /**
     * The vector of a query.
     *
     * @param provider the endpoint, as {@code provider_config} gives it
     * @throws ApiException 502, 503 or 504 when the endpoint gives none
     */
    QueryEmbedding embedQuery(String provider, String query) {
        String text = query.length() <= MAX_QUERY_CHARACTERS ? query : Json.clean(query.substring(0, MAX_QUERY_CHARACTERS));
        JsonNode spaceId = Json.parseTrusted(provider).path("space_id");
        return new QueryEmbedding(embed(provider, text), spaceId.isTextual() ? Optional.of(UUID.fromString(spaceId.textValue())) : Optional.empty());
    }

    private float[] embed(String provider, String text) {
        try {
            ProviderConfig config = ProviderConfig.parse(provider);
            Optional<ModelHolder> own = model.filter(holder -> isOwn(config, holder));
            if (own.isPresent()) {
                return embedInProcess(own.get().get(), text);
            }
            Duration timeout = config.timeout().compareTo(QUERY_TIMEOUT) < 0 ? config.timeout() : QUERY_TIMEOUT;
            CallOptions options = new CallOptions(timeout, 2, Duration.ofMillis(200));
            return Provider.of(config, egress, secrets).embed(List.of(text), options).vectors().get(0);
        } catch (ProviderException e) {
            throw toAnswer("embedding", e);
        } catch (ModelUnavailableException | UnusableTextException e) {
            throw ApiException.of(502, "embedding_failed", e.getMessage());
        }
    }

    private static float[] embedInProcess(LocalModel model, String text) {
        return model.embed(List.of(text)).vectors().get(0);
    }

    /** Whether a configuration names this very gateway: then the call over HTTP is spared. */
    private boolean isOwn(ProviderConfig config, ModelHolder holder) {
        return config.protocol() == Protocol.OPENAI
                && config.model().equals(holder.name())
                && config.baseUrl().filter(this::isOwn).isPresent();
    }

    private boolean isOwn(URI base) {
        return "http".equals(base.getScheme()) && OWN_HOSTS.contains(base.getHost()) && base.getPort() == ownPort.getAsInt()
                && base.getPath().replaceFirst("/+$", "").equals("/v1");
    }

    /**
     * The answer to a prompt.
     *
     * @throws ApiException 502, 503 or 504 when the endpoint gives none
     */
    ChatAnswer chat(String provider, ChatRequest request) {
        try {
            ProviderConfig config = ProviderConfig.parse(provider);
            return Provider.of(config, egress, secrets).chat(request, CallOptions.DEFAULT.withTimeout(config.timeout()));
        } catch (ProviderException e) {
            throw toAnswer("chat", e);
        }
    }

    private static ApiException toAnswer(String purpose, ProviderException e) {
        // what a provider says of itself holds no secret: ProviderException sees to that
        LOG.warn("{} endpoint failed, SQLSTATE {}: {}", purpose, e.sqlState(), e.getMessage());
        String code = purpose + "_failed";
        boolean isLeftAlone = e.sqlState().equals("08001") && e.retryAfter().isPresent();
        if (e.sqlState().equals("53000") || isLeftAlone) {
            return ApiException.of(503, code, e.getMessage()).withRetryAfter(e.retryAfter().orElse(DatabaseErrors.RETRY_AFTER));
        }
        boolean isTooLate = e.sqlState().equals("08006") && e.httpStatus().isEmpty();
        return ApiException.of(isTooLate ? 504 : 502, code, e.getMessage());
    }
}
