package dev.prosa.provider;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonWriter;
import java.util.List;
import java.util.Optional;

/** Reads the answer of {@code /chat/completions}. */
final class CompletionAnswer {

    private CompletionAnswer() {
    }

    static ChatAnswer read(JsonObject answer, ChatRequest request, String requestedModel) {
        if (!(answer.get("choices") instanceof JsonArray choices) || choices.isEmpty()
                || !(choices.get(0) instanceof JsonObject choice)
                || !(choice.get("message") instanceof JsonObject message)) {
            throw ProviderException.malformed("the chat endpoint's answer has no message in \"choices\"");
        }
        Optional<String> toolCalls = message.get("tool_calls") instanceof JsonArray calls && !calls.isEmpty()
                ? Optional.of(JsonWriter.string(calls))
                : Optional.empty();
        String content = content(message, toolCalls.isPresent());
        String finishReason = choice.get("finish_reason") instanceof String reason ? reason : "stop";
        String model = answer.get("model") instanceof String m && !m.isBlank() ? m : requestedModel;

        Object usage = answer.get("usage");
        long input = Tokens.reported(usage, "prompt_tokens");
        long output = Tokens.reported(usage, "completion_tokens");
        boolean estimated = input < 0 || output < 0;
        if (input < 0) {
            input = Tokens.estimate(request.messages().stream().map(ChatMessage::content).toList());
        }
        if (output < 0) {
            output = Tokens.estimate(List.of(content));
        }
        return new ChatAnswer(content, toolCalls, finishReason, model, input, output, cached(usage), estimated);
    }

    /** The text: a string, or an array of parts of which the text parts count. */
    private static String content(JsonObject message, boolean hasToolCalls) {
        Object content = message.get("content");
        if (content instanceof String text) {
            return text;
        }
        if (content instanceof JsonArray parts) {
            StringBuilder text = new StringBuilder();
            for (Object part : parts) {
                if (part instanceof JsonObject json && json.get("text") instanceof String s) {
                    text.append(s);
                }
            }
            return text.toString();
        }
        if (message.get("refusal") instanceof String refusal) {
            return refusal;
        }
        if (hasToolCalls || message.containsKey("content")) {
            return "";
        }
        throw ProviderException.malformed("the chat endpoint's message has no content");
    }

    /** Tokens read from the endpoint's cache: DeepSeek says it one way, OpenAI another. */
    private static long cached(Object usage) {
        long hits = Tokens.reported(usage, "prompt_cache_hit_tokens");
        if (hits < 0 && usage instanceof JsonObject json) {
            hits = Tokens.reported(json.get("prompt_tokens_details"), "cached_tokens");
        }
        return Math.max(hits, 0);
    }
}
