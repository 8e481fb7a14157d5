package dev.prosa.provider;

import java.util.List;

/**
 * The vectors of one embedding call.
 *
 * @param model           the model that the endpoint says it used
 * @param vectors         one vector an input, in the order of the inputs, all of one length, finite and not all zero;
 *                        the arrays are not copied: treat them as read-only
 * @param inputTokens     tokens of all inputs together
 * @param tokensEstimated whether {@code inputTokens} was estimated because the endpoint reported none
 */
public record Embeddings(String model, List<float[]> vectors, long inputTokens, boolean tokensEstimated) {

    public Embeddings {
        vectors = List.copyOf(vectors);
    }
}
