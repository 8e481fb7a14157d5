package dev.prosa.provider;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * A prompt and how to answer it.
 *
 * @param messages    the prompt, oldest first, at least one message
 * @param model       another model than the provider's own
 * @param maxTokens   the longest answer wanted, in tokens
 * @param temperature the sampling temperature
 */
public record ChatRequest(List<ChatMessage> messages, Optional<String> model, OptionalInt maxTokens,
                          OptionalDouble temperature) {

    /** @throws ProviderException 22023 when there is no message */
    public ChatRequest {
        messages = List.copyOf(messages);
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(maxTokens, "maxTokens");
        Objects.requireNonNull(temperature, "temperature");
        if (messages.isEmpty()) {
            throw ProviderException.invalid("a chat request needs at least one message");
        }
    }

    /** A prompt for the provider's own model and the endpoint's own defaults. */
    public static ChatRequest of(List<ChatMessage> messages) {
        return new ChatRequest(messages, Optional.empty(), OptionalInt.empty(), OptionalDouble.empty());
    }
}
