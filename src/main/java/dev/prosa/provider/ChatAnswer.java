package dev.prosa.provider;

import java.util.Objects;
import java.util.Optional;

/**
 * What a model answered.
 *
 * @param content         the text; empty when the model only calls tools
 * @param toolCallsJson   the {@code tool_calls} array as the endpoint sent it, as JSON text
 * @param finishReason    why the model stopped: {@code stop}, {@code length}, {@code tool_calls}, …
 * @param model           the model that the endpoint says it used
 * @param inputTokens     tokens of the prompt, those from the cache included
 * @param outputTokens    tokens of the answer
 * @param cachedTokens    tokens of the prompt that the endpoint had cached
 * @param tokensEstimated whether the counts were estimated because the endpoint reported none
 */
public record ChatAnswer(String content, Optional<String> toolCallsJson, String finishReason, String model,
                         long inputTokens, long outputTokens, long cachedTokens, boolean tokensEstimated) {

    public ChatAnswer {
        Objects.requireNonNull(content, "content");
        Objects.requireNonNull(toolCallsJson, "toolCallsJson");
        Objects.requireNonNull(finishReason, "finishReason");
        Objects.requireNonNull(model, "model");
    }
}
