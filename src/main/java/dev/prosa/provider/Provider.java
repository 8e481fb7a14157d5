package dev.prosa.provider;

import dev.prosa.egress.Egress;
import dev.prosa.egress.Secrets;
import java.util.List;

/**
 * An endpoint that embeds texts and answers prompts. Instances are immutable and safe to share between threads; a call
 * blocks until it has an answer, an error, or its total time is over.
 */
public sealed interface Provider permits OpenAiProvider, MockProvider {

    /**
     * Embeds texts.
     *
     * @param inputs  the texts, at least one
     * @param options the total time and the attempts
     * @return one vector an input, in the same order
     * @throws ProviderException with the SQLSTATE that says what failed
     */
    Embeddings embed(List<String> inputs, CallOptions options);

    /**
     * Answers a prompt.
     *
     * @param request the prompt
     * @param options the total time and the attempts
     * @throws ProviderException with the SQLSTATE that says what failed
     */
    ChatAnswer chat(ChatRequest request, CallOptions options);

    /**
     * The provider that a configuration describes. Its API key, where it names one, is read at each call, so it may be
     * replaced without a restart: the platform's from the directory of {@link Secrets#standard()}, a tenant's from the database.
     *
     * @param config  what to call
     * @param egress  the client that calls it
     * @param tenants the secrets of tenants
     * @throws ProviderException 22023 when the configuration cannot work
     */
    static Provider of(ProviderConfig config, Egress egress, TenantSecrets tenants) {
        return switch (config.protocol()) {
            case OPENAI -> new OpenAiProvider(config, egress, Secrets.standard(), tenants);
            case MOCK -> new MockProvider(config);
        };
    }
}
