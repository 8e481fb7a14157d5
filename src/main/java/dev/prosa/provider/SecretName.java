package dev.prosa.provider;

import com.grack.nanojson.JsonObject;
import dev.prosa.egress.Secrets;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * Which API key an endpoint wants; never the key. A tenant's endpoint names a secret that the database keeps for that
 * tenant, the platform's a key file: so no tenant's endpoint can be given a key of the platform, or of another tenant.
 *
 * @param name     1 to 64 letters, digits, {@code _} or {@code -}
 * @param tenantId whose secret it is; absent for a key file of the platform
 */
public record SecretName(String name, Optional<UUID> tenantId) {

    /** @throws ProviderException 22023 when the name is none */
    public SecretName {
        Objects.requireNonNull(tenantId, "tenantId");
        if (!Secrets.isName(name)) {
            throw ProviderException.invalid("the provider's secret must be a name: 1 to 64 letters, digits, '_' or '-'");
        }
    }

    /** What {@code secret}, {@code secret_scope} and {@code tenant_id} of a provider say. */
    static Optional<SecretName> of(JsonObject provider) {
        return Json.string(provider, "secret").map(name -> new SecretName(name, owner(provider)));
    }

    private static Optional<UUID> owner(JsonObject provider) {
        String scope = Json.string(provider, "secret_scope").orElse("platform");
        return switch (scope) {
            case "platform" -> Optional.empty();
            case "tenant" -> Optional.of(tenant(Json.string(provider, "tenant_id").orElse("")));
            default -> throw ProviderException.invalid("the provider's secret_scope must be tenant or platform");
        };
    }

    private static UUID tenant(String id) {
        try {
            return UUID.fromString(id);
        } catch (IllegalArgumentException e) {
            throw ProviderException.invalid("the provider's secret is a tenant's, and tenant_id names none");
        }
    }
}
