package dev.prosa.provider;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import dev.prosa.egress.EgressException;
import dev.prosa.egress.EgressPolicy;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;

/**
 * What to call for embeddings or answers.
 *
 * @param protocol   the wire protocol
 * @param baseUrl    the address that the paths of the protocol are appended to, such as
 *                   {@code http://127.0.0.1:8080/v1}; present unless the protocol is {@link Protocol#MOCK}
 * @param model      the model's name as the endpoint knows it
 * @param dimensions the dimensions that every vector must have
 * @param secret     which API key it wants; never the key
 * @param timeout    the total time of a call whose caller names none
 * @param policy     whose it is, and where it may be
 */
public record ProviderConfig(Protocol protocol, Optional<URI> baseUrl, String model, OptionalInt dimensions,
                             Optional<SecretName> secret, Duration timeout, EgressPolicy policy) {

    /** As many as pgvector's {@code vector} type holds. */
    private static final int MAX_DIMENSIONS = 16_000;
    private static final int MAX_TIMEOUT_MS = 600_000;

    /** @throws ProviderException 22023 when the parts do not make a usable configuration */
    public ProviderConfig {
        Objects.requireNonNull(protocol, "protocol");
        Objects.requireNonNull(baseUrl, "baseUrl");
        Objects.requireNonNull(dimensions, "dimensions");
        Objects.requireNonNull(secret, "secret");
        Objects.requireNonNull(timeout, "timeout");
        Objects.requireNonNull(policy, "policy");
        if (model == null || model.isBlank()) {
            throw ProviderException.invalid("the provider names no model: set \"model\"");
        }
        if (dimensions.isPresent() && (dimensions.getAsInt() < 1 || dimensions.getAsInt() > MAX_DIMENSIONS)) {
            throw ProviderException.invalid("the provider's dimensions must be from 1 to " + MAX_DIMENSIONS);
        }
        if (protocol != Protocol.MOCK) {
            check(policy, baseUrl.orElseThrow(() ->
                    ProviderException.invalid("the provider names no address: set \"base_url\"")));
        }
    }

    /**
     * Reads a provider from its JSON:
     * {@code {"protocol":"openai","base_url":"https://…/v1","model":"…","dimensions":384,"secret":null,
     * "secret_scope":"platform","timeout_ms":10000,"tenant_id":null,"allowed_hosts":["gpu.internal:8000"],
     * "refused_ports":[5432]}}. Only {@code protocol}, {@code model} and, unless the protocol is {@code mock},
     * {@code base_url} are required; keys it does not know are ignored.
     *
     * @throws ProviderException 22023 when the text is not such an object
     */
    public static ProviderConfig parse(String json) {
        return of(Json.object(json, () -> ProviderException.invalid("the provider is not a JSON object")));
    }

    /** The same from parsed JSON. */
    public static ProviderConfig of(JsonObject json) {
        String protocol = Json.string(json, "protocol").orElseThrow(() ->
                ProviderException.invalid("the provider names no protocol: set \"protocol\" to \"openai\" or \"mock\""));
        return new ProviderConfig(
                Protocol.of(protocol),
                Json.string(json, "base_url").map(ProviderConfig::uri),
                Json.string(json, "model").orElse(""),
                Json.integer(json, "dimensions", 1, MAX_DIMENSIONS),
                SecretName.of(json),
                Duration.ofMillis(Json.integer(json, "timeout_ms", 1, MAX_TIMEOUT_MS).orElse(10_000)),
                policy(json));
    }

    private static EgressPolicy policy(JsonObject json) {
        Set<String> hosts = new HashSet<>();
        for (Object host : Json.array(json, "allowed_hosts").orElseGet(JsonArray::new)) {
            hosts.add(host instanceof String text ? text : "");
        }
        Set<Integer> ports = new HashSet<>();
        for (Object port : Json.array(json, "refused_ports").orElseGet(JsonArray::new)) {
            ports.add(port instanceof Integer number ? number : 0);
        }
        try {
            return new EgressPolicy(Json.string(json, "tenant_id").map(ProviderConfig::uuid), hosts, ports);
        } catch (EgressException e) {
            throw ProviderException.invalid("the provider cannot be used: " + e.getMessage());
        }
    }

    private static UUID uuid(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw ProviderException.invalid("the provider's tenant_id is not a UUID");
        }
    }

    private static URI uri(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            // The text itself may hold a password, so it is not repeated.
            throw ProviderException.invalid("the provider's base_url is not a URL: " + e.getReason());
        }
    }

    private static void check(EgressPolicy policy, URI baseUrl) {
        try {
            policy.check(baseUrl);
        } catch (EgressException e) {
            throw ProviderException.invalid("the provider's base_url cannot be used: " + e.getMessage());
        }
        if (baseUrl.getRawQuery() != null || baseUrl.getRawFragment() != null) {
            throw ProviderException.invalid("the provider's base_url must have no query and no fragment");
        }
    }
}
